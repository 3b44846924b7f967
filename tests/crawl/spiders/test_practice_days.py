"""The spider over HTTP: what it requests, stores and continues. `test_planner.py` has the rules of the planner."""

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime

from scraper.config import REPOSITORY
from scraper.crawl.urls import SiteUrls
from scraper.raw.items import PageId
from tests.crawl.spiders.test_planner import season_until
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids, wait_for_sessions
from tests.support.faults import Delay, Fault, Rewrite

MONTH = {"TRACK": TRACK, "FROM": "2025-10-01", "TO": "2025-10-31"}
ALL_TRACKS = MONTH | {"TRACK": f"{TRACK} {OTHER_TRACK}"}


def path(kind: str, key: object, track: str = TRACK) -> str:
    return SiteUrls("/{track}").of_page(PageId(track, kind, f"{key}"))


def all_pages() -> list[str]:
    """The lists and session pages of the season."""
    pages = [path("list", day.date, day.track.slug) for day in SEASON.days()]
    return pages + [
        path("session", session.session_id, day.track.slug) for day in SEASON.days() for session in day.sessions
    ]


def test_a_named_day_is_its_list_and_its_sessions_and_later_its_list_alone(crawler: Crawler) -> None:
    crawler.succeed()
    sessions = [path("session", session.session_id) for session in SESSIONS]
    assert Counter(crawler.asked()) == Counter([path("list", DAY), *sessions])
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)
    before = len(crawler.site.requests)
    assert f"0 captured, {len(SESSIONS)} unchanged" in crawler.succeed()
    assert crawler.asked(before) == [path("list", DAY)]


def test_a_range_is_its_months_days_and_sessions_and_later_its_months_alone(crawler: Crawler) -> None:
    assert "0 captured" in crawler.succeed(**ALL_TRACKS, LIST_ONLY="1")
    months = [path("month", "2025-10", track) for track in (TRACK, OTHER_TRACK)]
    lists = [page for page in all_pages() if "session_list" in page]
    assert sorted(crawler.asked()) == sorted([*months, *lists])
    crawler.succeed(**ALL_TRACKS)
    assert sorted(crawler.asked()) == sorted([*months, *months, *all_pages()])
    before = len(crawler.site.requests)
    assert "  skipped   " in crawler.succeed(**ALL_TRACKS)
    assert sorted(crawler.asked(before)) == sorted(months)


def test_a_scheduled_crawl_takes_every_track_with_all_days_of_the_month_pages_that_it_reads(crawler: Crawler) -> None:
    today = datetime.now(UTC).date()
    crawler.site.season = season = season_until(today)
    crawler.succeed(TRACKS=", ".join(track.slug for track in season.tracks), LIST_ONLY="1")
    lists = [page for page in crawler.asked() if "session_list" in page]
    months = {page.partition("d=")[2] for page in crawler.asked() if "p=calendar" in page}
    shown = [day for day in season.days() if f"{day.date:%Y-%m}" in months]
    assert sorted(lists) == sorted(path("list", day.date, day.track.slug) for day in shown)
    assert {day.track for day in shown} == set(season.tracks)


def test_days_is_the_number_of_days_of_a_scheduled_crawl(crawler: Crawler) -> None:
    days = str((datetime.now(UTC).date() - date(2025, 10, 19)).days + 2)
    crawler.succeed(TRACKS=f"{TRACK},{OTHER_TRACK}", DAYS=days, LIST_ONLY="1")
    assert len([page for page in crawler.asked() if "session_list" in page]) == len(list(SEASON.days()))


def test_an_unreadable_row_is_logged_and_the_rest_of_its_list_is_stored(crawler: Crawler) -> None:
    unlucky = str(SESSIONS[1].session_id)
    crawler.misbehave(Fault("p=session_list", Rewrite(lambda html: html.replace(f"id={unlucky}", "id=none"))))
    output = crawler.succeed()
    assert "a row cannot be read" in output
    assert f"{len(SESSIONS) - 1} listed, {len(SESSIONS) - 1} captured" in output
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY) - {unlucky}
    ((rows,),) = crawler.rows("select jsonb_array_length(payload -> 'unreadable_rows') from raw.practice_lists")
    assert rows == 1


def test_a_killed_backfill_continues_where_it_was(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", Delay(0.05)))
    crawl = crawler.start(**ALL_TRACKS, CRAWL_CONCURRENCY="2")
    wait_for_sessions(crawler, crawl, 5)
    crawl.kill()
    crawl.communicate()
    crawler.misbehave()
    crawler.succeed(**ALL_TRACKS)
    requests = Counter(page for page in crawler.asked() if "p=calendar" not in page)
    assert set(requests) == set(all_pages())
    # At most the two requests that were on their way when the crawl was killed are repeated.
    assert requests.total() - len(all_pages()) <= 2


def test_requests_are_created_one_by_one_however_many_pages_are_planned(crawler: Crawler) -> None:
    output = subprocess.run(
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
    most = re.search(r"most requests without response: (\d+)", output)
    assert most
    # Two on their way, and the next one.
    assert int(most[1]) <= 3
