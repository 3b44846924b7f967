"""A server that asks everyone but its superuser for a password, as the one that DATABASE_URL names usually does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from scraper.database.connection import Database, create_database
from scraper.database.embedded import EmbeddedServer
from tests.support.databases import FORGETFUL

PASSWORD = "CaN@r:y/?#%"
_ACCESS = "local all practice peer map=owner\nlocal all all scram-sha-256\n"


@contextmanager
def guarded_server(home: Path, programs: Path | None) -> Iterator[EmbeddedServer]:
    """Such a server, running."""
    access = home / "access.conf"
    access.write_text(_ACCESS)
    access.chmod(0o644)
    server = EmbeddedServer(home, programs, {**FORGETFUL, "hba_file": str(access)})
    server.start()
    yield server
    server.stop()


def add_login(server: EmbeddedServer, name: str, options: str = "") -> None:
    """A user with PASSWORD; `options` as in `create role`."""
    statement = sql.SQL("create role {} login password {} {}")
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name), PASSWORD, sql.SQL(options)))


def add_database(server: EmbeddedServer, name: str, owner: str = "practice") -> Database:
    """An empty database, as its owner reaches it."""
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        create_database(connection, name, "template0")
        connection.execute(sql.SQL("alter database {} owner to {}").format(sql.Identifier(name), sql.Identifier(owner)))
    return as_user(server, name, owner)


def as_user(server: EmbeddedServer, database: str, user: str) -> Database:
    """A database as one of the users reaches it."""
    return Database({**server.parameters(database), "user": user, "password": PASSWORD})
