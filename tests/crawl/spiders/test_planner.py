"""The planner: which pages a crawl requests, and which it does not. Without HTTP."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scraper.crawl.scope import CrawlScope
from scraper.crawl.spiders.planner import newest_month
from scraper.raw.items import PageId
from scraper.sample_site.practice import Session
from scraper.sample_site.season import Season
from tests.crawl.spiders.planned_crawls import PlannedCrawls, path_of
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, session_ids

MONTH = CrawlScope((TRACK,), date(2025, 10, 1), date(2025, 10, 31))
ALL_TRACKS = replace(MONTH, tracks=(TRACK, OTHER_TRACK))
NAMED_DAY = CrawlScope.of_days([(TRACK, DAY)])
DAYS = {practice_date: SEASON.day(TRACK, practice_date).sessions for practice_date in SEASON.dates(TRACK)}
SESSION_IDS = [session.session_id for sessions in DAYS.values() for session in sessions]
WITH_LAPS = next(session for session in SESSIONS if len(session.lap_times_ms) > 1)


def calendar(month: str = "2025-10", track: str = TRACK) -> str:
    return path_of(PageId(track, "month", month))


def day_list(day: date, track: str = TRACK) -> str:
    return path_of(PageId(track, "list", f"{day}"))


def session_page(session_id: int, track: str = TRACK) -> str:
    return path_of(PageId(track, "session", f"{session_id}"))


EVERYTHING = [calendar(), *map(day_list, DAYS), *map(session_page, SESSION_IDS)]


def requested(crawls: PlannedCrawls, scope: CrawlScope) -> list[str]:
    """The paths that a crawl requests, sorted."""
    return sorted(crawls.crawl(scope))


def set_read_at(crawls: PlannedCrawls, moment: datetime) -> None:
    """Change the time at which everything was read: lists at this moment, sessions 20 seconds later."""
    for table, seconds in (("practice_lists", 0), ("practice_sessions", 20)):
        read_at = moment + timedelta(seconds=seconds)
        crawls.rows(f"update raw.{table} set fetched_at = %s, last_seen_at = %s", read_at, read_at)


def test_an_unchanged_month_costs_one_request(crawls: PlannedCrawls) -> None:
    assert requested(crawls, MONTH) == sorted(EVERYTHING)
    assert requested(crawls, MONTH) == [calendar()]
    assert requested(crawls, MONTH) == [calendar()]


def test_named_months_cost_one_request_each_and_lead_to_nothing(crawls: PlannedCrawls) -> None:
    scope = CrawlScope.of_months(
        [(TRACK, date(2025, 10, 1)), (TRACK, date(2025, 8, 1)), (OTHER_TRACK, DAY.replace(day=1))]
    )
    asked = crawls.crawl(scope)
    assert sorted(asked) == sorted([calendar(), calendar("2025-08"), calendar(f"{DAY:%Y-%m}", OTHER_TRACK)])
    assert (scope.first_day, scope.last_day) == (date(2025, 8, 1), date(2025, 10, 31))


def test_a_list_is_stored_with_the_number_of_sessions_on_the_month_page(crawls: PlannedCrawls) -> None:
    numbers = "select practice_date, month_sessions from raw.practice_lists order by load_id"
    crawls.crawl(NAMED_DAY)
    assert crawls.rows(numbers) == [(DAY, None)]
    crawls.crawl(replace(MONTH, refresh=True))
    listed = [(day, len(sessions)) for day, sessions in DAYS.items()]
    assert sorted(crawls.rows(numbers)[1:]) == sorted(listed)
    crawls.crawl(NAMED_DAY)
    assert len(crawls.rows(numbers)) == 1 + len(listed)


def test_an_unchanged_named_day_costs_its_list(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    assert requested(crawls, NAMED_DAY) == [day_list(DAY)]


def test_a_day_that_may_be_going_on_costs_its_list_and_the_sessions_that_may_have_been_running(
    crawls: PlannedCrawls,
) -> None:
    crawls.crawl(NAMED_DAY)
    set_read_at(crawls, datetime(2025, 10, 19, 12, tzinfo=UTC))
    latest_start = max(session.started_at for session in SESSIONS)
    running = [session.session_id for session in SESSIONS if may_be_running(session, latest_start)]
    assert 0 < len(running) < len(SESSIONS)
    one_day = replace(MONTH, first_day=DAY, last_day=DAY)
    assert requested(crawls, one_day) == sorted([calendar(), day_list(DAY), *map(session_page, running)])
    assert requested(crawls, one_day) == [calendar()]


def may_be_running(session: Session, latest_start: datetime) -> bool:
    """Whether no other session began after this session's timeout, with two minutes to spare."""
    return session.ended_at + timedelta(minutes=2) > latest_start


