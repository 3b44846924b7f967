"""T1: the crawler is killed at any number of stored pages; what was stored stays, and the next crawl completes it."""

import random
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from scraper.database.jobs import Job, hold_locks
from scraper.errors import LockHeld
from scraper.sample_site.season import Season
from tests.support.commands_runner import Commands
from tests.support.crawling import Crawler
from tests.support.faults import FaultySite
from tests.support.running_command import RunningCommand
from tests.support.soak_table import Tally, trials
from tests.support.waiting import wait_for

SEASON = Season.generate(tracks=1, days=2, sessions_per_day=15)
(TRACK,) = (track.slug for track in SEASON.tracks)
ALL_DAYS = {"TRACK": TRACK, "FROM": "2025-10-01", "TO": "2025-10-31", "CRAWL_CONCURRENCY": "3"}
SESSIONS = {str(session.session_id) for session in SEASON.sessions()}
MOST_AT_ONCE = 3
EMPTY = "truncate raw.practice_months, raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.transform_queue"


@pytest.fixture
def season_crawler(commands: Commands) -> Iterator[Crawler]:
    with FaultySite(SEASON) as site:
        yield Crawler(commands, site)


def contents(crawler: Crawler) -> Counter[tuple[str, str]]:
    """Every stored version of every page, by page and hash."""
    return Counter(
        crawler.rows(
            "select session_id, content_hash from raw.practice_sessions union all"
            " select practice_date::text, content_hash from raw.practice_lists union all"
            " select month, content_hash from raw.practice_months"
        )
    )


def kill_when_stored(crawler: Crawler, crawl: RunningCommand, count: int) -> None:
    """Kill the crawl once so many sessions are committed, as the database says."""
    query = "select count(*) from raw.practice_sessions"
    with psycopg.connect(crawler.database.conninfo, autocommit=True) as connection:
        wait_for(lambda: crawl.poll() is not None or (connection.execute(query).fetchone() or (0,))[0] >= count)
    crawl.kill()
    crawl.communicate()


def is_lock_free(crawler: Crawler) -> bool:
    """Whether the database gives us the crawl's lock."""
    try:
        with hold_locks(crawler.database, Job.CRAWL):
            return True
    except LockHeld:
        return False


def test_no_page_is_lost_or_doubled_when_the_crawler_is_killed(season_crawler: Crawler, tally: Tally) -> None:
    tally.promise = "pages missing, doubled or fetched in vain when the crawler is killed"
    crawler = season_crawler
    crawler.succeed(**ALL_DAYS)
    uninterrupted = contents(crawler)
    chance = random.Random(11)
    for _ in range(trials(quick=3, full=50)):
        crawler.change(EMPTY)
        before = len(crawler.site.requests)
        kill_when_stored(crawler, crawler.start(**ALL_DAYS), chance.randint(1, len(SESSIONS) - 1))
        stored = contents(crawler)
        tally.losses += len(stored - uninterrupted)
        wait_for(lambda: is_lock_free(crawler))

        crawler.succeed(**ALL_DAYS)
        tally.losses += len(uninterrupted - contents(crawler)) + len(contents(crawler) - uninterrupted)
        asked = Counter(path for path in crawler.asked(before) if "view_session" in path)
        asked_twice = sum(count - 1 for count in asked.values())
        tally.losses += max(0, asked_twice - MOST_AT_ONCE)
        tally.trials += 1
        tally.faults += 1
    outcomes = Counter(crawler.rows("select outcome from raw.crawls"))
    assert outcomes[("running",)] == 0
