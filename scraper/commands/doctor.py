"""Look at all that the work depends on, and say what to do about it."""

from collections.abc import Callable, Iterator

import psycopg

from scraper.config import REPOSITORY, Config
from scraper.console import plain_console
from scraper.database.connection import Database, open_database
from scraper.database.diagnosis import explain_error
from scraper.database.locks import Lock, lock_holders
from scraper.database.migrate import schema_problem
from scraper.doctor.activity import check_idle_transactions, check_killed_crawls, check_locks, check_work_list
from scraper.doctor.finding import Finding, Level, ok, problem
from scraper.doctor.machine import check_disk, check_settings, check_settings_file
from scraper.doctor.rights import check_rights
from scraper.doctor.schema import check_left_overs, check_migrations, check_owners
from scraper.doctor.server import check_clock, check_killed_clients, check_letters, check_server
from scraper.errors import PracticeError

Check = Callable[[], Iterator[Finding]]


def run(config: Config) -> int:
    """One line per finding; 1 when one of them is a problem. Changes nothing."""
    console = plain_console()
    levels = set()
    for finding in _findings(config):
        console.print(f"{finding.level:<8} {finding.subject:<11} {finding.text}")
        levels.add(finding.level)
    return 1 if Level.PROBLEM in levels else 0


def _findings(config: Config) -> Iterator[Finding]:
    yield from _all_of("settings", lambda: check_settings(config))
    yield from _all_of("settings", lambda: check_settings_file(REPOSITORY / ".env"))
    yield from _all_of("disk", check_disk)
    yield from _all_of("database", lambda: _database(open_database(config, application_name="practice doctor")))


def _database(database: Database) -> Iterator[Finding]:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        yield from _all_of("server", lambda: check_server(connection, database))
        yield from _all_of("server", lambda: check_killed_clients(connection))
        yield from _all_of("clock", lambda: check_clock(connection))
        yield from _all_of("letters", lambda: check_letters(connection))
        yield from _all_of("migrations", lambda: check_migrations(connection))
        holders = lock_holders(connection)
        yield from _all_of("locks", lambda: check_locks(holders))
        yield from _all_of("locks", lambda: check_idle_transactions(connection))
        if schema_problem(connection):
            return  # what follows looks at tables that are not there, or not as they should be
        transform_runs = any(holder.lock == Lock.TRANSFORM for holder in holders)
        yield from _all_of("rights", lambda: check_rights(connection))
        yield from _all_of("rights", lambda: check_owners(connection))
        yield from _all_of("left-overs", lambda: check_left_overs(connection, transform_runs=transform_runs))
        yield from _all_of("crawls", lambda: check_killed_crawls(connection, holders))
        yield from _all_of("work list", lambda: check_work_list(connection))


def _all_of(subject: str, check: Check) -> Iterator[Finding]:
    """What a check finds; that it could not look is a finding, too."""
    try:
        yield from check()
    except psycopg.errors.InsufficientPrivilege:
        yield ok(subject, "not for this login to see")  # a right that is needed and missing is told under `rights`
    except psycopg.Error as error:
        yield problem(subject, explain_error(error))
    except (PracticeError, OSError) as error:
        yield problem(subject, str(error))
