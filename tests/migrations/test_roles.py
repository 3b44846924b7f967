"""Roles belong to a whole server: several databases share them, and some logins may not make them."""

import psycopg
import pytest

from scraper.config import load_config
from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import downgrade, open_migrated, upgrade
from scraper.errors import CannotWork
from tests.migrations.catalogue import is_at_head
from tests.support.guarded_server import add_database, add_login, as_user

OUR_ROLES = "select rolname from pg_roles where rolname like 'practice\\_%' order by rolname"
MAY_MAKE_TEMPORARY_TABLES = """
select role.rolname, has_database_privilege(role.rolname, current_database(), 'temporary')
from pg_roles as role where rolname like 'practice\\_%' order by rolname
"""
ALL_ROLES = ["practice_crawler", "practice_reader", "practice_service", "practice_transformer"]


def roles(server: EmbeddedServer) -> list[str]:
    with psycopg.connect(server.conninfo("postgres")) as connection:
        return [name for (name,) in connection.execute(OUR_ROLES)]


def temporary_rights(database: Database) -> dict[str, bool]:
    with psycopg.connect(database.conninfo) as connection:
        return dict(connection.execute(MAY_MAKE_TEMPORARY_TABLES).fetchall())


def test_databases_of_a_server_share_the_roles_until_the_last_goes(untouched_server: EmbeddedServer) -> None:
    one, other = add_database(untouched_server, "one"), add_database(untouched_server, "other")
    upgrade(one)
    upgrade(other)
    assert roles(untouched_server) == ALL_ROLES
    downgrade(one, "base")
    assert roles(untouched_server) == ALL_ROLES
    assert temporary_rights(other) == {role: role == "practice_transformer" for role in ALL_ROLES}
    downgrade(other, "base")
    assert roles(untouched_server) == []


def test_an_owner_who_may_create_roles_becomes_a_member_of_them(untouched_server: EmbeddedServer) -> None:
    add_login(untouched_server, "ana", "createrole")
    database = add_database(untouched_server, "ana_s", owner="ana")
    upgrade(database)
    assert roles(untouched_server) == ALL_ROLES
    with psycopg.connect(database.conninfo) as connection:
        for role in ALL_ROLES:
            connection.execute(psycopg.sql.SQL("set role {}").format(psycopg.sql.Identifier(role)))
    downgrade(database, "base")
    assert roles(untouched_server) == []


def test_an_owner_who_may_not_create_roles_goes_on_without_and_is_told(
    untouched_server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    add_login(untouched_server, "ben")
    database = add_database(untouched_server, "ben_s", owner="ben")
    upgrade(database)
    assert is_at_head(database)
    assert roles(untouched_server) == []
    assert (
        "may not create roles: continuing without practice_crawler, practice_transformer, practice_reader"
        in caplog.text
    )
    downgrade(database, "base")


def test_an_owner_who_is_no_member_of_roles_that_others_made_goes_on_and_is_told(
    untouched_server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    add_login(untouched_server, "ben")
    database = add_database(untouched_server, "ben_s", owner="ben")
    upgrade(add_database(untouched_server, "one"))
    upgrade(database)
    assert "not a member of practice_crawler" in caplog.text
    assert temporary_rights(database) == {role: role == "practice_transformer" for role in ALL_ROLES}
    downgrade(database, "base")
    assert roles(untouched_server) == ALL_ROLES


def test_a_login_that_may_not_migrate_is_told_who_may(
    untouched_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = add_database(untouched_server, "one")
    upgrade(owner, "0002")
    add_login(untouched_server, "nightly", "in role practice_crawler")
    nightly = as_user(untouched_server, "one", "nightly")
    monkeypatch.setenv("DATABASE_URL", nightly.url.render_as_string(hide_password=False))
    with pytest.raises(CannotWork, match="nothing was changed: .*run make migrate once with a DATABASE_URL whose user"):
        open_migrated(load_config())
    upgrade(owner)
    assert open_migrated(load_config()).parameters["user"] == "nightly"
