"""What earlier crawls left open stays on the plan of scheduled crawls, and what that costs. Without HTTP."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scraper.crawl.scope import CrawlScope, first_open_day
from scraper.sample_site.season import Season
from tests.crawl.spiders.planned_crawls import PlannedCrawls
from tests.crawl.spiders.test_planner import (
    DAYS,
    MONTH,
    NAMED_DAY,
    calendar,
    day_list,
    requested,
    session_page,
)
from tests.pages.markup import NO_SESSIONS
from tests.support.crawling import DAY, SEASON, SESSIONS, TRACK

SCHEDULED = CrawlScope((TRACK,), date(2025, 10, 30), date(2025, 10, 31), open_from=date(2025, 9, 1))
"""A scheduled crawl of two days without practice, days after all practice of the season."""

SINCE_DAY = replace(SCHEDULED, first_day=DAY)
SESSION_PAGES = [session_page(session.session_id) for session in SESSIONS]
TWO_MONTHS = Season.generate(tracks=1, days=10, sessions_per_day=1)
SEPTEMBER = [day for day in TWO_MONTHS.dates(TRACK) if day.month == 9]
SINCE_SEPTEMBER = replace(MONTH, first_day=date(2025, 9, 1))


def without_the_day(season: Season = SEASON) -> Season:
    for session in SESSIONS:
        season = season.without(session.session_id)
    return season


def emptied(day: date) -> Callable[[str, str], str]:
    """How the list of a day is rewritten to be empty."""

    def rewrite(path: str, html: str) -> str:
        if f"session_list&d={day}" not in path:
            return html
        head, _, _ = html.partition('<div class="panel ')
        heading = f"Practice Sessions on {day:%B} {day.day}, {day.year} ({day:%A})"
        panel = f'<div class="panel"><div class="panel-heading">{heading}</div><div>{NO_SESSIONS}</div></div>'
        return f"{head}{panel}</div></div></body></html>"

    return rewrite


def unchanged_for(crawls: PlannedCrawls, day: date, length: timedelta, ago: timedelta) -> None:
    """Change when the list of a day was read: first so long before it was read last, and that so long ago."""
    read_at = datetime.now(UTC) - ago
    crawls.rows(
        "update raw.practice_lists set fetched_at = %s, last_seen_at = %s where practice_date = %s",
        read_at - length,
        read_at,
        day,
    )


def test_an_unchanged_month_costs_a_scheduled_crawl_its_page(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    assert requested(crawls, SCHEDULED) == [calendar()]


def test_a_day_uploaded_late_costs_its_list_and_sessions_once(crawls: PlannedCrawls) -> None:
    crawls.season = without_the_day()
    crawls.crawl(MONTH)
    crawls.season = SEASON
    assert requested(crawls, SCHEDULED) == sorted([calendar(), day_list(DAY), *SESSION_PAGES])
    assert requested(crawls, SCHEDULED) == [calendar()]


def test_a_session_uploaded_late_costs_the_list_and_its_page_once(crawls: PlannedCrawls) -> None:
    late = SESSIONS[-1].session_id
    crawls.season = SEASON.without(late)
    crawls.crawl(MONTH)
    crawls.season = SEASON
    assert requested(crawls, SCHEDULED) == sorted([calendar(), day_list(DAY), session_page(late)])
    assert requested(crawls, SCHEDULED) == [calendar()]


def test_a_list_that_was_read_before_its_day_was_over_everywhere_costs_one_request(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    crawls.rows(
        "update raw.practice_lists set fetched_at = %s, last_seen_at = %s where practice_date = %s",
        *[datetime(2025, 10, 20, 12, 4, 59, tzinfo=UTC)] * 2,
        DAY,
    )
    assert requested(crawls, SCHEDULED) == [calendar(), day_list(DAY)]
    assert requested(crawls, SCHEDULED) == [calendar()]


def test_lists_and_session_pages_that_failed_cost_one_request_each(crawls: PlannedCrawls) -> None:
    failed = [day_list(max(DAYS)), session_page(SESSIONS[0].session_id)]
    crawls.missing = "|".join(re.escape(path.partition("?")[2]) + "$" for path in failed)
    crawls.crawl(replace(MONTH, first_day=DAY))
    crawls.missing = "$^"
    crawls.let_pass(timedelta(hours=1))
    of_the_list = [session_page(session.session_id) for session in DAYS[max(DAYS)]]
    before = [day for day in DAYS if day < DAY]
    first = replace(SCHEDULED, open_from=DAY)
    assert requested(crawls, first) == sorted([calendar(), *failed, *of_the_list])
    assert requested(crawls, first) == [calendar()]
    pages = [*map(day_list, before), *(session_page(session.session_id) for day in before for session in DAYS[day])]
    assert requested(crawls, SCHEDULED) == sorted([calendar(), *pages])


def test_session_pages_left_by_a_crawl_of_lists_are_fetched(crawls: PlannedCrawls) -> None:
    crawls.crawl(replace(MONTH, list_only=True))
    all_pages = [session_page(session.session_id) for sessions in DAYS.values() for session in sessions]
    assert requested(crawls, replace(SCHEDULED, list_only=True)) == [calendar()]
    assert requested(crawls, SCHEDULED) == sorted([calendar(), *all_pages])


def test_the_stored_page_of_the_month_before_names_open_days_and_is_not_requested(crawls: PlannedCrawls) -> None:
    crawls.season = TWO_MONTHS
    late, early = SEPTEMBER[0], SEPTEMBER[-1]
    crawls.missing = f"session_list&d={late}"
    crawls.crawl(SINCE_SEPTEMBER)
    crawls.missing = "$^"
    crawls.rows("delete from raw.failed_pages")  # as if the crawl had been stopped before it requested the list
    crawls.rows(
        "update raw.practice_lists set last_seen_at = %s where practice_date = %s",
        datetime.combine(early, datetime.max.time(), UTC),
        early,
    )
    of_the_list = [session_page(session.session_id) for session in TWO_MONTHS.day(TRACK, late).sessions]
    assert requested(crawls, SCHEDULED) == sorted([calendar(), day_list(early), day_list(late), *of_the_list])
    assert requested(crawls, SCHEDULED) == [calendar()]
    assert requested(crawls, replace(SCHEDULED, open_from=date(2025, 10, 1))) == [calendar()]


def test_a_stored_month_page_says_nothing_about_a_list_that_was_read_later(crawls: PlannedCrawls) -> None:
    crawls.season = TWO_MONTHS
    crawls.crawl(SINCE_SEPTEMBER)
    removed = TWO_MONTHS.day(TRACK, SEPTEMBER[0]).sessions[0].session_id
    crawls.season = TWO_MONTHS.without(removed)
    crawls.crawl(CrawlScope.of_days([(TRACK, SEPTEMBER[0])]))
    assert requested(crawls, SCHEDULED) == [calendar()]


def test_the_page_of_the_month_before_is_requested_if_it_failed(crawls: PlannedCrawls) -> None:
    crawls.season = TWO_MONTHS
    crawls.missing = "d=2025-09$"
    crawls.crawl(replace(SINCE_SEPTEMBER, list_only=True))
    crawls.missing = "$^"
    crawls.let_pass(timedelta(hours=1))
    lists = [*map(day_list, SEPTEMBER)]
    assert requested(crawls, replace(SCHEDULED, list_only=True)) == sorted([calendar("2025-09"), calendar(), *lists])
    assert requested(crawls, replace(SCHEDULED, list_only=True)) == [calendar()]


def test_a_list_that_is_short_of_its_month_page_is_named_and_read_again_until_both_agree(
    crawls: PlannedCrawls,
) -> None:
    crawls.rewrite = emptied(DAY)
    short = f"{TRACK} {DAY} lists 0 sessions, its month page shows {len(SESSIONS)}"
    assert f"  short     {short}; a later crawl reads both pages again" in crawls.summary_of(MONTH).splitlines()
    assert requested(crawls, SCHEDULED) == [calendar()]
    assert "1 contradicted list to be read again after a pause" in crawls.summary_of(SINCE_DAY)
    assert requested(crawls, MONTH) == [calendar(), day_list(DAY)]
    crawls.rewrite = lambda _, html: html
    unchanged_for(crawls, DAY, timedelta(0), ago=timedelta(minutes=30))
    assert "short" not in crawls.summary_of(SCHEDULED)
    assert requested(crawls, SCHEDULED) == [calendar()]
    assert crawls.rows(
        "select jsonb_array_length(payload -> 'sessions'), month_sessions from raw.practice_lists"
        " where practice_date = %s order by load_id",
        DAY,
    ) == [(0, len(SESSIONS)), (len(SESSIONS), len(SESSIONS))]


def test_a_short_list_that_the_month_page_confirms_later_is_read_once_more(crawls: PlannedCrawls) -> None:
    crawls.rewrite = emptied(DAY)
    crawls.crawl(MONTH)
    crawls.season = without_the_day()
    assert requested(crawls, SCHEDULED) == [calendar(), day_list(DAY)]
    assert requested(crawls, SCHEDULED) == [calendar()]


@pytest.mark.parametrize("length", [timedelta(minutes=30), timedelta(hours=5), timedelta(days=60)])
def test_the_pause_of_a_list_that_stays_short_is_as_long_as_it_has_been_short(
    crawls: PlannedCrawls, length: timedelta
) -> None:
    crawls.rewrite = emptied(DAY)
    crawls.crawl(replace(MONTH, list_only=True))
    scheduled = replace(SCHEDULED, list_only=True)
    pause, moment = min(length, timedelta(days=7)), timedelta(minutes=5)
    unchanged_for(crawls, DAY, length, ago=pause - moment)
    assert requested(crawls, scheduled) == [calendar()]
    assert requested(crawls, replace(MONTH, list_only=True)) == [calendar(), day_list(DAY)]
    unchanged_for(crawls, DAY, length, ago=pause + moment)
    assert requested(crawls, scheduled) == [calendar(), day_list(DAY)]
    unchanged_for(crawls, DAY, length, ago=pause - moment)
    crawls.season = SEASON.without(SESSIONS[0].session_id)  # the month page shows another number
    assert requested(crawls, scheduled) == [calendar(), day_list(DAY)]


def test_a_short_list_of_the_month_before_costs_its_month_page_too(crawls: PlannedCrawls) -> None:
    crawls.season = TWO_MONTHS
    day = SEPTEMBER[0]
    crawls.rewrite = emptied(day)
    crawls.crawl(SINCE_SEPTEMBER)
    assert requested(crawls, SCHEDULED) == [calendar()]
    unchanged_for(crawls, day, timedelta(hours=5), ago=timedelta(hours=6))
    assert requested(crawls, SCHEDULED) == sorted([calendar("2025-09"), calendar(), day_list(day)])
    unchanged_for(crawls, day, timedelta(hours=5), ago=timedelta(hours=4))
    assert requested(crawls, SCHEDULED) == [calendar()]


LISTS_OF_THE_DAY = """
select jsonb_array_length(payload -> 'sessions'), month_sessions from raw.practice_lists
where practice_date = %s order by load_id
"""


def test_a_named_day_whose_list_is_short_of_the_stored_month_page_is_short(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    crawls.rewrite = emptied(DAY)
    listed = len(SESSIONS)
    short = f"{TRACK} {DAY} lists 0 sessions, its month page shows {listed}; a later crawl reads both pages again"
    assert f"  short     {short}" in crawls.summary_of(NAMED_DAY).splitlines()
    crawls.crawl(NAMED_DAY)
    assert crawls.rows(LISTS_OF_THE_DAY, DAY) == [(listed, listed), (0, listed)]
    crawls.season = without_the_day()  # the month page does not show the day any more: its sessions were removed
    assert requested(crawls, SCHEDULED) == [calendar(), day_list(DAY)]
    assert crawls.rows(LISTS_OF_THE_DAY, DAY)[-1] == (0, 0)


def test_a_list_longer_than_the_stored_month_page_contradicts_nothing(crawls: PlannedCrawls) -> None:
    crawls.season = SEASON.without(SESSIONS[0].session_id)
    crawls.crawl(MONTH)
    crawls.season = SEASON
    crawls.crawl(NAMED_DAY)
    assert crawls.rows(LISTS_OF_THE_DAY, DAY)[-1] == (len(SESSIONS), None)


def test_a_list_of_the_month_before_that_is_short_of_its_stored_month_page_is_short(crawls: PlannedCrawls) -> None:
    crawls.season = TWO_MONTHS
    crawls.crawl(SINCE_SEPTEMBER)
    day = SEPTEMBER[0]
    early = datetime.combine(day, datetime.max.time(), UTC)
    crawls.rows("update raw.practice_lists set last_seen_at = %s where practice_date = %s", early, day)
    crawls.rewrite = emptied(day)
    assert requested(crawls, SCHEDULED) == [calendar(), day_list(day)]
    number = len(TWO_MONTHS.day(TRACK, day).sessions)
    assert crawls.rows(LISTS_OF_THE_DAY, day) == [(number, number), (0, number)]


def with_a_row_in_place_of(day: date) -> Callable[[str, str], str]:
    """How the row of a day on the month page is rewritten to be unreadable."""
    row = re.compile(rf"<tr>(?:(?!</tr>).)*d={day}\b.*?</tr>", re.DOTALL)
    return lambda _, html: row.sub("<tr><td>Soon</td><td>4</td></tr>", html)


def test_days_in_range_that_a_month_page_with_an_unreadable_row_does_not_show_are_read(crawls: PlannedCrawls) -> None:
    crawls.rewrite = with_a_row_in_place_of(DAY)
    days = [DAY - timedelta(days=1), DAY]
    scheduled = replace(SCHEDULED, first_day=days[0], last_day=days[1], open_from=days[0])
    lists = [day_list(day) for day in days]
    assert requested(crawls, scheduled) == sorted([calendar(), *lists, *SESSION_PAGES])
    assert crawls.rows(LISTS_OF_THE_DAY, DAY) == [(len(SESSIONS), None)]
    assert requested(crawls, scheduled) == [calendar()]
    for day in days:
        unchanged_for(crawls, day, timedelta(0), ago=timedelta(hours=1))
    assert requested(crawls, scheduled) == sorted([calendar(), *lists])
    crawls.rewrite = lambda _, html: html
    assert requested(crawls, scheduled) == [calendar()]


def test_a_list_that_is_longer_than_its_month_page_says_is_read_again_after_a_growing_pause(
    crawls: PlannedCrawls,
) -> None:
    number = f">{len(SESSIONS)}</a>"
    crawls.rewrite = lambda path, html: html.replace(number, ">1</a>") if "p=calendar" in path else html
    crawls.crawl(MONTH)
    day_of_one = [day_list(day) for day, sessions in DAYS.items() if len(sessions) == len(SESSIONS)]
    assert day_list(DAY) in day_of_one
    for day in DAYS:
        unchanged_for(crawls, day, timedelta(hours=5), ago=timedelta(hours=6))
    assert requested(crawls, SCHEDULED) == sorted([calendar(), *day_of_one])
    for day in DAYS:
        unchanged_for(crawls, day, timedelta(hours=5), ago=timedelta(hours=4))
    assert requested(crawls, SCHEDULED) == [calendar()]


def test_a_month_without_sessions_is_named(crawls: PlannedCrawls) -> None:
    empty = replace(MONTH, first_day=date(2025, 11, 1), last_day=date(2025, 11, 30))
    assert f"  empty     {TRACK} has no practice sessions in 2025-11" in crawls.summary_of(empty).splitlines()
    assert "empty" not in crawls.summary_of(NAMED_DAY)


def test_refresh_requests_the_days_of_the_schedule_alone(crawls: PlannedCrawls) -> None:
    crawls.crawl(MONTH)
    last = max(DAYS)
    pages = [session_page(session.session_id) for session in DAYS[last]]
    refresh = replace(SCHEDULED, first_day=last, refresh=True)
    assert requested(crawls, refresh) == sorted([calendar(), day_list(last), *pages])


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 1, 11, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 1, 13, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 1, 15, tzinfo=UTC), date(2025, 12, 1)),
    ],
)
def test_days_stay_open_from_the_month_before_the_current_one_on(now: datetime, day: date) -> None:
    assert first_open_day(now) == day
