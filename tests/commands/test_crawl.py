"""`make crawl` as its user sees it: exit statuses, the line with the problem, the summary and the crawl log."""

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from scraper import __version__
from scraper.__main__ import main
from scraper.config import Config
from scraper.crawl.scope import days_of
from scraper.database.jobs import Job, hold_locks
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids, wait_for_sessions
from tests.support.faults import Delay, Fault, NeverAnswer, bot_check, status
from tests.support.running_command import RunningCommand
from tests.support.waiting import LONGEST_SECONDS, wait_for, wait_until_blocked_by

BUSY_DAY = {"TRACK": OTHER_TRACK, "DATE": DAY.isoformat()}
LONG_WAIT_SECONDS = 280
# Long enough for a signal to arrive while many pages of the busy day are left, on any machine.
SLOW = Fault("p=view_session", Delay(0.5))


@pytest.fixture
def running(crawler: Crawler) -> Iterator[Callable[..., RunningCommand]]:
    """Starts crawls, and kills them when the test ends."""
    crawls: list[RunningCommand] = []

    def start(**settings: str) -> RunningCommand:
        crawls.append(crawler.start(**settings))
        return crawls[-1]

    yield start
    for crawl in crawls:
        crawl.kill()
        crawl.communicate()


def wait_for_session_request(crawler: Crawler, crawl: RunningCommand) -> None:
    """Wait until the site got a request for a session page."""
    wait_for(lambda: [path for path in crawler.asked() if "view_session" in path], crawl)


def test_summary_and_crawl_log_have_the_figures_of_the_crawl(crawler: Crawler) -> None:
    output = crawler.succeed(**BUSY_DAY, CRAWL_CONTACT="me@example.org", CRAWL_CONCURRENCY="2")
    sessions = SEASON.day(OTHER_TRACK, DAY).sessions
    laps = sum(len(session.lap_times_ms) for session in sessions)
    with_laps = sum(bool(session.lap_times_ms) for session in sessions)
    drivers = len({session.transponder or session.session_id for session in sessions})
    requests = len(crawler.site.requests)
    assert f"and {requests} requests" in output
    assert f"{len(sessions)} listed, {len(sessions)} captured, 0 unchanged, 0 failed" in output
    assert f"{laps} in {with_laps} sessions, by {drivers} drivers" in output

    ((arguments, version, outcome, *figures, took),) = crawler.rows(
        "select arguments, version, outcome, requests, sessions_listed, sessions_ingested, sessions_unchanged,"
        " sessions_failed, sessions_with_laps, laps_ingested, drivers_created_or_matched, ended_at - started_at"
        " from raw.crawls"
    )
    assert (version, outcome) == (__version__, "finished")
    assert figures == [requests, len(sessions), len(sessions), 0, 0, with_laps, laps, drivers]
    assert took > timedelta()
    assert arguments["tracks"] == [OTHER_TRACK]
    assert (arguments["from"], arguments["to"], arguments["concurrency"]) == (str(DAY), str(DAY), 2)
    (user_agent,) = {request.user_agent for request in crawler.site.requests}
    assert __version__ in user_agent
    assert "me@example.org" in user_agent


def test_a_track_is_one_track_whatever_the_case_of_its_slug(crawler: Crawler) -> None:
    crawler.succeed(TRACK=f"{TRACK} {TRACK.upper()}", DATE=str(DAY))
    requests = len(crawler.site.requests)
    # The site knows the path in the first spelling only.
    crawler.succeed(TRACK=TRACK.title(), DATE=str(DAY))
    assert len(crawler.asked(requests)) == 1
    assert crawler.rows("select track_slug from raw.tracks") == [(TRACK,)]
    assert crawler.rows("select distinct track_slug from raw.practice_sessions") == [(TRACK,)]
    assert crawler.rows("select distinct arguments -> 'tracks' from raw.crawls") == [([TRACK],)]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"DATE": "19.10.2025"}, "DATE=19.10.2025 is not a calendar date"),
        ({"TRACK": "evil.com/#", "DATE": str(DAY)}, "is not a track"),
    ],
)
def test_settings_that_cannot_be_used_end_with_one_line(
    settings: dict[str, str],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["crawl"]) == 2
    printed = capsys.readouterr()
    assert problem in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_a_crawl_that_may_not_begin_ends_with_one_line(crawler: Crawler) -> None:
    done = crawler.run(TRACK="", TRACKS="")
    assert done.returncode == 2
    assert "no track is given" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert "crawling is disabled by CRAWL_DISABLED=1" in crawler.fail(CRAWL_DISABLED="1")
    assert crawler.site.requests == ()
    assert crawler.rows("select from raw.crawls") == []


