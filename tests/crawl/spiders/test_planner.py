"""How many requests each case costs: what is known is not asked for, and what may have changed is."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scraper.config import REPOSITORY
from scraper.sample_site.practice import Session
from scraper.sample_site.season import Season
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, wait_for_sessions
from tests.support.faults import Delay, Fault, Rewrite, status

MONTH = {"TRACK": TRACK, "FROM": "2025-10-01", "TO": "2025-10-31"}
ALL_TRACKS = MONTH | {"TRACK": f"{TRACK} {OTHER_TRACK}"}
DAYS = {practice_date: SEASON.day(TRACK, practice_date).sessions for practice_date in SEASON.dates(TRACK)}
SESSION_IDS = [session.session_id for sessions in DAYS.values() for session in sessions]


def calendar(month: str = "2025-10", track: str = TRACK) -> str:
    return f"/{track}/practice/?p=calendar&d={month}"


def day_list(day: date, track: str = TRACK) -> str:
    return f"/{track}/practice/?p=session_list&d={day}"


def session_page(session_id: int, track: str = TRACK) -> str:
    return f"/{track}/practice/?p=view_session&id={session_id}"


EVERYTHING = [calendar(), *map(day_list, DAYS), *map(session_page, SESSION_IDS)]


def asked_by(crawler: Crawler, **settings: str) -> list[str]:
    """The pages that a crawl asks for, sorted."""
    before = len(crawler.site.requests)
    crawler.succeed(**settings)
    return sorted(crawler.asked(before))


def as_if_read_at(crawler: Crawler, moment: datetime) -> None:
    """Everything that is stored looks as if it had been read then: its lists first, its sessions after them."""
    for table, seconds in (("practice_lists", 0), ("practice_sessions", 20)):
        read_at = moment + timedelta(seconds=seconds)
        crawler.change(f"update raw.{table} set fetched_at = %s, last_seen_at = %s", read_at, read_at)


def test_an_unchanged_month_costs_one_request(crawler: Crawler) -> None:
    assert asked_by(crawler, **MONTH) == sorted(EVERYTHING)
    assert asked_by(crawler, **MONTH) == [calendar()]
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_a_named_day_costs_its_list(crawler: Crawler) -> None:
    crawler.succeed(**MONTH)
    assert asked_by(crawler) == [day_list(DAY)]


def test_a_day_that_may_still_go_on_costs_its_list_and_the_sessions_that_may_have_been_running(
    crawler: Crawler,
) -> None:
    crawler.succeed()
    as_if_read_at(crawler, datetime(2025, 10, 19, 12, tzinfo=UTC))
    latest_start = max(session.started_at for session in SESSIONS)
    running = [session.session_id for session in SESSIONS if may_be_running(session, latest_start)]
    assert 0 < len(running) < len(SESSIONS)
    one_day = {"TRACK": TRACK, "FROM": str(DAY), "TO": str(DAY)}
    assert asked_by(crawler, **one_day) == sorted([calendar(), day_list(DAY), *map(session_page, running)])
    assert asked_by(crawler, **one_day) == [calendar()]


def may_be_running(session: Session, latest_start: datetime) -> bool:
    """Whether nobody began after this session's timeout, with two minutes to spare."""
    return session.ended_at + timedelta(minutes=2) > latest_start


@pytest.mark.parametrize(
    ("read_at", "asked"),
    [
        (datetime(2025, 10, 20, 12, 4, 59, tzinfo=UTC), [calendar(), day_list(DAY)]),
        (datetime(2025, 10, 20, 12, 5, tzinfo=UTC), [calendar()]),
    ],
)
def test_a_day_is_over_once_it_is_over_on_every_clock(crawler: Crawler, read_at: datetime, asked: list[str]) -> None:
    crawler.succeed()
    as_if_read_at(crawler, read_at)
    assert asked_by(crawler, TRACK=TRACK, FROM=str(DAY), TO=str(DAY)) == asked