@pytest.mark.parametrize(
    ("read_at", "paths"),
    [
        (datetime(2025, 10, 20, 12, 4, 59, tzinfo=UTC), [calendar(), day_list(DAY)]),
        (datetime(2025, 10, 20, 12, 5, tzinfo=UTC), [calendar()]),
    ],
)
def test_a_day_is_over_once_it_is_over_in_every_time_zone(
    crawls: PlannedCrawls, read_at: datetime, paths: list[str]
) -> None:
    crawls.crawl(NAMED_DAY)
    set_read_at(crawls, read_at)
    assert requested(crawls, replace(MONTH, first_day=DAY, last_day=DAY)) == paths


def test_an_edited_session_costs_its_list_and_its_page_when_the_list_is_read(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    crawls.season = SEASON.replaced(replace(WITH_LAPS, lap_times_ms=WITH_LAPS.lap_times_ms[:-1]))
    assert requested(crawls, MONTH) == [calendar()]  # the month page does not show the edit
    assert requested(crawls, NAMED_DAY) == sorted([day_list(DAY), session_page(WITH_LAPS.session_id)])
    assert requested(crawls, MONTH) == [calendar()]


def test_only_the_changed_session_is_requested_again_and_each_change_is_a_version(crawls: PlannedCrawls) -> None:
    crawls.crawl(NAMED_DAY)
    fewer_laps = replace(WITH_LAPS, lap_times_ms=WITH_LAPS.lap_times_ms[:-1])
    for edited in (fewer_laps, replace(fewer_laps, transponder="7654321"), WITH_LAPS):
        crawls.season = SEASON.replaced(edited)
        assert requested(crawls, NAMED_DAY) == sorted([day_list(DAY), session_page(WITH_LAPS.session_id)])
    versions = crawls.rows(
        "select jsonb_array_length(payload -> 'laps'), content_hash from raw.practice_sessions"
        " where session_id = %s order by load_id",
        str(WITH_LAPS.session_id),
    )
    laps = len(WITH_LAPS.lap_times_ms)
    assert [count for count, _ in versions] == [laps, laps - 1, laps - 1, laps]
    assert versions[0] == versions[3]


def test_another_number_of_sessions_costs_the_list_and_its_new_sessions(crawls: PlannedCrawls) -> None:
    late = SESSIONS[-1].session_id
    crawls.season = SEASON.without(late)
    crawls.crawl(MONTH)
    crawls.season = SEASON
    assert requested(crawls, MONTH) == sorted([calendar(), day_list(DAY), session_page(late)])
    crawls.season = SEASON.without(late)
    assert requested(crawls, MONTH) == [calendar(), day_list(DAY)]
    assert requested(crawls, MONTH) == [calendar()]


def test_a_removed_session_stays_in_the_raw_tables(crawls: PlannedCrawls) -> None:
    crawls.crawl(NAMED_DAY)
    crawls.season = SEASON.without(SESSIONS[0].session_id)
    figures = crawls.figures_of(NAMED_DAY)
    left = len(SESSIONS) - 1
    assert (figures["sessions_listed"], figures["sessions_ingested"], figures["sessions_unchanged"]) == (left, 0, left)
    assert crawls.captured() == session_ids(SEASON, TRACK, DAY)
    versions = crawls.rows("select jsonb_array_length(payload -> 'sessions') from raw.practice_lists order by load_id")
    assert versions == [(len(SESSIONS),), (left,)]


def test_a_day_without_sessions_any_more_costs_its_list_once(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    for session in SESSIONS:
        crawls.season = crawls.season.without(session.session_id)
    assert requested(crawls, MONTH) == [calendar(), day_list(DAY)]
    assert requested(crawls, MONTH) == [calendar()]


def test_a_month_without_sessions_any_more_is_requested_until_its_lists_are_empty(crawls: PlannedCrawls) -> None:
    crawls.season = season = Season.generate(tracks=1, days=10, sessions_per_day=1)
    two_months = replace(MONTH, first_day=date(2025, 9, 1), list_only=True)
    crawls.crawl(two_months)
    gone = [day for day in season.dates(TRACK) if day.month == 9]
    for session in (session for day in gone for session in season.day(TRACK, day).sessions):
        crawls.season = crawls.season.without(session.session_id)
    assert requested(crawls, two_months) == sorted([calendar("2025-09"), calendar(), *map(day_list, gone)])
    assert requested(crawls, two_months) == [calendar()]


def test_a_range_of_years_costs_only_months_that_have_sessions(crawls: PlannedCrawls) -> None:
    crawls.season = season = Season.generate(tracks=1, days=10, sessions_per_day=1)
    years = replace(MONTH, first_day=date(2015, 1, 1), last_day=date(2025, 12, 31), list_only=True)
    months = ["2025-09", "2025-10", "2025-12"]  # the last month of the range names the others
    assert requested(crawls, years) == sorted([*map(calendar, months), *map(day_list, season.dates(TRACK))])
    assert requested(crawls, years) == [*map(calendar, months)]


def test_only_months_and_days_in_range_are_requested(crawls: PlannedCrawls) -> None:
    until_saturday = replace(ALL_TRACKS, first_day=date(2025, 1, 1), last_day=date(2025, 10, 25), list_only=True)
    days = [day for day in SEASON.days() if day.date <= date(2025, 10, 25)]
    assert requested(crawls, until_saturday) == sorted(
        [calendar(track=track.slug) for track in SEASON.tracks] + [day_list(day.date, day.track.slug) for day in days]
    )


def test_months_before_the_range_are_not_requested(crawls: PlannedCrawls) -> None:
    crawls.season = season = replace(SEASON, plan=replace(SEASON.plan, days=30))
    paths = crawls.crawl(replace(ALL_TRACKS, first_day=date(2025, 9, 28), list_only=True))
    months = {path for path in paths if "p=calendar" in path}
    assert months == {calendar(month, track.slug) for track in season.tracks for month in ("2025-09", "2025-10")}
    days = {day.date for day in season.days() if day.date >= date(2025, 9, 28)}
    assert {path.split("d=")[1] for path in paths if "session_list" in path} == {str(day) for day in days}


def test_the_whole_calendar_is_a_range_like_others(crawls: PlannedCrawls) -> None:
    hostile = '<option value="9999-12">x</option><option value="0000-00">x</option>'
    crawls.rewrite = lambda path, html: (
        html.replace("<option", f"{hostile}<option", 1) if "p=calendar" in path else html
    )
    ever = replace(MONTH, first_day=date(1, 1, 1), last_day=date(9999, 12, 31), list_only=True)
    this_month = {f"{datetime.now(UTC) - timedelta(hours=12):%Y-%m}"}
    paths = requested(crawls, ever)
    this_month.add(f"{datetime.now(UTC) - timedelta(hours=12):%Y-%m}")
    assert [path for path in paths if "session_list" in path] == sorted(map(day_list, DAYS))
    months = [path for path in paths if "p=calendar" in path]
    assert months in [sorted([calendar(), calendar(month)]) for month in this_month]


def test_the_text_of_a_page_never_becomes_part_of_a_url(crawls: PlannedCrawls) -> None:
    hostile = '<option value="2025-10&amp;p=evil">x</option><option value="2025-10/../../">x</option>'
    crawls.rewrite = lambda path, html: (
        html.replace("<option", f"{hostile}<option", 1) if "p=calendar" in path else html
    )
    paths = crawls.crawl(replace(ALL_TRACKS, first_day=date(2025, 1, 1), list_only=True))
    assert len(paths) == 2 + len(list(SEASON.days()))
    assert [path for path in paths if "evil" in path or ".." in path] == []


def test_after_a_crawl_of_lists_only_session_pages_are_requested(crawls: PlannedCrawls) -> None:
    assert requested(crawls, replace(MONTH, list_only=True)) == sorted([calendar(), *map(day_list, DAYS)])
    assert requested(crawls, MONTH) == sorted([calendar(), *map(session_page, SESSION_IDS)])
    assert requested(crawls, MONTH) == [calendar()]


def test_a_failed_session_page_is_requested_again_without_its_list(crawls: PlannedCrawls) -> None:
    failing = SESSIONS[1].session_id
    crawls.missing = f"id={failing}$"
    crawls.crawl(MONTH)
    for _ in range(2):
        crawls.let_pass(timedelta(weeks=1))
        assert requested(crawls, MONTH) == sorted([calendar(), session_page(failing)])
    crawls.missing = "$^"
    crawls.let_pass(timedelta(weeks=1))
    assert requested(crawls, MONTH) == sorted([calendar(), session_page(failing)])
    assert requested(crawls, MONTH) == [calendar()]


def test_a_failed_list_is_requested_again_although_an_older_one_is_stored(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    crawls.missing = "p=session_list"
    crawls.crawl(NAMED_DAY)
    assert crawls.failures() == [("list", str(DAY))]
    crawls.missing = "$^"
    crawls.let_pass(timedelta(weeks=1))
    assert requested(crawls, MONTH) == [calendar(), day_list(DAY)]
    assert crawls.failures() == []
    assert requested(crawls, MONTH) == [calendar()]


def test_a_list_with_an_unreadable_row_is_requested_until_it_can_be_read(crawls: PlannedCrawls) -> None:
    crawls.rewrite = lambda path, html: (
        html.replace("var data = [", "var data = [[[oops ") if f"d={DAY}" in path else html
    )
    crawls.crawl(MONTH)
    ((rows, unreadable),) = crawls.rows(
        "select jsonb_array_length(payload -> 'sessions'), jsonb_array_length(payload -> 'unreadable_rows')"
        " from raw.practice_lists where practice_date = %s",
        DAY,
    )
    assert (rows, unreadable) == (len(SESSIONS), 1)
    assert requested(crawls, MONTH) == [calendar(), day_list(DAY)]
    crawls.rewrite = lambda _, html: html
    assert requested(crawls, MONTH) == [calendar(), day_list(DAY)]
    assert requested(crawls, MONTH) == [calendar()]


def test_refresh_requests_everything_in_range(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    refresh = replace(MONTH, refresh=True)
    assert requested(crawls, refresh) == sorted(EVERYTHING)
    assert requested(crawls, replace(refresh, list_only=True)) == sorted([calendar(), *map(day_list, DAYS)])
    sessions = [session_page(session.session_id) for session in SESSIONS]
    assert requested(crawls, replace(NAMED_DAY, refresh=True)) == sorted([day_list(DAY), *sessions])


def test_tracks_take_turns(crawls: PlannedCrawls) -> None:
    tracks = [path.split("/")[1] for path in crawls.crawl(ALL_TRACKS)]
    shorter = min(Counter(tracks).values())
    assert tracks[: 2 * shorter] == [TRACK, OTHER_TRACK] * shorter


def season_until(last_date: date) -> Season:
    """Two tracks, on five dates: the last, the day before it, and earlier weeks."""
    season = Season.generate(tracks=2, days=8, sessions_per_day=2)
    return replace(season, plan=replace(season.plan, last_date=last_date))


def test_todays_days_of_all_tracks_come_before_older_ones(crawls: PlannedCrawls) -> None:
    today = datetime.now(UTC).date()
    crawls.season = season = season_until(today)
    tracks = tuple(track.slug for track in season.tracks)
    paths = crawls.crawl(CrawlScope(tracks, today - timedelta(days=20), today))
    days = {
        path: day.date
        for day in season.days()
        for path in (
            day_list(day.date, day.track.slug),
            *(session_page(session.session_id, day.track.slug) for session in day.sessions),
        )
    }
    ages = [(today - days[path]).days for path in paths if "p=calendar" not in path]
    assert {0, 7, 14} <= set(ages)
    last_of_today = max(place for place, age in enumerate(ages) if age == 0)
    first_older = min(place for place, age in enumerate(ages) if age > 1)  # the clock decides about yesterday
    assert last_of_today < first_older


def test_days_that_are_named_with_their_tracks_are_read_in_one_crawl_without_month_pages(crawls: PlannedCrawls) -> None:
    first, second = SEASON.dates(TRACK)[:2]
    other_day = SEASON.dates(OTHER_TRACK)[0]
    assert first != second
    days = [(TRACK, second), (OTHER_TRACK, other_day), (TRACK, first)]
    lists = [day_list(day, track) for track, day in days]
    scope = CrawlScope.of_days(days)
    assert (scope.first_day, scope.last_day) == (min(first, other_day), max(second, other_day))
    assert sorted(crawls.crawl(replace(scope, list_only=True))) == sorted(lists)
    sessions = [
        session_page(int(session_id), track) for track, day in days for session_id in session_ids(SEASON, track, day)
    ]
    assert sorted(crawls.crawl(scope)) == sorted([*lists, *sessions])
    assert sorted(crawls.crawl(scope)) == sorted(lists)
    assert sorted(crawls.crawl(CrawlScope.of_days(days, refresh=True))) == sorted([*lists, *sessions])


def test_named_days_follow_the_spelling_of_their_tracks() -> None:
    scope = CrawlScope.of_days([("Bend", DAY), ("HILL", DAY), ("Bend", DAY + timedelta(days=1))])
    assert scope.with_tracks(["bend", "hill"]) == CrawlScope.of_days(
        [("bend", DAY), ("hill", DAY), ("bend", DAY + timedelta(days=1))]
    )


def test_the_summary_says_what_was_skipped_and_why(crawls: PlannedCrawls) -> None:
    absent = 31 - len(DAYS)
    left = f"{len(SESSION_IDS)} session pages left for later (LIST_ONLY)"
    lines = crawls.summary_of(replace(MONTH, list_only=True)).splitlines()
    assert f"  skipped   {absent} days without practice, {left}" in lines
    crawls.crawl(MONTH)
    unchanged = f"{len(DAYS)} unchanged days with {len(SESSION_IDS)} sessions"
    assert f"  skipped   {unchanged}, {absent} days without practice" in crawls.summary_of(MONTH).splitlines()
    assert "skipped" not in crawls.summary_of(NAMED_DAY)


@pytest.mark.parametrize(
    ("last_day", "now", "month"),
    [
        (date(2025, 10, 31), datetime(2026, 3, 5, tzinfo=UTC), "2025-10"),
        (date(2026, 3, 1), datetime(2026, 2, 28, 20, tzinfo=UTC), "2026-02"),
        (date(2026, 3, 1), datetime(2026, 3, 1, 11, tzinfo=UTC), "2026-02"),
        (date(2026, 3, 2), datetime(2026, 3, 1, 13, tzinfo=UTC), "2026-03"),
    ],
)
def test_the_first_month_is_one_that_has_begun_in_every_time_zone(last_day: date, now: datetime, month: str) -> None:
    assert newest_month(last_day, now) == month
