"""`make doctor`: a line per finding with its remedy, never a traceback, never a secret."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.database.migrate import upgrade
from scraper.doctor import activity, machine, server
from scraper.doctor.finding import Level
from scraper.doctor.grants import Grant, required_grants

Says = Callable[[], tuple[int, str]]

GRANTED = """
select grantee, lower(privilege_type), 'table', table_schema || '.' || table_name, null
from information_schema.role_table_grants where grantee like 'practice\\_%'
union
select grantee::regrole::text, lower(privilege_type), 'table', attrelid::regclass::text, attname
from pg_attribute cross join lateral aclexplode(attacl)
where grantee <> 0 and grantee::regrole::text like 'practice\\_%'
union
select grantee::regrole::text, lower(privilege_type), 'schema', nspname, null
from pg_namespace cross join lateral aclexplode(nspacl)
where grantee <> 0 and grantee::regrole::text like 'practice\\_%'
"""


@pytest.fixture
def connection(on_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(on_database.conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def freshly_migrated(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """A database that was migrated itself: copies lose what was granted on the database as such."""
    upgrade(empty_database)
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    with psycopg.connect(empty_database.conninfo, autocommit=True) as connection:
        yield connection


def complaints(said: str) -> list[str]:
    return [line for line in said.splitlines() if not line.startswith("ok ") and "CRAWL_CONTACT" not in line]


@pytest.mark.usefixtures("freshly_migrated")
def test_a_healthy_project_gets_a_line_per_subject_and_nothing_to_do(doctor_output: Says) -> None:
    exit_status, said = doctor_output()
    assert complaints(said) == []
    assert exit_status == 0
    subjects = {line.split()[1] for line in said.splitlines()}
    assert subjects >= {"settings", "disk", "server", "clock", "letters", "migrations", "locks", "rights", "work"}


def test_a_database_out_of_reach_is_a_problem_and_the_rest_is_looked_at(
    doctor_output: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ana:CANARY@localhost:1/practice")
    exit_status, said = doctor_output()
    assert exit_status == 1
    assert "problem  database    cannot reach PostgreSQL at localhost:1: start it there" in said
    assert "CANARY" not in said
    assert "GB free" in said


def test_a_schema_that_is_behind_is_a_problem(
    empty_database: Database, doctor_output: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    exit_status, said = doctor_output()
    assert exit_status == 1
    assert "problem  migrations  the database has no tables yet: make migrate makes them" in said


def test_migrations_grant_what_is_needed_and_nothing_else(freshly_migrated: psycopg.Connection) -> None:
    granted = {Grant(*row) for row in freshly_migrated.execute(GRANTED).fetchall()}
    assert granted == set(required_grants())


def test_each_missing_right_comes_with_the_statement_that_mends_it(
    freshly_migrated: psycopg.Connection, doctor_output: Says
) -> None:
    for grant in required_grants():
        statement = grant.statement(f'"{grant.role}"')
        freshly_migrated.execute(statement.replace("grant ", "revoke ", 1).replace(" to ", " from "))
        exit_status, said = doctor_output()
        assert exit_status == 1
        assert complaints(said) == [
            f"problem  rights      {grant.role} lacks a right; as the owner of the tables: {statement}"
        ]
        freshly_migrated.execute(statement)
    assert complaints(doctor_output()[1]) == []


def test_a_restored_database_lacks_what_no_dump_holds(connection: psycopg.Connection, doctor_output: Says) -> None:
    connection.execute("revoke temporary on database practice_test from public")
    (complaint,) = complaints(doctor_output()[1])
    assert "practice_transformer may not make temporary tables: grant temporary on database" in complaint
    connection.execute(complaint.partition("tables: ")[2])
    assert complaints(doctor_output()[1]) == []


def test_who_is_at_work_is_named(on_database: Database, doctor_output: Says) -> None:
    with hold_locks(on_database, Job.CRAWL):
        assert "ok       locks       at work: crawl (pid " in doctor_output()[1]
    assert "ok       locks       nobody is at work" in doctor_output()[1]


def test_what_was_killed_leaves_warnings(
    connection: psycopg.Connection, on_database: Database, doctor_output: Says
) -> None:
    connection.execute("insert into raw.crawls (arguments, version) values ('{}', '1')")
    connection.execute('create table racing."laps__dbt_tmp171" ()')
    connection.execute("set role practice_transformer")
    connection.execute('create view staging."races__dbt_backup" as select 1')
    connection.execute("reset role")
    connection.execute(
        "insert into raw.work_list (track_slug, page_kind, page_key, noted_at) "
        "values ('bend', 'list', '2025-10-25', now() - interval '3 days')"
    )
    exit_status, said = doctor_output()
    assert exit_status == 0
    crawl, table, view, work = sorted(complaints(said))
    assert "crawl 1 of" in crawl
    assert "was killed" in crawl
    assert table.endswith("drop table racing.laps__dbt_tmp171")
    assert view.endswith("drop view staging.races__dbt_backup")
    assert work.endswith("1 lines, the oldest for 3 days: run make transform")
    with hold_locks(on_database, Job.CRAWL), hold_locks(on_database, Job.TRANSFORM):
        assert [line.split()[1] for line in complaints(doctor_output()[1])] == ["work"]


def test_a_forgotten_transaction_is_named(
    connection: psycopg.Connection, on_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "_IDLE", activity._IDLE.replace("5 minutes", "0 minutes"))
    with psycopg.connect(on_database.conninfo, application_name="psql") as forgotten:
        forgotten.execute("select 1")
        (finding,) = activity.check_idle_transactions(connection)
        process = forgotten.info.backend_pid
    assert finding.level is Level.WARNING
    assert "psql has kept a transaction open and idle for 0 s: close it" in finding.text
    assert finding.text.endswith(f"select pg_terminate_backend({process})")


def test_a_clock_that_is_wrong_is_named(connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def a_quarter_late(connection: psycopg.Connection, query: str) -> object:
        row = connection.execute(
            query.replace("clock_timestamp()", "clock_timestamp() + interval '15 minutes'")
        ).fetchone()
        return row[0] if row else None

    monkeypatch.setattr(server, "_value", a_quarter_late)
    (finding,) = server.check_clock(connection)
    assert finding.level is Level.WARNING
    assert finding.text.startswith(("900 s", "899 s"))


def test_a_database_that_folds_ascii_only_is_a_problem(on_database: Database) -> None:
    with psycopg.connect(on_database.conninfo, autocommit=True) as connection:
        connection.execute("drop database if exists ascii_only")
        connection.execute(
            "create database ascii_only template template0 encoding 'UTF8' locale_provider libc locale 'C'"
        )
    with psycopg.connect(make_conninfo(**{**on_database.parameters, "dbname": "ascii_only"})) as connection:
        (finding,) = server.check_letters(connection)
    assert finding.level is Level.PROBLEM
    assert "createdb -E UTF8" in finding.text


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.PROBLEM), (10**9, Level.WARNING), (10**10, Level.OK)])
def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert machine.disk_finding(tmp_path).level is level


def test_a_settings_file_with_a_password_is_for_its_owner(tmp_path: Path) -> None:
    settings = tmp_path / ".env"
    assert list(machine.check_settings_file(settings)) == []
    settings.write_text("TRACKS=bend\n")
    settings.chmod(0o644)
    assert list(machine.check_settings_file(settings)) == []
    settings.write_text("DATABASE_URL=postgresql://ana:CANARY@host/practice\n")
    (finding,) = machine.check_settings_file(settings)
    assert f"chmod 600 {settings}" in finding.text
    assert "CANARY" not in finding.text
    settings.chmod(0o600)
    assert list(machine.check_settings_file(settings)) == []