def test_an_edited_session_costs_its_list_and_its_page_when_the_list_is_read(crawler: Crawler) -> None:
    crawler.succeed(**MONTH)
    with_laps = next(session for session in SESSIONS if len(session.lap_times_ms) > 1)
    crawler.site.season = SEASON.replaced(replace(with_laps, lap_times_ms=with_laps.lap_times_ms[:-1]))
    assert asked_by(crawler, **MONTH) == [calendar()]  # the month page does not tell
    assert asked_by(crawler) == sorted([day_list(DAY), session_page(with_laps.session_id)])
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_another_number_of_sessions_costs_the_list_and_what_is_new_on_it(crawler: Crawler) -> None:
    late = SESSIONS[-1].session_id
    crawler.site.season = SEASON.without(late)
    crawler.succeed(**MONTH)
    crawler.site.season = SEASON
    assert asked_by(crawler, **MONTH) == sorted([calendar(), day_list(DAY), session_page(late)])
    crawler.site.season = SEASON.without(late)
    assert asked_by(crawler, **MONTH) == [calendar(), day_list(DAY)]
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_a_day_whose_sessions_are_all_gone_costs_its_list_once(crawler: Crawler) -> None:
    crawler.succeed(**MONTH)
    for session in SESSIONS:
        crawler.site.season = crawler.site.season.without(session.session_id)
    assert asked_by(crawler, **MONTH) == [calendar(), day_list(DAY)]
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_a_month_whose_sessions_are_all_gone_is_asked_for_until_its_lists_say_so(crawler: Crawler) -> None:
    crawler.site.season = season = Season.generate(tracks=1, days=10, sessions_per_day=1)
    two_months = {"TRACK": TRACK, "FROM": "2025-09-01", "TO": "2025-10-31", "LIST_ONLY": "1"}
    crawler.succeed(**two_months)
    gone = [day for day in season.dates(TRACK) if day.month == 9]
    for session in (session for day in gone for session in season.day(TRACK, day).sessions):
        crawler.site.season = crawler.site.season.without(session.session_id)
    assert asked_by(crawler, **two_months) == sorted([calendar("2025-09"), calendar(), *map(day_list, gone)])
    assert asked_by(crawler, **two_months) == [calendar()]


def test_years_cost_the_months_that_there_are(crawler: Crawler) -> None:
    crawler.site.season = season = Season.generate(tracks=1, days=10, sessions_per_day=1)
    years = {"TRACK": TRACK, "FROM": "2015-01-01", "TO": "2025-12-31", "LIST_ONLY": "1"}
    months = ["2025-09", "2025-10", "2025-12"]  # the range's last is where the others are named
    assert asked_by(crawler, **years) == sorted([*map(calendar, months), *map(day_list, season.dates(TRACK))])
    assert asked_by(crawler, **years) == [*map(calendar, months)]


def test_the_whole_calendar_is_a_range_like_others(crawler: Crawler) -> None:
    hostile = '<option value="9999-12">x</option><option value="0000-00">x</option>'
    crawler.misbehave(Fault("p=calendar", Rewrite(lambda html: html.replace("<option", f"{hostile}<option", 1))))
    ever = {"TRACK": TRACK, "FROM": "0001-01-01", "TO": "9999-12-31", "LIST_ONLY": "1"}
    this_month = {f"{datetime.now(UTC) - timedelta(hours=12):%Y-%m}"}
    asked = asked_by(crawler, **ever)
    this_month.add(f"{datetime.now(UTC) - timedelta(hours=12):%Y-%m}")
    lists = [path for path in asked if "session_list" in path]
    assert lists == sorted(map(day_list, DAYS))
    months = [path for path in asked if "p=calendar" in path]
    assert months in [sorted([calendar(), calendar(month)]) for month in this_month]


def test_after_lists_only_the_session_pages_are_asked_for_without_their_lists(crawler: Crawler) -> None:
    assert asked_by(crawler, **MONTH, LIST_ONLY="1") == sorted([calendar(), *map(day_list, DAYS)])
    assert asked_by(crawler, **MONTH) == sorted([calendar(), *map(session_page, SESSION_IDS)])
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_a_failed_session_page_is_asked_for_again_without_its_list(crawler: Crawler) -> None:
    unlucky = SESSIONS[1].session_id
    crawler.misbehave(Fault(f"id={unlucky}$", status(404)))
    crawler.succeed(**MONTH)
    for _ in range(2):
        assert asked_by(crawler, **MONTH) == sorted([calendar(), session_page(unlucky)])
    crawler.misbehave()
    assert asked_by(crawler, **MONTH) == sorted([calendar(), session_page(unlucky)])
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_a_failed_list_is_asked_for_again_although_an_earlier_one_is_stored(crawler: Crawler) -> None:
    crawler.succeed(**MONTH)
    crawler.misbehave(Fault("p=session_list", status(404)))
    crawler.fail()
    crawler.misbehave()
    assert asked_by(crawler, **MONTH) == [calendar(), day_list(DAY)]
    assert crawler.failures() == []
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_a_list_that_cannot_be_read_whole_is_asked_for_until_it_can(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"d={DAY}", Rewrite(lambda html: html.replace("var data = [", "var data = [[[oops "))))
    crawler.succeed(**MONTH)
    ((rows, unreadable),) = crawler.rows(
        "select jsonb_array_length(payload -> 'sessions'), jsonb_array_length(payload -> 'unreadable_rows')"
        " from raw.practice_lists where practice_date = %s",
        DAY,
    )
    assert (rows, unreadable) == (len(SESSIONS), 1)
    assert asked_by(crawler, **MONTH) == [calendar(), day_list(DAY)]
    crawler.misbehave()
    assert asked_by(crawler, **MONTH) == [calendar(), day_list(DAY)]
    assert asked_by(crawler, **MONTH) == [calendar()]