@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("http://127.0.0.1:9/{track}", "the connection is refused"),
        ("http://{track}.invalid", "no host has this name; is the track's name right?"),
    ],
)
def test_a_host_that_is_down_or_unknown_ends_with_one_line(crawler: Crawler, base_url: str, why: str) -> None:
    line = crawler.fail(LIVERC_BASE_URL=base_url)
    assert "no list could be read" in line
    assert f"robots.txt cannot be read ({why})" in line
    assert crawler.rows("select outcome from raw.crawls") == [("failed",)]
    assert crawler.failures() == [("list", str(DAY), "not_allowed")]


def test_no_readable_list_ends_with_one_line(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=session_list", status(404)))
    line = crawler.fail(TRACK=TRACK, FROM="2025-10-01", TO="2025-10-31")
    assert "no list could be read; the last failure: http://" in line
    assert line.endswith("the site responded with status 404")


@pytest.mark.parametrize("code", [200, 503])
def test_a_bot_check_stops_the_crawl_at_once(crawler: Crawler, code: int) -> None:
    crawler.misbehave(Fault("p=view_session", bot_check(code)))
    line = crawler.fail(CRAWL_CONCURRENCY="1")
    assert "asks for a human check" in line
    assert len([path for path in crawler.asked() if "view_session" in path]) == 1
    ((kind, _, reason_kind),) = crawler.failures()
    assert (kind, reason_kind) == ("session", "bot_check")
    assert crawler.rows("select outcome from raw.crawls") == [("failed",)]


def test_a_second_crawl_ends_and_names_the_first(crawler: Crawler) -> None:
    with hold_locks(crawler.database, Job.CRAWL):
        done = crawler.run()
    assert done.returncode == 4
    assert "cannot start while crawl (pid " in done.stderr
    assert f" since {datetime.now(UTC):%Y-}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert crawler.site.requests == ()


def test_an_interrupted_crawl_loses_nothing_and_is_completed_by_the_next(crawler: Crawler) -> None:
    crawler.misbehave(SLOW)
    crawl = crawler.start(**BUSY_DAY)
    wait_for_sessions(crawler, crawl, 3)
    crawl.send_signal(signal.SIGTERM)
    out, err = crawl.communicate(timeout=LONGEST_SECONDS)
    assert crawl.returncode == 130
    assert "Traceback" not in err
    captured = len(crawler.captured())
    assert f"{captured} captured" in out
    assert "run the same command again to continue" in out
    assert crawler.rows("select outcome, sessions_ingested from raw.crawls") == [("interrupted", captured)]
    assert crawler.failures() == []
    # Every response that arrived is stored.
    assert captured == len([path for path in crawler.asked() if "view_session" in path])

    crawler.misbehave()
    assert f"{captured} unchanged" in crawler.succeed(**BUSY_DAY)
    assert crawler.captured() == session_ids(SEASON, OTHER_TRACK, DAY)


def test_ctrl_c_does_not_wait_for_the_end_of_a_pause(crawler: Crawler, running: Callable[..., RunningCommand]) -> None:
    crawler.misbehave(Fault("p=view_session", status(503, Retry_After=str(LONG_WAIT_SECONDS))))
    crawl = running()
    wait_for_session_request(crawler, crawl)
    crawl.send_signal(signal.SIGINT)
    crawl.communicate(timeout=LONG_WAIT_SECONDS - 30)
    assert crawl.returncode == 130


def test_a_second_signal_ends_the_crawl_at_once(crawler: Crawler, running: Callable[..., RunningCommand]) -> None:
    crawler.misbehave(Fault("p=view_session", NeverAnswer()))
    crawl = running()
    wait_for_session_request(crawler, crawl)
    crawl.send_signal(signal.SIGINT)
    wait_for(lambda: "interrupt again to end at once" in crawl.errors_so_far(), crawl)
    crawl.send_signal(signal.SIGINT)
    _, err = crawl.communicate(timeout=LONGEST_SECONDS)
    assert crawl.returncode == 130
    assert "Traceback" not in err


def test_a_killed_crawl_is_marked_as_abandoned_by_the_next(
    crawler: Crawler, running: Callable[..., RunningCommand]
) -> None:
    crawler.misbehave(Fault("p=view_session", NeverAnswer()))
    crawl = running()
    wait_for_session_request(crawler, crawl)
    crawl.kill()
    crawl.communicate()
    crawler.misbehave()
    crawler.succeed()
    assert crawler.rows("select outcome, ended_at is null from raw.crawls order by crawl_id") == [
        ("abandoned", True),
        ("finished", False),
    ]


def test_a_lost_database_stops_the_crawl(crawler: Crawler) -> None:
    crawler.misbehave(SLOW)
    crawl = crawler.start(**BUSY_DAY)
    wait_for_sessions(crawler, crawl, 3)
    with psycopg.connect(crawler.database.conninfo, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid != pg_backend_pid() and datname = current_database()"
        )
    _, err = crawl.communicate(timeout=LONGEST_SECONDS)
    assert crawl.returncode == 1
    assert "Traceback" not in err
    assert "the connection to the database was lost" in err.splitlines()[-1]
    assert len(crawler.asked()) < len(SEASON.day(OTHER_TRACK, DAY).sessions)

    crawler.misbehave()
    crawler.succeed(**BUSY_DAY)
    assert crawler.captured() == session_ids(SEASON, OTHER_TRACK, DAY)


REFUSE_THE_CONNECTION = """
import psycopg
from scraper.raw.history import RawHistory

async def connect(_):
    raise psycopg.OperationalError('connection failed: FATAL:  too many connections for role "nightly_crawl"')

RawHistory.connect = connect
"""


def test_a_spider_without_a_connection_ends_with_one_line(crawler: Crawler) -> None:
    line = crawler.fail(before=REFUSE_THE_CONNECTION)
    assert "too many connections" in line
    assert "run this again" in line
    assert crawler.asked() == []
    assert crawler.rows("select outcome from raw.crawls") == [("failed",)]


# The state that `nohup make crawl &` in a script, and some schedulers, pass on to their processes.
IGNORE_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


def test_ctrl_c_ends_a_crawl_whose_parent_ignores_it(crawler: Crawler, running: Callable[..., RunningCommand]) -> None:
    with psycopg.connect(crawler.database.conninfo) as holder:
        # The crawl waits for its row in the crawl log, before the engine with its own signal handlers runs.
        holder.execute("lock table raw.crawls")
        crawl = running(before=IGNORE_CTRL_C)
        with psycopg.connect(crawler.database.conninfo, autocommit=True) as observer:
            wait_until_blocked_by(holder, observer, crawl)
        crawl.send_signal(signal.SIGINT)
        _, err = crawl.communicate(timeout=LONGEST_SECONDS)
    assert crawl.returncode == 130
    assert "Traceback" not in err
    assert crawler.asked() == []


# Sets this machine's clock, as far as our code reads it, 30 hours ahead.
SET_CLOCK_AHEAD = """
import sys
from datetime import datetime, timedelta
from scraper.commands import crawl

class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(hours=30)

for name, module in list(sys.modules.items()):
    if name.startswith("scraper.") and hasattr(module, "datetime"):
        module.datetime = Ahead
"""


def test_a_wrong_clock_is_reported_and_stored_times_are_the_databases(crawler: Crawler) -> None:
    ((before,),) = crawler.rows("select clock_timestamp()")
    output = crawler.succeed(before=SET_CLOCK_AHEAD)
    assert "this machine's clock is 108" in output
    assert "s ahead of the database's" in output
    times = crawler.rows(
        "select fetched_at from raw.practice_sessions union all select last_seen_at from raw.practice_sessions"
        " union all select fetched_at from raw.practice_lists union all select started_at from raw.crawls"
        " union all select ended_at from raw.crawls"
    )
    ((after,),) = crawler.rows("select clock_timestamp()")
    assert all(before <= time <= after for (time,) in times)
    # After the clock was set right nothing is requested twice.
    assert f"0 captured, {len(SESSIONS)} unchanged" in crawler.succeed()


@pytest.mark.parametrize(
    ("now", "days", "first", "last"),
    [
        (datetime(2026, 3, 5, 6, tzinfo=UTC), 2, date(2026, 3, 3), date(2026, 3, 5)),
        (datetime(2026, 3, 5, 18, tzinfo=UTC), 2, date(2026, 3, 4), date(2026, 3, 6)),
        (datetime(2026, 3, 5, 12, tzinfo=UTC), 1, date(2026, 3, 5), date(2026, 3, 6)),
        (datetime(2026, 1, 1, 0, tzinfo=UTC), 1, date(2025, 12, 31), date(2026, 1, 1)),
    ],
)
def test_the_last_days_are_those_of_every_time_zone(now: datetime, days: int, first: date, last: date) -> None:
    assert days_of(Config(days=days), now) == (first, last)


def test_a_named_day_is_the_whole_range() -> None:
    assert days_of(Config(practice_date=DAY), datetime.now(UTC)) == (DAY, DAY)
