"""A database that the tests of one module share: dbt runs are what costs time here."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from scraper.database import Database, create_database, open_embedded
from scraper.embedded_server import EmbeddedServer


@pytest.fixture(scope="module")
def shared_database(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[Database]:
    """A database at the newest migration for all tests of a module, which only look at what a fixture did with it."""
    name = "practice_shared"
    with psycopg.connect(postgres_server.conninfo("postgres"), autocommit=True) as connection:
        create_database(connection, name, migrated_template)
        yield open_embedded(postgres_server, name, "practice test")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
