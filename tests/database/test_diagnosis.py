"""Each error of the database becomes one line with a remedy, in every command."""

import sys
from types import ModuleType

import psycopg
import pytest

from scraper import __main__ as entry
from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.diagnosis import explain_error, explain_outage

DISK_FULL = psycopg.errors.DiskFull(
    'could not extend file "base/1/2": No space left on device\nHINT:  Check free space.'
)


@pytest.mark.parametrize(
    ("problem", "begins", "ends"),
    [
        (DISK_FULL, "the database's disk is full (could not extend file", "nothing that was stored is lost"),
        (
            psycopg.errors.InsufficientPrivilege("permission denied for table laps"),
            "the login lacks a right (permission denied for table laps)",
            "or use another login",
        ),
        (
            psycopg.errors.AdminShutdown("FATAL:  terminating connection due to administrator command"),
            "the connection to the database was lost (terminating connection due to administrator command)",
            "nothing that was stored is lost",
        ),
        (psycopg.OperationalError(""), "the connection to the database was lost (no reason given)", "is lost"),
        (
            psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"),
            "the database takes no writes from this login (cannot execute INSERT in a read-only transaction)",
            "or use another login",
        ),
        (
            psycopg.errors.QueryCanceled("canceling statement due to statement timeout"),
            "the server ended a statement (canceling statement due to statement timeout)",
            "then run this again",
        ),
        (
            psycopg.errors.DivisionByZero("division by zero"),
            "the database refused a statement (division by zero)",
            "doctor",
        ),
    ],
)
def test_an_error_is_one_line_with_a_remedy(problem: psycopg.Error, begins: str, ends: str) -> None:
    line = explain_error(problem)
    assert line.startswith(begins)
    assert line.endswith(ends)
    assert line.isprintable()


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            'could not extend file "base/1/2": No space left on device HINT: Check free disk space.',
            'the database\'s disk is full (could not extend file "base/1/2": No space left on device): free space ',
        ),
        ("canceling statement due to statement timeout", "the server ended a statement (canceling"),
        ("server closed the connection unexpectedly", "the connection to the database was lost (server closed"),
        ('new row for relation "laps" violates check constraint "seeded"', None),
    ],
)
def test_a_message_of_dbt_about_an_outage_is_recognized(message: str, line: str | None) -> None:
    explanation = explain_outage(message)
    assert explanation is None if line is None else (explanation or "").startswith(line)


def test_an_error_of_the_database_ends_a_command_with_status_1_and_that_line(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: Config) -> int:
        with psycopg.connect(empty_database.conninfo) as connection:
            connection.execute("select * from raw.crawls")
        return 0

    module = ModuleType("scraper.commands.status")
    vars(module)["run"] = run
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert entry.main(["status"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert (
        output.err
        == 'status: the database refused a statement (relation "raw.crawls" does not exist): see make doctor\n'
    )
