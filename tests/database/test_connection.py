"""The database of a run: how each driver reaches it, and the message for one that cannot be used."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import psycopg
import psycopg2
import pytest
import sqlalchemy
from dbt.adapters.contracts.connection import Connection, Identifier
from dbt.adapters.postgres.connections import PostgresCredentials
from dbt_common.helper_types import Port
from psycopg import sql

from scraper.config import Config, load_config
from scraper.database import connection as database_module
from scraper.database.connection import Database, open_database, open_embedded
from scraper.database.connection_settings import STATED_SETTINGS
from scraper.database.embedded import EmbeddedServer
from scraper.errors import CannotWork
from scraper.transform.dbt_connections import StatedConnections
from tests.reliability.test_hostile_settings import HOSTILE
from tests.support.databases import FORGETFUL
from tests.support.lending_pooler import pooler

PASSWORD = "CaN@r:y/?#%"
SETTINGS = "select name, current_setting(name) as value from unnest(%s::text[]) as name"
CONNECTED_AS = "select current_database(), current_user, current_setting('application_name')"


@pytest.fixture(scope="module")
def guarded_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None
) -> Iterator[EmbeddedServer]:
    """A server that requires a password of every login but its superuser, as a server of DATABASE_URL does."""
    home = tmp_path_factory.mktemp("guarded")
    access = home / "access.conf"
    access.write_text("local all practice peer map=owner\nlocal all all scram-sha-256\n")
    access.chmod(0o644)
    server = EmbeddedServer(home, postgres_programs, {**FORGETFUL, "hba_file": str(access)})
    server.start()
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("create role ana login password {}").format(PASSWORD))
        connection.execute("create database practice owner ana template template0")
        connection.execute("create database old_letters owner ana template template0 encoding 'SQL_ASCII' locale 'C'")
    yield server
    server.stop()


def given(url: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("DATABASE_URL", url)
    return load_config()


def url_of(server: EmbeddedServer, password: str = PASSWORD, database: str = "practice") -> str:
    return f"postgresql://ana:{quote(password, safe='')}@/{database}?host={quote(str(server.socket_folder))}"


def refusal(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    with pytest.raises(CannotWork) as problem:
        open_database(given(url, monkeypatch))
    line = str(problem.value)
    assert line.isprintable()
    assert PASSWORD not in line
    return line


def test_psycopg_sqlalchemy_and_dbt_reach_the_same_database(
    guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(given(url_of(guarded_server), monkeypatch), application_name="practice crawl")
    expected = ("practice", "ana", "practice crawl")
    with psycopg.connect(database.conninfo) as connection:
        assert connection.execute(CONNECTED_AS).fetchone() == expected
    with sqlalchemy.create_engine(database.url, poolclass=sqlalchemy.NullPool).connect() as alchemy:
        assert tuple(alchemy.execute(sqlalchemy.text(CONNECTED_AS)).one()) == expected
    variables = database.dbt_environment()
    with psycopg2.connect(  # as dbt's adapter does, from profiles.yml
        host=variables["DBT_HOST"],
        port=int(variables["DBT_PORT"]),
        user=variables["DBT_USER"],
        password=variables["DBT_ENV_SECRET_PASSWORD"],
        dbname=variables["DBT_DBNAME"],
        sslmode=variables["DBT_SSLMODE"],
        application_name=variables["DBT_APPLICATION_NAME"],
    ) as dbt_connection:
        cursor = dbt_connection.cursor()
        cursor.execute(CONNECTED_AS)
        assert cursor.fetchone() == expected
    dbt_connection.close()


def test_other_parameters_reach_dbt_by_the_variables_of_libpq() -> None:
    parameters = {"host": "h", "port": "1", "user": "u", "dbname": "d", "application_name": "a", "sslrootcert": "/ca"}
    environment = Database(parameters).dbt_environment()
    assert environment["PGSSLROOTCERT"] == "/ca"
    assert environment["DBT_SSLMODE"] == "prefer"


def test_the_password_is_never_printed(guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(given(url_of(guarded_server, database="practice"), monkeypatch))
    printed = f"{database} {database!r} {database.url} {database.url!r} {database.described}"
    assert "CaN" not in printed
    assert database.described == f"practice on {guarded_server.socket_folder}:5432 as ana"


def stated(connection: psycopg.Connection) -> dict[str, str]:
    """The stated settings as the server has them on this connection."""
    return dict(connection.execute(SETTINGS, [list(STATED_SETTINGS)]).fetchall())


def make_hostile(database: Database) -> None:
    name = sql.Identifier(database.parameters["dbname"])
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        for setting, (value, *_) in HOSTILE.items():
            statement = sql.SQL("alter database {} set {} = {}")
            connection.execute(statement.format(name, sql.Identifier(setting), sql.Literal(value)))


def test_every_kind_of_connection_states_its_settings(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hostile(empty_database)
    monkeypatch.setenv("PGDATESTYLE", "German")
    monkeypatch.setenv("PGOPTIONS", "-c intervalstyle=iso_8601")
    with psycopg.connect(empty_database.conninfo) as connection:
        assert stated(connection) != STATED_SETTINGS
    with empty_database.connect() as connection:
        assert stated(connection) == STATED_SETTINGS
        assert not connection.autocommit
    with empty_database.engine("practice test").connect() as alchemy:
        assert stated(alchemy.connection.driver_connection) == STATED_SETTINGS  # type: ignore[arg-type]

    async def stated_asynchronously() -> dict[str, str]:
        async with await empty_database.connect_async() as connection:
            found = await connection.execute(SETTINGS, [list(STATED_SETTINGS)])
            return {row["name"]: row["value"] for row in await found.fetchall()}

    assert asyncio.run(stated_asynchronously()) == STATED_SETTINGS
    dbt_connection = StatedConnections.open(opened_by_dbt(empty_database))
    with dbt_connection.handle as handle, handle.cursor() as cursor:
        cursor.execute(SETTINGS, [list(STATED_SETTINGS)])
        assert dict(cursor.fetchall()) == STATED_SETTINGS
    dbt_connection.handle.close()


def opened_by_dbt(database: Database) -> Connection:
    known = database.parameters
    credentials = PostgresCredentials(
        database=known["dbname"],
        schema="racing",
        host=known["host"],
        port=Port(int(known["port"])),
        user=known["user"],
        password="",
    )
    return Connection(type=Identifier("postgres"), name=None, credentials=credentials)


def test_a_database_without_triggers_is_refused(postgres_server: EmbeddedServer, empty_database: Database) -> None:
    name = empty_database.parameters["dbname"]
    with psycopg.connect(empty_database.conninfo, autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} set session_replication_role = replica").format(sql.Identifier(name))
        )
    with pytest.raises(CannotWork, match="has session_replication_role = replica, so no trigger"):
        open_embedded(postgres_server, name, "practice test")


def test_text_is_utf8_whatever_the_environment_says(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with psycopg.connect(empty_database.conninfo) as connection:
        assert connection.info.encoding == "utf-8"
    assert empty_database.dbt_environment()["PGCLIENTENCODING"] == "utf8"


def test_a_wrong_password_is_named(guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    line = refusal(url_of(guarded_server, password="wrong"), monkeypatch)
    assert 'password authentication failed for user "ana"' in line
    assert "check user and password in DATABASE_URL, and percent-encode" in line


def test_a_missing_database_comes_with_the_command_that_creates_it(
    guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = refusal(url_of(guarded_server, database="season"), monkeypatch)
    assert "has no database season: create it with createdb -h " in line
    assert line.endswith("-U ana -E UTF8 -T template0 season")


def test_a_server_that_does_not_respond_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        line = refusal(f"postgresql://ana:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/practice", monkeypatch)
    assert f"cannot reach PostgreSQL at 127.0.0.1:{port}" in line


def test_a_server_that_is_too_old_is_refused_with_its_version(
    guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_OLDEST_MAJOR_VERSION", 99)
    line = refusal(url_of(guarded_server), monkeypatch)
    assert f"is PostgreSQL {guarded_server.programs.major_version()}." in line
    assert "too old: upgrade the server to 99 or newer" in line


def test_a_database_that_cannot_hold_every_name_is_refused(
    guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = refusal(url_of(guarded_server, database="old_letters"), monkeypatch)
    assert "stores text as SQL_ASCII" in line


@pytest.mark.parametrize("lends", [True, False])
def test_a_pooler_is_refused_in_transaction_mode_only(
    guarded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lends: bool
) -> None:
    server_socket = str(guarded_server.socket_folder / ".s.PGSQL.5432")
    with pooler(tmp_path, server_socket, lends=lends) as folder:
        url = url_of(guarded_server).replace(str(guarded_server.socket_folder), str(folder))
        if lends:
            assert "a connection pooler in transaction mode" in refusal(url, monkeypatch)
        else:
            database = open_database(given(url, monkeypatch))
            assert database.parameters["host"] == str(folder)
            with database.connect() as connection:
                assert stated(connection) == STATED_SETTINGS


def test_simultaneous_openers_create_one_embedded_database(postgres_server: EmbeddedServer) -> None:
    with ThreadPoolExecutor() as threads:
        opened = list(threads.map(lambda _: open_embedded(postgres_server, "opened_at_once", "practice"), range(4)))
    with psycopg.connect(postgres_server.conninfo("postgres"), autocommit=True) as connection:
        named = connection.execute("select count(*) from pg_database where datname = 'opened_at_once'").fetchone()
        connection.execute("drop database opened_at_once with (force)")
    assert named == (1,)
    assert {database.parameters["dbname"] for database in opened} == {"opened_at_once"}


def test_without_a_url_the_embedded_server_is_used(
    postgres_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "EMBEDDED_HOME", postgres_server.home)
    database = open_database(load_config(), name="postgres")
    assert database.described == f"postgres on {postgres_server.socket_folder}:5432 as practice"
