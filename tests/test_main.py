"""The entry point: exit statuses of the contract, one line on standard error, never a traceback."""

import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from scraper import __main__ as entry
from scraper.commands import db_stop
from scraper.config import REPOSITORY, Config, load_config
from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from scraper.errors import CannotWork, LockHeld, UsageError


@pytest.fixture
def command_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | int], None]:
    """Puts a command in the place of db-stop that raises, or returns, what it is given."""

    def install(outcome: BaseException | int) -> None:
        def run(_: Config) -> int:
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        module = ModuleType("scraper.commands.db_stop")
        vars(module)["run"] = run
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return install


@pytest.mark.parametrize(
    ("outcome", "status", "said"),
    [
        (0, 0, ""),
        (1, 1, ""),
        (CannotWork("no database"), 1, "db-stop: no database\n"),
        (UsageError("DAYS=x"), 2, "db-stop: DAYS=x\n"),
        (LockHeld("held by 42"), 4, "db-stop: held by 42\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_outcome_has_its_exit_status_and_at_most_one_line(
    command_that: Callable[[BaseException | int], None],
    capsys: pytest.CaptureFixture[str],
    outcome: BaseException | int,
    status: int,
    said: str,
) -> None:
    command_that(outcome)
    assert entry.main(["db-stop"]) == status
    assert capsys.readouterr().err == said


def test_a_setting_that_cannot_be_used_ends_a_command_before_it_begins(
    command_that: Callable[[BaseException | int], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command_that(AssertionError("ran"))
    monkeypatch.setenv("DATE", "25.10.2025")
    assert entry.main(["db-stop"]) == 2
    assert capsys.readouterr().err == "db-stop: DATE=25.10.2025 is not a date: write it as DATE=2025-10-25\n"


@pytest.mark.parametrize("name", list(entry.COMMANDS))
def test_every_listed_command_has_its_module(name: str) -> None:
    assert callable(entry.command_module(name).run)


def test_db_shell_passes_sql_and_psql_s_exit_status_through(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.set(drivername="postgresql").render_as_string(False))
    command = [sys.executable, "-m", "scraper", "db-shell"]
    asked = subprocess.run(
        command, cwd=REPOSITORY, input="select 40 + 2 as laps;", capture_output=True, text=True, check=True
    )
    assert "42" in asked.stdout
    failed = subprocess.run(
        command,
        cwd=REPOSITORY,
        input="\\set ON_ERROR_STOP 1\nselect nonsense;",
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode == 3
    assert "Traceback" not in failed.stderr


def test_db_stop_stops_the_embedded_server_and_may_be_repeated(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = EmbeddedServer(tmp_path_factory.mktemp("stopped"))
    server.start()
    monkeypatch.setattr(db_stop, "EMBEDDED_HOME", server.home)
    capsys.readouterr()
    assert db_stop.run(load_config()) == 0
    assert "is stopped" in capsys.readouterr().out
    assert not server.is_running()
    assert db_stop.run(load_config()) == 0
    assert "No embedded" in capsys.readouterr().out