def test_refresh_asks_for_everything_in_range(crawler: Crawler) -> None:
    crawler.succeed(**MONTH)
    assert asked_by(crawler, **MONTH, REFRESH="1") == sorted(EVERYTHING)
    assert asked_by(crawler, **MONTH, REFRESH="1", LIST_ONLY="1") == sorted([calendar(), *map(day_list, DAYS)])
    sessions = [session_page(session.session_id) for session in SESSIONS]
    assert asked_by(crawler, REFRESH="1") == sorted([day_list(DAY), *sessions])


def test_a_killed_back_fill_goes_on_where_it_was(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", Delay(0.05)))
    crawl = crawler.start(**ALL_TRACKS, CRAWL_CONCURRENCY="2")
    wait_for_sessions(crawler, crawl, 5)
    crawl.kill()
    crawl.communicate()
    crawler.misbehave()
    crawler.succeed(**ALL_TRACKS)
    asked = Counter(path for path in crawler.asked() if "p=calendar" not in path)
    pages = [day_list(day.date, day.track.slug) for day in SEASON.days()]
    pages += [session_page(session.session_id, day.track.slug) for day in SEASON.days() for session in day.sessions]
    assert set(asked) == set(pages)
    # What was on its way when the crawl was killed.
    assert asked.total() - len(pages) <= 2


def test_tracks_take_turns(crawler: Crawler) -> None:
    crawler.succeed(**ALL_TRACKS, CRAWL_CONCURRENCY="1")
    tracks = [path.split("/")[1] for path in crawler.asked()]
    shorter = min(Counter(tracks).values())
    assert tracks[: 2 * shorter] == [TRACK, OTHER_TRACK] * shorter


def season_until(last_date: date) -> Season:
    """Two tracks, on five dates: the last, the day before it, and earlier weeks."""
    season = Season.generate(tracks=2, days=8, sessions_per_day=2)
    return replace(season, plan=replace(season.plan, last_date=last_date))


def test_the_scheduled_form_asks_for_the_last_days_of_every_track(crawler: Crawler) -> None:
    today = datetime.now(UTC).date()
    crawler.site.season = season = season_until(today)
    tracks = [track.slug for track in season.tracks]
    before = len(crawler.site.requests)
    crawler.succeed(TRACKS=", ".join(tracks), LIST_ONLY="1")
    lists = [path for path in crawler.asked(before) if "session_list" in path]
    recent = [day for day in season.days() if day.date >= today - timedelta(days=1)]
    assert sorted(lists) == sorted(day_list(day.date, day.track.slug) for day in recent)
    assert len(recent) < len(list(season.days()))


def test_todays_days_of_all_tracks_come_before_older_ones(crawler: Crawler) -> None:
    today = datetime.now(UTC).date()
    crawler.site.season = season = season_until(today)
    tracks = " ".join(track.slug for track in season.tracks)
    crawler.succeed(TRACK=tracks, FROM=str(today - timedelta(days=20)), TO=str(today), CRAWL_CONCURRENCY="1")
    pages = [path for path in crawler.asked() if "p=calendar" not in path]
    days = {
        page: day.date
        for day in season.days()
        for page in (
            day_list(day.date, day.track.slug),
            *(session_page(session.session_id, day.track.slug) for session in day.sessions),
        )
    }
    ages = [(today - days[page]).days for page in pages]
    assert {0, 7, 14} <= set(ages)
    last_of_today = max(place for place, age in enumerate(ages) if age == 0)
    first_older = min(place for place, age in enumerate(ages) if age > 1)  # of yesterday, the clock decides
    assert last_of_today < first_older


def test_requests_are_made_one_by_one_however_many_pages_are_planned(crawler: Crawler) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.crawl.spiders.queue_watch"],
        cwd=REPOSITORY,
        env=crawler.commands.environment
        | ALL_TRACKS
        | {"LIVERC_BASE_URL": crawler.site.base_url, "CRAWL_CONCURRENCY": "2"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert len(crawler.asked()) > 30
    most = re.search(r"most requests without answer: (\d+)", said)
    assert most
    # Those on their way, and one that is next.
    assert int(most[1]) <= 3


def test_the_summary_says_what_was_not_asked_for_and_why(crawler: Crawler) -> None:
    said = crawler.succeed(**MONTH, LIST_ONLY="1")
    absent = 31 - len(DAYS)
    left = f"{len(SESSION_IDS)} session pages left for later (LIST_ONLY)"
    assert f"  skipped   {absent} days without practice, {left}\n" in said
    crawler.succeed(**MONTH)
    unchanged = f"{len(DAYS)} unchanged days with {len(SESSION_IDS)} sessions"
    assert f"  skipped   {unchanged}, {absent} days without practice\n" in crawler.succeed(**MONTH)
    assert "skipped" not in crawler.succeed()
