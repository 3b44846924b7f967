"""Check everything that crawl and transform depend on, and print remedies."""

from collections.abc import Callable, Iterator

import psycopg

from scraper.config import REPOSITORY, Config
from scraper.console import plain_console
from scraper.database.connection import Database, open_database
from scraper.database.diagnosis import explain_error
from scraper.database.locks import Lock, lock_holders
from scraper.database.migrate import schema_problem
from scraper.doctor.activity import check_idle_transactions, check_killed_crawls, check_locks, check_queue
from scraper.doctor.check import Check, Level, ok, problem
from scraper.doctor.machine import check_disk, check_settings, check_settings_file
from scraper.doctor.rights import check_rights
from scraper.doctor.schema import check_leftovers, check_migrations, check_owners
from scraper.doctor.seeds import check_seed_rows
from scraper.doctor.server import check_clock, check_collation, check_killed_clients, check_server, check_writable
from scraper.errors import PracticeError
from scraper.quiet import news


def run(config: Config) -> int:
    """Print one line per check; return 1 when one of them is a problem. Changes nothing."""
    console = plain_console()
    levels = set()
    for check in _all_checks(config):
        console.print(f"{check.level:<8} {check.subject:<11} {check.text}")
        levels.add(check.level)
    if levels != {Level.OK}:
        news()
    return 1 if Level.PROBLEM in levels else 0


def _all_checks(config: Config) -> Iterator[Check]:
    yield from _guarded("settings", lambda: check_settings(config))
    yield from _guarded("settings", lambda: check_settings_file(REPOSITORY / ".env"))
    yield from _guarded("disk", check_disk)
    yield from _guarded("database", lambda: _database_checks(open_database(config, application_name="practice doctor")))


def _database_checks(database: Database) -> Iterator[Check]:
    with database.connect(autocommit=True) as connection:
        yield from _guarded("server", lambda: check_server(connection, database))
        yield from _guarded("server", lambda: check_writable(connection))
        yield from _guarded("server", lambda: check_killed_clients(connection))
        yield from _guarded("clock", lambda: check_clock(connection))
        yield from _guarded("collation", lambda: check_collation(connection))
        yield from _guarded("migrations", lambda: check_migrations(connection))
        holders = lock_holders(connection)
        yield from _guarded("locks", lambda: check_locks(holders))
        yield from _guarded("locks", lambda: check_idle_transactions(connection))
        if schema_problem(connection):
            return  # the checks below need the tables of this version
        transform_is_running = any(holder.lock == Lock.TRANSFORM for holder in holders)
        yield from _guarded("rights", lambda: check_rights(connection))
        yield from _guarded("rights", lambda: check_owners(connection))
        yield from _guarded("leftovers", lambda: check_leftovers(connection, transform_is_running=transform_is_running))
        yield from _guarded("crawls", lambda: check_killed_crawls(connection, holders))
        yield from _guarded("queue", lambda: check_queue(connection))
        yield from _guarded("seeds", lambda: check_seed_rows(connection))


def _guarded(subject: str, check: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Run a check; report its own failure as a check."""
    try:
        yield from check()
    except psycopg.errors.InsufficientPrivilege:
        yield ok(subject, "not visible to this login")  # `rights` reports a missing right that is needed
    except psycopg.Error as error:
        yield problem(subject, explain_error(error))
    except (PracticeError, OSError) as error:
        yield problem(subject, str(error))
