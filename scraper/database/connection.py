"""Open the database of a run: that of DATABASE_URL, or one on the embedded server."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from psycopg.rows import dict_row

from scraper.config import REPOSITORY, Config
from scraper.database.connection_settings import STATE_SETTINGS
from scraper.database.diagnosis import explain_connection_error, is_pooled_by_transaction, server_message
from scraper.database.embedded import EmbeddedServer
from scraper.database.url import connection_parameters
from scraper.errors import CannotWork, Code

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

EMBEDDED_HOME = REPOSITORY / ".data" / "postgres"
_OLDEST_MAJOR_VERSION = 15
_ALWAYS = {"client_encoding": "utf8", "connect_timeout": "10"}
# The parameters that profiles.yml reads. All others reach dbt's driver by libpq's environment variables.
_DBT_VARIABLES = {
    "host": "DBT_HOST",
    "port": "DBT_PORT",
    "user": "DBT_USER",
    "password": "DBT_ENV_SECRET_PASSWORD",  # the prefix makes dbt mask it in its logs
    "dbname": "DBT_DBNAME",
    "sslmode": "DBT_SSLMODE",
    "application_name": "DBT_APPLICATION_NAME",
}


@dataclass(frozen=True)
class Database:
    """One database. `parameters` are libpq's, always with host, port, user and dbname."""

    parameters: Mapping[str, str] = field(repr=False)

    @property
    def conninfo(self) -> str:
        """The connection string for psycopg, with the password if there is one."""
        return make_conninfo(**self.parameters)

    @property
    def url(self) -> "URL":
        """The URL for SQLAlchemy with psycopg 3; printed, it hides the password."""
        from sqlalchemy import URL  # noqa: PLC0415 - only migrations need it, and the import takes 0.25 s

        rest = {name: value for name, value in self.parameters.items() if name not in ("user", "password", "dbname")}
        return URL.create(
            "postgresql+psycopg",
            username=self.parameters["user"],
            password=self.parameters.get("password"),
            database=self.parameters["dbname"],
            query=rest,  # with host and port: the host part of a URL cannot be a socket folder
        )

    @property
    def described(self) -> str:
        """Database, host, port and user, without the password, for messages."""
        known = self.parameters
        return f"{known['dbname']} on {known['host']}:{known['port']} as {known['user']}"

    def connect(self, *, application_name: str | None = None, autocommit: bool = False) -> psycopg.Connection:
        """Connect, with the settings that the code relies on. The caller closes the connection."""
        connection = psycopg.connect(self.conninfo, application_name=application_name, autocommit=True)
        try:
            connection.execute(STATE_SETTINGS)
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
        return connection

    async def connect_async(self, **parameters: Any) -> psycopg.AsyncConnection[dict[str, Any]]:
        """Connect as `connect` does, asynchronously, in autocommit mode; rows are dicts. `parameters` are libpq's."""
        connection = await psycopg.AsyncConnection.connect(
            self.conninfo, autocommit=True, row_factory=dict_row, **parameters
        )
        try:
            await connection.execute(STATE_SETTINGS)
        except BaseException:
            await connection.close()
            raise
        return connection

    def engine(self, application_name: str) -> "Engine":
        """Return an engine of SQLAlchemy whose connections are those of `connect`."""
        from sqlalchemy import NullPool, create_engine  # noqa: PLC0415 - as above

        connect = partial(self.connect, application_name=application_name)
        return create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)

    def dbt_environment(self) -> dict[str, str]:
        """Return the variables that profiles.yml reads, and libpq's own for all other parameters."""
        complete = {"sslmode": "prefer", "password": "", **self.parameters}
        environment = {variable: complete[name] for name, variable in _DBT_VARIABLES.items()}
        for option in Conninfo.get_defaults():
            name = option.keyword.decode()
            if option.envvar and name in complete and name not in _DBT_VARIABLES:
                environment[option.envvar.decode()] = complete[name]
        return environment


def open_database(config: Config, name: str = "practice", application_name: str = "practice") -> Database:
    """Open the database of DATABASE_URL, else database `name` of the embedded server, which is started if needed.

    `application_name` is shown in pg_stat_activity. Raises UsageError for a DATABASE_URL that cannot be read, and
    CannotWork for a database that cannot be reached or used.
    """
    if config.database_url is None:
        return open_embedded(EmbeddedServer(EMBEDDED_HOME), name, application_name)
    return _checked(
        {"application_name": application_name, **connection_parameters(config.database_url.get_secret_value())}
    )


def open_embedded(server: EmbeddedServer, name: str, application_name: str) -> Database:
    """Open a database of an embedded server; start the server and create the database if needed."""
    server.start()
    try:
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                create_database(connection, name, template="template0")
    except psycopg.Error as problem:
        raise CannotWork(
            f"cannot create database {name} on the embedded server ({server_message(problem)}): "
            f"see its log, {server.log}"
        ) from None
    return _checked({"application_name": application_name, **server.parameters(name)})


def create_database(connection: psycopg.Connection[Any], name: str, template: str) -> None:
    """Create a database; another process may create it at the same time. The connection is in autocommit mode."""
    statement = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
    with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        connection.execute(statement)


def _checked(parameters: Mapping[str, str]) -> Database:
    parameters = {**_ALWAYS, **parameters}
    try:
        with psycopg.connect(make_conninfo(**parameters), autocommit=True) as connection:
            info = connection.info
            # Resolve libpq's defaults here, so that dbt's own libpq uses the same ones.
            found = {"host": info.host, "port": str(info.port), "user": info.user, "dbname": info.dbname}
            database = Database({**found, **parameters})
            _refuse_unusable(connection, database)
    except psycopg.Error as problem:
        raise CannotWork(explain_connection_error(parameters, problem), Code.DATABASE_UNAVAILABLE) from None
    return database


def _refuse_unusable(connection: psycopg.Connection[Any], database: Database) -> None:
    if connection.info.server_version < _OLDEST_MAJOR_VERSION * 10000:
        version = connection.info.parameter_status("server_version")
        raise CannotWork(
            f"{database.described} is PostgreSQL {version}, too old: upgrade the server to "
            f"{_OLDEST_MAJOR_VERSION} or newer, or leave DATABASE_URL blank for the embedded one"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise CannotWork(
            f"{database.described} stores text as {encoding}, which cannot hold all names: "
            "recreate the database with createdb -E UTF8 -T template0"
        )
    triggers = connection.execute("select pg_catalog.current_setting('session_replication_role')").fetchone()
    if triggers == ("replica",):
        raise CannotWork(
            f"{database.described} has session_replication_role = replica, so no trigger tells the transform what is "
            "new: reset it, with alter database … reset session_replication_role or alter role … reset "
            "session_replication_role"
        )
    if is_pooled_by_transaction(connection, database.parameters):
        raise CannotWork(
            f"{database.described} is a connection pooler in transaction mode, where advisory locks do not work: "
            "put the server's own address into DATABASE_URL, or set the pooler to session mode"
        )
