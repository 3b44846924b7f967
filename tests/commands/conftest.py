"""Fixtures of these tests."""

from collections.abc import Iterator

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.seeds.files import load_seeds
from tests.support.command_output import doctor_output, on_database, outcome_of, status_output

__all__ = ["doctor_output", "on_database", "outcome_of", "status_output"]


@pytest.fixture
def connection(on_database: Database) -> Iterator[psycopg.Connection]:
    """The database of the commands, with the seeds that a transform has loaded."""
    with psycopg.connect(on_database.conninfo, autocommit=True) as connection:
        load_seeds(connection)
        yield connection
