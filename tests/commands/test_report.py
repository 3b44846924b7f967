"""`make report`: where the page goes, and what it says when there is none to write."""

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
from tests.report.reading import Report
from tests.support.commands_runner import Commands

EMPTY_DAY, LISTED_DAY = date(2025, 10, 18), date(2025, 10, 11)
Says = Callable[..., str]


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    """A day whose totals differ from the site's, one without sessions, and one that is listed only."""
    commands = Commands(shared_database, dbt_artifacts)
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        for page in (
            DayList([listed(7001), listed(7002, "Bo Li", started_at=f"{DAY} 15:00:00")]),
            SessionPage(7001, laps=[lap(1, "35.000"), lap(2, "40.000")]),
            SessionPage(7002, "Bo Li", fields={"start": "3:00:00pm", "end": "3:06:50pm"}),
            DayList([], EMPTY_DAY),
            DayList([listed(6001, started_at=f"{LISTED_DAY} 14:43:27")], LISTED_DAY),
        ):
            store(connection, "bend", page)
    commands.succeed("transform")
    return commands


@pytest.fixture
def written(commands: Commands, tmp_path: Path) -> Callable[[date], Report]:
    """The report of a day of the track."""

    def write(day: date) -> Report:
        path = tmp_path / "there" / f"{day}.html"
        said = commands.succeed("report", TRACK="bend", DATE=str(day), OUT=str(path))
        assert said == f"Report: {path}\n"
        return Report.of(path.read_text(encoding="utf-8"))

    return write


@pytest.fixture
def refusal(commands: Commands) -> Says:
    """The one line that a report with these settings ends with, and its exit status."""

    def say(exit_status: int, **settings: str) -> str:
        done = commands.run("report", **settings)
        assert done.returncode == exit_status, done.stdout + done.stderr
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        return done.stderr.removeprefix("report: ").rstrip()

    return say


def test_a_day_that_differs_is_written_with_its_differences(written: Callable[[date], Report]) -> None:
    page = written(DAY)
    assert page.said("h1, .date") == "A Track Saturday, 25 October 2025"
    assert "laps 1 by the site and 4 by us" in page.said(".verdict.differs")
    assert [cells[:3] for cells in page.table("table.leaderboard")] == [
        ["1", "Ana Ruiz", "35.000"],
        ["1", "Bo Li", "35.000"],
    ]


def test_a_day_without_sessions_and_one_that_is_only_listed_are_written(written: Callable[[date], Report]) -> None:
    assert "Nobody drove" in written(EMPTY_DAY).said("#day")
    page = written(LISTED_DAY)
    assert "0 of 1 session page captured" in page.said(".verdict")
    assert page.table("table.leaderboard")[0][:3] == ["1", "Ana Ruiz", "35.000"]


def test_settings_without_a_day_get_a_remedy(refusal: Says) -> None:
    assert refusal(2) == "no track is given: write make report TRACK=canberraoffroad DATE=2025-10-25"
    assert refusal(2, TRACK="bend") == "no day is given: write make report TRACK=bend DATE=2025-10-25"
    assert refusal(2, TRACK="bend other", DATE=str(DAY)).startswith("a report shows one track: write TRACK=bend alone")


def test_a_missing_day_gets_the_nearest_days_and_the_command_that_fetches_it(refusal: Says) -> None:
    assert refusal(2, TRACK="bend", DATE="2025-10-19") == (
        "bend has no practice day 2025-10-19 in this database; the nearest are 2025-10-11, 2025-10-18, 2025-10-25. "
        "To fetch it: make crawl transform TRACK=bend DATE=2025-10-19"
    )


def test_a_missing_track_gets_the_known_tracks(refusal: Says) -> None:
    fetch = "To fetch it: make crawl transform TRACK={} DATE=2025-10-25"
    assert refusal(2, TRACK="Bend", DATE=str(DAY)) == (
        f"there is no track Bend in this database; did you mean TRACK=bend? {fetch.format('Bend')}"
    )
    assert refusal(2, TRACK="elsewhere", DATE=str(DAY)) == (
        f"there is no track elsewhere in this database; it has bend. {fetch.format('elsewhere')}"
    )


def test_a_file_that_cannot_be_written_is_named(refusal: Says, tmp_path: Path) -> None:
    assert refusal(2, TRACK="bend", DATE=str(DAY), OUT=str(tmp_path)).endswith(
        "is a folder: add a file name, such as day.html"
    )
    (tmp_path / "file").touch()
    beneath = tmp_path / "file" / "day.html"
    assert refusal(1, TRACK="bend", DATE=str(DAY), OUT=str(beneath)).startswith(f"cannot write {beneath} (")


@pytest.mark.usefixtures("on_database")
def test_before_the_first_transform_every_track_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACK", "bend")
    monkeypatch.setenv("DATE", str(DAY))
    with pytest.raises(
        UsageError, match=r"no track bend in this database\. To fetch it: make crawl transform TRACK=bend"
    ):
        report.run(Config())


def test_a_database_without_tables_gets_a_remedy(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TRACK", "bend")
    monkeypatch.setenv("DATE", str(DAY))
    with pytest.raises(PracticeError, match="no tables yet: run make migrate"):
        report.run(Config())


def test_a_missing_column_of_analytics_needs_a_transform(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.report.queries.RECORDS", "select name from analytics.class_records")
    monkeypatch.setenv("DATABASE_URL", commands.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TRACK", "bend")
    monkeypatch.setenv("DATE", str(DAY))
    with pytest.raises(CannotWork, match="run make transform first"):
        report.run(Config())


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "day.html"
    write_report(path, "old")

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)
    with pytest.raises(CannotWork, match="No space left on device"):
        write_report(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_has_the_usual_file_mode(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write_report(tmp_path / "day.html", "page")
    assert (tmp_path / "day.html").stat().st_mode == (tmp_path / "any").stat().st_mode


@pytest.mark.parametrize(
    ("slug", "name"),
    [("Iron-Range", "Iron-Range-2025-10-25.html"), ("../../etc/x", "______etc_x-2025-10-25.html")],
)
def test_no_slug_leads_out_of_the_reports_folder(slug: str, name: str) -> None:
    assert default_path(slug, DAY) == report_file.REPORTS / name
