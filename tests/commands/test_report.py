"""`make report`: the file it writes, and its errors."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest

from scraper.commands import report
from scraper.config import Config
from scraper.database.connection import Database
from scraper.errors import CannotWork, PracticeError, UsageError
from scraper.report import report_file
from scraper.report.report_file import default_path, write_report
from tests.dbt_project.raw_pages import DAY, DayList, SessionPage, lap, listed, store
from tests.dbt_project.replay import Recording
from tests.report.reading import Report
from tests.support.commands_runner import Commands

EMPTY_DAY, LISTED_DAY = date(2025, 10, 18), date(2025, 10, 11)
Refusal = Callable[..., str]


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path, recording: Recording) -> Commands:
    """A day whose totals differ from the site's, a day without sessions, and a day that is only listed."""
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        for page in (
            DayList([listed(7001), listed(7002, "Bo Li", started_at=f"{DAY} 15:00:00")]),
            SessionPage(7001, laps=[lap(1, "35.000"), lap(2, "40.000")]),
            SessionPage(7002, "Bo Li", fields={"start": "3:00:00pm", "end": "3:06:50pm"}),
            DayList([], EMPTY_DAY),
            DayList([listed(6001, started_at=f"{LISTED_DAY} 14:43:27")], LISTED_DAY),
        ):
            store(connection, "bend", page)
    recording.transform(shared_database)
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture
def written(commands: Commands, tmp_path: Path) -> Callable[[date], Report]:
    """Write and parse the report of a day."""

    def write(day: date) -> Report:
        path = tmp_path / "there" / f"{day}.html"
        printed = commands.succeed("report", TRACK="Bend", DATE=str(day), OUT=str(path))
        assert printed == f"Report: {path}\n"
        return Report.of(path.read_text(encoding="utf-8"))

    return write


@pytest.fixture
def refusal(commands: Commands) -> Refusal:
    """The one line of error of a report with these settings and this exit status."""

    def refuse(exit_status: int, **settings: str) -> str:
        done = commands.run("report", **settings)
        assert done.returncode == exit_status, done.stdout + done.stderr
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        return done.stderr.removeprefix("report: ").rstrip()

    return refuse


def test_a_day_that_differs_has_its_differences(written: Callable[[date], Report]) -> None:
    page = written(DAY)
    assert page.text("h1, .date") == "A Track Saturday, 25 October 2025"
    assert "laps 1 by the site and 4 by us" in page.text(".verdict.differs")
    assert [cells[:3] for cells in page.table("table.leaderboard")] == [
        ["1", "Ana Ruiz", "35.000"],
        ["1", "Bo Li", "35.000"],
    ]


def test_a_day_without_sessions_and_a_listed_day_are_written(written: Callable[[date], Report]) -> None:
    assert "Nobody drove" in written(EMPTY_DAY).text("#day")
    page = written(LISTED_DAY)
    assert "0 of 1 session page captured" in page.text(".verdict")
    assert page.table("table.leaderboard")[0][:3] == ["1", "Ana Ruiz", "35.000"]


def test_missing_arguments_are_named(refusal: Refusal) -> None:
    assert refusal(2) == "no track is given: run make report TRACK=canberraoffroad DATE=2025-10-25"
    assert refusal(2, TRACK="bend") == "no day is given: run make report TRACK=bend DATE=2025-10-25"
    assert refusal(2, TRACK="bend other", DATE=str(DAY)).startswith(
        "a report has one track: run make report once per track, first with TRACK=bend"
    )


def test_a_day_that_is_not_stored_names_the_nearest_days_and_the_command_to_fetch_it(refusal: Refusal) -> None:
    assert refusal(2, TRACK="bend", DATE="2025-10-19") == (
        "2025-10-19 is not stored for bend; stored days near it: 2025-10-11, 2025-10-18, 2025-10-25. "
        "To fetch it: make crawl transform TRACK=bend DATE=2025-10-19"
    )


def test_a_track_that_is_not_stored_names_the_stored_ones(refusal: Refusal) -> None:
    fetch = "make crawl transform TRACK={} DATE=2025-10-25"
    assert refusal(2, TRACK="bent", DATE=str(DAY)) == (
        f"track bent is not stored; did you mean TRACK=bend? To fetch bent: {fetch.format('bent')}"
    )
    assert refusal(2, TRACK="elsewhere", DATE=str(DAY)) == (
        f"track elsewhere is not stored; stored tracks: bend. To fetch it: {fetch.format('elsewhere')}"
    )


def test_a_file_that_cannot_be_written_is_named(refusal: Refusal, tmp_path: Path) -> None:
    assert refusal(2, TRACK="bend", DATE=str(DAY), OUT=str(tmp_path)).endswith(
        "is a folder: add a file name, such as day.html"
    )
    (tmp_path / "file").touch()
    beneath = tmp_path / "file" / "day.html"
    assert refusal(1, TRACK="bend", DATE=str(DAY), OUT=str(beneath)).startswith(f"cannot write {beneath} (")


@pytest.mark.usefixtures("on_database")
def test_before_the_first_transform_the_error_names_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACK", "bend")
    monkeypatch.setenv("DATE", str(DAY))
    with pytest.raises(UsageError, match=r"track bend is not stored\. To fetch it: make crawl transform TRACK=bend"):
        report.run(Config())


def test_without_tables_the_error_names_the_migration(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TRACK", "bend")
    monkeypatch.setenv("DATE", str(DAY))
    with pytest.raises(PracticeError, match="no tables yet: run make migrate"):
        report.run(Config())


def test_an_older_analytics_schema_needs_a_transform(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.report.queries.RECORDS", "select name from analytics.class_records")
    monkeypatch.setenv("DATABASE_URL", commands.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TRACK", "bend")
    monkeypatch.setenv("DATE", str(DAY))
    with pytest.raises(CannotWork, match="run make transform first"):
        report.run(Config())


def test_an_old_report_is_kept_when_a_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "day.html"
    write_report(path, "old")

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)
    with pytest.raises(CannotWork, match="No space left on device"):
        write_report(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_has_the_mode_of_other_new_files(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write_report(tmp_path / "day.html", "page")
    assert (tmp_path / "day.html").stat().st_mode == (tmp_path / "any").stat().st_mode


@pytest.mark.parametrize(
    ("slug", "name"),
    [("Iron-Range", "Iron-Range-2025-10-25.html"), ("../../etc/x", "______etc_x-2025-10-25.html")],
)
def test_every_report_is_in_the_reports_folder(slug: str, name: str) -> None:
    assert default_path(slug, DAY) == report_file.REPORTS / name
