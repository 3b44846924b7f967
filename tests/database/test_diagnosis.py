"""Each error of the database becomes one line with the next thing to do, whichever command meets it."""

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
        (DISK_FULL, "the disk of the database is full (could not extend file", "nothing stored is lost"),
        (
            psycopg.errors.InsufficientPrivilege("permission denied for table laps"),
            "the database refuses (permission denied for table laps)",
            "make doctor for a grant that is missing",
        ),
        (
            psycopg.errors.AdminShutdown("FATAL:  terminating connection due to administrator command"),
            "the database went away or is busy (terminating connection due to administrator command)",
            "see also make doctor",
        ),
        (psycopg.OperationalError(""), "the database went away or is busy (it does not say why)", "make doctor"),
        (psycopg.errors.DivisionByZero("division by zero"), "the database cannot do that (division by zero)", "doctor"),
    ],
)
def test_an_error_is_one_line_with_its_remedy(problem: psycopg.Error, begins: str, ends: str) -> None:
    line = explain_error(problem)
    assert line.startswith(begins)
    assert line.endswith(ends)
    assert line.isprintable()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            'could not extend file "base/1/2": No space left on device HINT: Check free disk space.',
            'the disk of the database is full (could not extend file "base/1/2": No space left on device): free space ',
        ),
        ("server closed the connection unexpectedly", "the database went away or is busy (server closed the connec"),
        ('new row for relation "laps" violates check constraint "planted"', None),
    ],
)
def test_dbt_s_words_for_an_outage_are_understood(words: str, line: str | None) -> None:
    told = explain_outage(words)
    assert told is None if line is None else (told or "").startswith(line)


def test_a_command_that_meets_one_ends_with_status_1_and_that_line(
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
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == 'status: the database cannot do that (relation "raw.crawls" does not exist): see make doctor\n'
