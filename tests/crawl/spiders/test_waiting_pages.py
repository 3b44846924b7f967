"""Pages that wait after failures, and page kinds that cannot be read any more. Without HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from scraper.crawl.scope import CrawlScope
from tests.crawl.spiders.planned_crawls import PlannedCrawls
from tests.crawl.spiders.test_planner import ALL_TRACKS, MONTH, NAMED_DAY, calendar, day_list, session_page
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, session_ids

MINUTE, HALF_HOUR, WEEK = timedelta(minutes=1), timedelta(minutes=30), timedelta(weeks=1)
BUSY_DAY = CrawlScope.of_days([(OTHER_TRACK, DAY)])
BUSY = len(SEASON.day(OTHER_TRACK, DAY).sessions)
LAYOUT = "the layout of session pages at {} seems to have changed: {} of {} could not be read"


def other_layout(where: str) -> Callable[[str, str], str]:
    """Change what the page objects look for on the pages whose paths hold this text."""
    return lambda path, html: "<html><body>LiveRC: all is new</body></html>\n" if where in path else html


def healthy(_: str, html: str) -> str:
    return html


def sessions_of(paths: list[str]) -> list[str]:
    return [path for path in paths if "view_session" in path]


@pytest.mark.parametrize(
    ("missing", "page"),
    [("p=calendar", calendar()), (f"d={DAY}", day_list(DAY)), (f"id={SESSIONS[1].session_id}$", None)],
    ids=["month", "list", "session"],
)
def test_a_failed_page_waits_longer_after_each_failure(crawls: PlannedCrawls, missing: str, page: str | None) -> None:
    failed = page or session_page(SESSIONS[1].session_id)
    crawls.missing = missing
    assert failed in crawls.crawl(MONTH)
    for pause in (HALF_HOUR, 2 * HALF_HOUR, 4 * HALF_HOUR):
        assert failed not in crawls.crawl(MONTH)
        crawls.let_pass(pause - MINUTE)
        assert failed not in crawls.crawl(MONTH)
        crawls.let_pass(MINUTE)
        assert failed in crawls.crawl(MONTH)
    crawls.let_pass(WEEK)
    crawls.missing = "$^"
    crawls.crawl(MONTH)
    assert crawls.failures() == []


def test_refresh_requests_a_page_that_waits_and_a_named_day_its_list(crawls: PlannedCrawls) -> None:
    crawls.missing = f"d={DAY}|id={SESSIONS[1].session_id}$"
    crawls.crawl(MONTH)
    assert crawls.crawl(MONTH) == [calendar()]
    assert crawls.crawl(NAMED_DAY) == [day_list(DAY)]
    assert day_list(DAY) in crawls.crawl(replace(MONTH, refresh=True))


def test_a_page_that_fails_again_after_it_was_captured_begins_with_the_shortest_pause(crawls: PlannedCrawls) -> None:
    failing = session_page(SESSIONS[1].session_id)
    crawls.missing = f"id={SESSIONS[1].session_id}$"
    crawls.crawl(NAMED_DAY)
    for _ in range(5):
        crawls.let_pass(WEEK)
        assert failing in crawls.crawl(NAMED_DAY)
    crawls.missing = "$^"
    crawls.let_pass(WEEK)
    crawls.crawl(NAMED_DAY)
    crawls.missing = f"id={SESSIONS[1].session_id}$"
    crawls.crawl(replace(NAMED_DAY, refresh=True))
    crawls.let_pass(HALF_HOUR)
    assert failing in crawls.crawl(NAMED_DAY)


def test_the_summary_says_how_many_pages_wait_and_until_when(crawls: PlannedCrawls) -> None:
    crawls.missing = "p=view_session"
    crawls.crawl(NAMED_DAY)
    ((due,),) = crawls.rows("select min(last_failed_at) + interval '30 minutes' from raw.failed_pages")
    assert (
        f"  waiting   {len(SESSIONS)} pages not requested after failures, the first until {due:%Y-%m-%d %H:%M} UTC; "
        "REFRESH=1 requests every page"
    ) in crawls.summary_of(NAMED_DAY)


def test_the_log_of_a_list_says_how_many_of_its_pages_wait(
    crawls: PlannedCrawls, caplog: pytest.LogCaptureFixture
) -> None:
    crawls.missing = "p=view_session"
    crawls.crawl(NAMED_DAY)
    caplog.set_level("INFO")
    caplog.clear()
    crawls.crawl(NAMED_DAY)
    listed = len(SESSIONS)
    assert caplog.messages == [f"{TRACK} {DAY}: {listed} sessions listed, {listed} to fetch, {listed} after a pause"]


def test_a_named_range_whose_lists_all_wait_has_a_problem_and_a_schedule_has_none(crawls: PlannedCrawls) -> None:
    for missing in ("calendar", "session_list"):
        crawls.missing = missing
        crawls.crawl(MONTH)
        problem = str(crawls.stats_of(MONTH).problem(is_scheduled=False))
        assert problem.startswith("no list was read: ")
        assert problem.endswith(" UTC; REFRESH=1 requests every page")
        assert crawls.stats_of(MONTH).problem(is_scheduled=True) is None
        crawls.let_pass(timedelta(days=1))


def test_after_three_unreadable_pages_in_a_row_no_further_page_of_the_kind_is_requested(
    crawls: PlannedCrawls,
) -> None:
    crawls.rewrite = other_layout(f"{OTHER_TRACK}/practice/?p=view_session")
    stats = crawls.stats_of(replace(ALL_TRACKS, first_day=DAY, last_day=DAY))
    assert len(crawls.failures()) == 3
    assert crawls.captured() == session_ids(SEASON, TRACK, DAY)  # everything else goes on
    (line,) = stats.unreadable_kinds
    assert line.startswith(LAYOUT.format(OTHER_TRACK, 3, 3))
    assert "make reparse" in line
    assert stats["pages_waiting"] == BUSY - 3
    assert stats.problem(is_scheduled=False) is None


def test_half_hourly_crawls_of_an_unreadable_kind_cost_less_and_less(crawls: PlannedCrawls) -> None:
    crawls.rewrite = other_layout("p=view_session")
    requests, reports = [], []
    for _ in range(48):
        stats = crawls.stats_of(BUSY_DAY)
        requests.append(len(sessions_of(crawls.paths)))
        reports.append(len(stats.unreadable_kinds))
        crawls.let_pass(HALF_HOUR + MINUTE)
    assert requests[:2] == [3, 1]
    assert set(requests[1:]) == {0, 1}
    assert 4 <= sum(requests[1:]) <= 7
    # Each crawl that tries in vain says so, and no other.
    assert reports == [min(count, 1) for count in requests]


def test_when_the_probe_is_captured_the_others_follow_in_the_same_crawl(crawls: PlannedCrawls) -> None:
    crawls.rewrite = other_layout("p=view_session")
    for _ in range(3):
        crawls.crawl(BUSY_DAY)
        crawls.let_pass(2 * HALF_HOUR)
    crawls.rewrite = healthy
    crawls.let_pass(WEEK)
    stats = crawls.stats_of(BUSY_DAY)
    assert crawls.captured() == session_ids(SEASON, OTHER_TRACK, DAY)
    assert crawls.failures() == []
    assert len(crawls.paths) == 1 + BUSY
    assert (stats.unreadable_kinds, stats["pages_waiting"]) == ((), 0)
    assert stats["pages_planned"] == stats.pages_done


def test_pages_whose_own_pause_is_longer_follow_the_probe_too(crawls: PlannedCrawls) -> None:
    crawls.rewrite = other_layout("p=view_session")
    crawls.crawl(BUSY_DAY)
    later = "update raw.failed_pages set attempts = 30 where page_key <> (select min(page_key) from raw.failed_pages)"
    crawls.rows(later)
    crawls.rewrite = healthy
    crawls.let_pass(HALF_HOUR)
    crawls.crawl(BUSY_DAY)
    assert crawls.captured() == session_ids(SEASON, OTHER_TRACK, DAY)


def test_single_unreadable_pages_among_readable_ones_stop_nothing(crawls: PlannedCrawls) -> None:
    unreadable = sorted(session_ids(SEASON, OTHER_TRACK, DAY))[::2]
    crawls.rewrite = lambda path, html: other_layout(path)(path, html) if path[-6:] in unreadable else html
    assert {len(session_id) for session_id in unreadable} == {6}
    assert crawls.stats_of(BUSY_DAY).unreadable_kinds == ()
    assert len(crawls.captured()) == BUSY - len(unreadable)
    # They are the only ones that a later crawl requests; that their failures follow each other means nothing.
    crawls.let_pass(WEEK)
    assert crawls.stats_of(BUSY_DAY).unreadable_kinds == ()
    assert len(sessions_of(crawls.paths)) == len(unreadable)


def test_the_row_of_unreadable_pages_goes_on_over_crawls(crawls: PlannedCrawls) -> None:
    crawls.rewrite = other_layout("p=session_list")
    days = [date(2025, 10, 19), date(2025, 10, 25), date(2025, 10, 26)]
    scopes = [CrawlScope.of_days([(OTHER_TRACK, day)]) for day in days]
    reports = [crawls.stats_of(scope).unreadable_kinds for scope in scopes[:2]]
    reports.append(crawls.stats_of(replace(scopes[2], list_only=True)).unreadable_kinds)
    assert [len(lines) for lines in reports] == [0, 0, 1]
    assert f"the layout of list pages at {OTHER_TRACK} seems to have changed: 3 of 3" in reports[2][0]


def test_statuses_and_broken_responses_are_no_change_of_the_layout(crawls: PlannedCrawls) -> None:
    crawls.missing = "p=view_session"
    stats = crawls.stats_of(BUSY_DAY)
    assert (len(crawls.failures()), stats.unreadable_kinds) == (BUSY, ())
    crawls.rows("truncate raw.failed_pages")
    crawls.missing, crawls.rewrite = "$^", lambda path, html: html[:2000] if "view_session" in path else html
    stats = crawls.stats_of(BUSY_DAY)
    assert (len(crawls.failures()), stats.unreadable_kinds) == (BUSY, ())


def test_refresh_requests_every_page_of_an_unreadable_kind_and_says_so(crawls: PlannedCrawls) -> None:
    crawls.rewrite = other_layout("p=view_session")
    crawls.crawl(BUSY_DAY)
    stats = crawls.stats_of(replace(BUSY_DAY, refresh=True))
    assert len(sessions_of(crawls.paths)) == BUSY
    assert stats.unreadable_kinds[0].startswith(LAYOUT.format(OTHER_TRACK, BUSY, BUSY))
