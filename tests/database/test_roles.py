"""A role is assumed where the database has it and the login is a member of it."""

import asyncio

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.database.roles import Role, assume, assume_async

CURRENT_ROLE = "select current_user"


@pytest.mark.parametrize("role", list(Role))
def test_a_connection_assumes_each_role(database: Database, role: Role) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        assert assume(connection, role)
        assert connection.execute(CURRENT_ROLE).fetchone() == (role.value,)


def test_an_asynchronous_connection_assumes_a_role(database: Database) -> None:
    async def current_role() -> object:
        async with await psycopg.AsyncConnection.connect(database.conninfo, autocommit=True) as connection:
            assert await assume_async(connection, Role.CRAWLER)
            return await (await connection.execute(CURRENT_ROLE)).fetchone()

    assert asyncio.run(current_role()) == ("practice_crawler",)


def test_a_login_that_is_not_a_member_keeps_its_own_rights(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        assume(connection, Role.READER)
        assert not assume(connection, Role.CRAWLER)
        assert connection.execute(CURRENT_ROLE).fetchone() == ("practice_reader",)
