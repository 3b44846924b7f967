"""`make doctor`: one line per check with a remedy, never a traceback, never a secret."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.database.migrate import upgrade
from scraper.doctor import activity, machine, server
from scraper.doctor.check import Level
from scraper.doctor.grants import Grant, required_grants
from scraper.doctor.server import check_writable

Output = Callable[[], tuple[int, str]]

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
union
select member::regrole::text, 'member', 'role', roleid::regrole::text, null
from pg_auth_members where roleid::regrole::text like 'practice\\_%' and member::regrole::text like 'practice\\_%'
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


def not_ok(output: str) -> list[str]:
    return [line for line in output.splitlines() if not line.startswith("ok ") and "CRAWL_CONTACT" not in line]


@pytest.mark.usefixtures("freshly_migrated")
def test_a_healthy_project_has_a_line_per_subject_and_all_are_ok(doctor_output: Output) -> None:
    exit_status, output = doctor_output()
    assert not_ok(output) == []
    assert exit_status == 0
    subjects = {line.split()[1] for line in output.splitlines()}
    assert subjects >= {"settings", "disk", "server", "clock", "collation", "migrations", "locks", "rights", "queue"}


def test_an_unreachable_database_is_a_problem_and_the_rest_is_checked(
    doctor_output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ana:CANARY@localhost:1/practice")
    exit_status, output = doctor_output()
    assert exit_status == 1
    assert "problem  database    cannot reach PostgreSQL at localhost:1: start it there" in output
    assert "CANARY" not in output
    assert "GB free" in output


def test_a_schema_that_is_behind_is_a_problem(
    empty_database: Database, doctor_output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    exit_status, output = doctor_output()
    assert exit_status == 1
    assert "problem  migrations  the database has no tables yet: run make migrate" in output


def test_migrations_grant_exactly_the_required_rights(freshly_migrated: psycopg.Connection) -> None:
    granted = {Grant(*row) for row in freshly_migrated.execute(GRANTED).fetchall()}
    assert granted == set(required_grants())


def test_each_missing_right_comes_with_the_statement_that_grants_it(
    freshly_migrated: psycopg.Connection, doctor_output: Output
) -> None:
    for grant in required_grants():
        statement = grant.statement(f'"{grant.role}"')
        freshly_migrated.execute(statement.replace("grant ", "revoke ", 1).replace(" to ", " from "))
        exit_status, output = doctor_output()
        assert exit_status == 1
        assert not_ok(output) == [
            f"problem  rights      {grant.role} lacks a right: as the owner of the tables, {statement}"
        ]
        freshly_migrated.execute(statement)
    assert not_ok(doctor_output()[1]) == []


def test_a_restored_database_lacks_the_right_that_no_dump_holds(
    connection: psycopg.Connection, doctor_output: Output
) -> None:
    name = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("revoke temporary on database {} from public").format(name))
    (line,) = not_ok(doctor_output()[1])
    assert "practice_transformer may not create temporary tables: grant temporary on database" in line
    connection.execute(line.partition("tables: ")[2])
    assert not_ok(doctor_output()[1]) == []


def test_a_running_job_is_listed(on_database: Database, doctor_output: Output) -> None:
    with hold_locks(on_database, Job.CRAWL):
        assert "ok       locks       running: crawl (pid " in doctor_output()[1]
    assert "ok       locks       no job is running" in doctor_output()[1]


def test_killed_jobs_leave_warnings(
    connection: psycopg.Connection, on_database: Database, doctor_output: Output
) -> None:
    connection.execute("insert into raw.crawls (arguments, version) values ('{}', '1')")
    connection.execute('create table racing."laps__dbt_tmp171" ()')
    connection.execute("set role practice_transformer")
    connection.execute('create view staging."races__dbt_backup" as select 1')
    connection.execute("reset role")
    connection.execute(
        "insert into raw.transform_queue (track_slug, page_kind, page_key, queued_at) "
        "values ('bend', 'list', '2025-10-25', now() - interval '3 days')"
    )
    exit_status, output = doctor_output()
    assert exit_status == 0
    crawl, table, view, queue = sorted(not_ok(output))
    assert "crawl 1 of" in crawl
    assert "was killed" in crawl
    assert table.endswith("drop table racing.laps__dbt_tmp171")
    assert view.endswith("drop view staging.races__dbt_backup")
    assert queue.endswith("1 page version to transform, the oldest for 3 days: run make transform")
    with hold_locks(on_database, Job.CRAWL), hold_locks(on_database, Job.TRANSFORM):
        assert [line.split()[1] for line in not_ok(doctor_output()[1])] == ["queue"]


def test_an_idle_transaction_is_a_warning(
    connection: psycopg.Connection, on_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "IDLE_TOO_LONG", timedelta(0))
    with psycopg.connect(on_database.conninfo, application_name="psql") as forgotten:
        forgotten.execute("select 1")
        (check,) = activity.check_idle_transactions(connection)
        process = forgotten.info.backend_pid
    assert check.level is Level.WARNING
    assert "psql has had an idle transaction open for 0 s: close it" in check.text
    assert check.text.endswith(f"select pg_terminate_backend({process})")


def test_a_wrong_clock_is_a_warning(connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.doctor.server.clock_warning", lambda _: "900 s behind")
    (check,) = server.check_clock(connection)
    assert (check.level, check.text) == (Level.WARNING, "900 s behind")


def test_read_only_transactions_are_a_problem(connection: psycopg.Connection) -> None:
    assert list(check_writable(connection)) == []
    connection.execute("set default_transaction_read_only = on")
    (check,) = check_writable(connection)
    assert (check.level, check.subject) == (Level.PROBLEM, "server")
    assert "default_transaction_read_only" in check.text


def test_a_collation_for_ascii_only_is_a_problem(on_database: Database) -> None:
    with psycopg.connect(on_database.conninfo, autocommit=True) as connection:
        connection.execute("drop database if exists ascii_only")
        connection.execute(
            "create database ascii_only template template0 encoding 'UTF8' locale_provider libc locale 'C'"
        )
    with psycopg.connect(make_conninfo(**{**on_database.parameters, "dbname": "ascii_only"})) as connection:
        (check,) = server.check_collation(connection)
    assert check.level is Level.PROBLEM
    assert "createdb -E UTF8" in check.text


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.PROBLEM), (10**9, Level.WARNING), (10**10, Level.OK)])
def test_free_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert machine.check_free_space(tmp_path).level is level


def test_a_readable_settings_file_with_a_password_is_a_warning(tmp_path: Path) -> None:
    settings = tmp_path / ".env"
    assert list(machine.check_settings_file(settings)) == []
    settings.write_text("TRACKS=bend\n")
    settings.chmod(0o644)
    assert list(machine.check_settings_file(settings)) == []
    settings.write_text("DATABASE_URL=postgresql://ana:CANARY@host/practice\n")
    (check,) = machine.check_settings_file(settings)
    assert f"chmod 600 {settings}" in check.text
    assert "CANARY" not in check.text
    settings.chmod(0o600)
    assert list(machine.check_settings_file(settings)) == []
