"""The command line: options, exit statuses of the contract, messages without a traceback."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from scraper import __main__ as entry
from scraper.commands import db_stop
from scraper.config import REPOSITORY, Config, fields, load_config
from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from scraper.errors import CannotWork, LockHeld, UsageError


@pytest.fixture
def command_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | int], None]:
    """Replaces db-stop by a command that raises or returns a given outcome."""

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
    ("outcome", "status", "errors"),
    [
        (0, 0, ""),
        (1, 1, ""),
        (CannotWork("no database"), 1, "db-stop: no database\n"),
        (UsageError("DAYS=x\nDATE=y"), 2, "db-stop: DAYS=x\ndb-stop: DATE=y\n"),
        (LockHeld("held by 42"), 4, "db-stop: held by 42\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_outcome_has_its_exit_status_and_its_lines(
    command_that: Callable[[BaseException | int], None],
    capsys: pytest.CaptureFixture[str],
    outcome: BaseException | int,
    status: int,
    errors: str,
) -> None:
    command_that(outcome)
    assert entry.main(["db-stop"]) == status
    assert capsys.readouterr().err == errors


def test_wrong_settings_end_a_command_before_it_begins(
    command_that: Callable[[BaseException | int], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command_that(AssertionError("ran"))
    monkeypatch.setenv("DATE", "25.10.2025")
    monkeypatch.setenv("LIST_ONLY", "maybe")
    assert entry.main(["db-stop"]) == 2
    assert capsys.readouterr().err == (
        "db-stop: DATE=25.10.2025 is not a calendar date: write it as DATE=2025-10-25\n"
        "db-stop: LIST_ONLY=maybe is neither on nor off: write LIST_ONLY=1 or LIST_ONLY=0\n"
    )


@pytest.fixture
def config_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Config]:
    """Returns the settings that a command is run with."""

    def config_of(command: str, *options: str) -> Config:
        received: list[Config] = []

        def run(config: Config) -> int:
            received.append(config)
            return 0

        module = ModuleType(f"scraper.commands.{command}")
        vars(module)["run"] = run
        monkeypatch.setitem(sys.modules, module.__name__, module)
        assert entry.main([command, *options]) == 0
        return received[0]

    return config_of


def test_options_reach_the_command(config_of: Callable[..., Config]) -> None:
    config = config_of(
        *("crawl", "--track", "north,south", "--from", "2025-10-01", "--to=2025-10-02", "--list-only", "--refresh")
    )
    assert config.tracks == ("north", "south")
    assert config.date_range(date(2025, 10, 26)) == (date(2025, 10, 1), date(2025, 10, 2))
    assert (config.list_only, config.refresh) == (True, True)
    assert config_of("crawl", "--date", "2025-10-25").practice_date == date(2025, 10, 25)
    assert config_of("transform", "--full").full
    assert config_of("report", "--out", "day.html").report_file == Path("day.html")
    assert config_of("dbt", "--args=build -s +laps").dbt_arguments == "build -s +laps"


def test_options_win_over_the_environment(config_of: Callable[..., Config], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACK", "north")
    monkeypatch.setenv("LIST_ONLY", "1")
    monkeypatch.setenv("DAYS", "5")
    config = config_of("crawl", "--track", "south", "--no-list-only")
    assert (config.tracks, config.list_only, config.days) == (("south",), False, 5)


def test_help_shows_the_options_and_does_not_import_the_command() -> None:
    program = (
        "import sys; from scraper.__main__ import main\n"
        "try: main(['crawl', '--help'])\n"
        "finally: assert not {'scrapy', 'alembic', 'sqlalchemy', 'dbt'} & set(sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    for option in ("--track", "--date", "--from", "--to", "--list-only", "--refresh", "--days", "--crawl-delay"):
        assert option in shown
    assert "default 0.5" in shown


@pytest.mark.parametrize("name", list(entry.COMMANDS))
def test_every_option_is_a_setting_with_a_description(name: str) -> None:
    for setting in entry.COMMANDS[name].settings:
        assert fields()[setting].description
    assert "DATABASE_URL" not in entry.COMMANDS[name].settings, "every user can read the arguments of a process"


@pytest.mark.parametrize("name", list(entry.COMMANDS))
def test_every_listed_command_has_its_module(name: str) -> None:
    assert callable(entry.command_module(name).run)


def test_db_shell_passes_sql_to_psql_and_returns_its_exit_status(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.set(drivername="postgresql").render_as_string(False))
    command = [sys.executable, "-m", "scraper", "db-shell"]
    shown = subprocess.run(
        command, cwd=REPOSITORY, input="select 40 + 2 as laps;", capture_output=True, text=True, check=True
    )
    assert "42" in shown.stdout
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


def test_db_stop_stops_the_embedded_server_and_can_be_repeated(
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
