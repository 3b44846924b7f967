"""The `scrapy` command in a clone of the project: list, fetch, shell, parse and crawl.

It takes half a second to begin. So only one of each kind begins in a new interpreter, and the others in a child of the
process that has imported Scrapy.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scraper.crawl.urls import SiteUrls
from scraper.database.jobs import Job, hold_locks
from scraper.raw.items import PageId
from tests.support import running_command
from tests.support.crawling import DAY, SEASON, SESSIONS, TRACK, Crawler, session_ids, wait_for_sessions
from tests.support.faults import Delay, Fault, FaultySite, robots
from tests.support.running_command import RunningCommand, start_program
from tests.support.waiting import LONGEST_SECONDS

_SCRAPY = """
from scrapy.cmdline import execute
from scraper.config import Config
Config.model_config["env_file"] = None
execute({argv!r})
"""
NO_DATABASE = "postgresql://nobody@127.0.0.1:9/none"
DAY_ARGUMENTS = ("-a", f"track={TRACK}", "-a", f"date={DAY}")


@dataclass
class Clone:
    """The project's folder as working directory, a site, and by default a database that cannot be reached."""

    site: FaultySite
    database_url: str = NO_DATABASE
    is_cold: bool = False
    """Whether `scrapy` begins in a new interpreter, as for a user."""

    def start(self, *arguments: str, **settings: str) -> RunningCommand:
        """Start `scrapy`."""
        ours = {"DATABASE_URL": self.database_url, "LIVERC_BASE_URL": self.site.base_url, "CRAWL_DELAY": "0"}
        environment = {**os.environ, **ours, **settings}
        if self.is_cold:
            return start_program([sys.executable, "-m", "scrapy", *arguments], environment)
        return running_command.start("crawl", _SCRAPY.format(argv=["scrapy", *arguments]), environment)

    def scrapy(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `scrapy` to its end. It must not print a traceback."""
        with self.start(*arguments, **settings) as process:
            out, err = process.communicate(timeout=LONGEST_SECONDS)
        assert "Traceback" not in out + err, out + err
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def url(self, kind: str, key: object) -> str:
        """Return the URL of a page of the first track."""
        return SiteUrls(self.site.base_url).of_page(PageId(TRACK, kind, f"{key}"))


@pytest.fixture
def clone() -> Iterator[Clone]:
    """A clone without a database."""
    with FaultySite(SEASON) as site:
        yield Clone(site)


@pytest.fixture
def clone_with_database(crawler: Crawler) -> Clone:
    """A clone with the test's database."""
    return Clone(crawler.site, crawler.database.url.render_as_string(hide_password=False))


def test_list_names_the_spider(clone: Clone) -> None:
    done = replace(clone, is_cold=True).scrapy("list")
    assert (done.returncode, done.stdout) == (0, "practice_days\n")


def test_fetch_prints_a_page_politely_and_without_a_database(clone: Clone) -> None:
    done = clone.scrapy("fetch", clone.url("month", "2025-10"), CRAWL_CONTACT="me@example.org")
    assert done.returncode == 0
    assert "Practice Dates for October 2025" in done.stdout
    assert [request.path.partition("?")[0] for request in clone.site.requests] == [
        "/robots.txt",
        f"/{TRACK}/practice/",
    ]
    assert all("me@example.org" in request.user_agent for request in clone.site.requests)


@pytest.mark.parametrize(
    ("rules", "settings", "url", "why"),
    [
        ("", {}, "http://127.0.0.1:9/", "http://127.0.0.1:9/ is not on the track's own site; not requested"),
        ("User-agent: *\nDisallow: /", {}, None, f"robots.txt forbids /{TRACK}/practice/?p=calendar&d=2025-10"),
        ("", {"CRAWL_DISABLED": "1"}, None, "crawling is disabled by CRAWL_DISABLED=1"),
    ],
    ids=["elsewhere", "forbidden", "disabled"],
)
def test_fetch_refuses_what_a_crawl_refuses_and_says_why(
    clone: Clone, rules: str, settings: dict[str, str], url: str | None, why: str
) -> None:
    clone.site.faults = (Fault("robots.txt", robots(rules)),)
    done = clone.scrapy("fetch", url or clone.url("month", "2025-10"), **settings)
    assert why in done.stderr
    assert [request.path for request in clone.site.requests if "practice" in request.path] == []


def test_shell_has_the_response_of_a_page(clone: Clone) -> None:
    done = clone.scrapy("shell", "-c", "response.status, type(spider).__name__", clone.url("month", "2025-10"))
    assert done.returncode == 0
    assert "(200, 'PracticeDaysSpider')" in done.stdout


def test_shell_works_without_a_url(clone: Clone) -> None:
    assert "practice-warehouse" in replace(clone, is_cold=True).scrapy("shell", "-c", "settings['BOT_NAME']").stdout


def test_parse_prints_the_item_of_a_page(clone: Clone) -> None:
    done = clone.scrapy("parse", "--nocolour", clone.url("list", DAY))
    assert done.returncode == 0
    assert "'kind': 'list'" in done.stdout
    assert all(f"'session_id': '{session.session_id}'" in done.stdout for session in SESSIONS)


def test_crawl_does_what_make_crawl_does(clone_with_database: Clone, crawler: Crawler, tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    done = replace(clone_with_database, is_cold=True).scrapy("crawl", "practice_days", *DAY_ARGUMENTS, "-o", str(items))
    assert done.returncode == 0
    assert f"{len(SESSIONS)} listed, {len(SESSIONS)} captured, 0 unchanged, 0 failed" in done.stdout
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)
    ((arguments, outcome, sessions),) = crawler.rows("select arguments, outcome, sessions_ingested from raw.crawls")
    assert (arguments["tracks"], arguments["from"], arguments["to"]) == ([TRACK], str(DAY), str(DAY))
    assert (outcome, sessions) == ("finished", len(SESSIONS))
    exported = [json.loads(line) for line in items.read_text().splitlines()]
    assert {item["page"]["key"] for item in exported} == {str(DAY), *session_ids(SEASON, TRACK, DAY)}


def test_crawl_takes_a_range_and_switches_as_arguments(clone_with_database: Clone, crawler: Crawler) -> None:
    arguments = [f"track={TRACK}", "from=2025-10-01", "to=2025-10-31", "list_only=1", "refresh=1"]
    done = clone_with_database.scrapy("crawl", "practice_days", *(part for each in arguments for part in ("-a", each)))
    assert done.returncode == 0
    assert "session pages left for later" in done.stdout
    assert len(crawler.asked()) == 1 + len(SEASON.dates(TRACK))
    ((recorded,),) = crawler.rows("select arguments from raw.crawls")
    assert (recorded["list_only"], recorded["refresh"]) == (True, True)


def test_crawl_without_arguments_is_the_scheduled_crawl(clone_with_database: Clone, crawler: Crawler) -> None:
    done = clone_with_database.scrapy("crawl", "practice_days", TRACKS=TRACK)
    assert done.returncode == 0
    assert len(crawler.asked()) == 1
    assert "p=calendar" in crawler.asked()[0]


@pytest.mark.parametrize(
    ("arguments", "exit_status", "problem"),
    [
        (("-a", "trak=x"), 2, "the spider has no argument trak: it takes track, "),
        (
            ("-a", f"track={TRACK}", "-a", "date=19.10.2025"),
            2,
            "date=19.10.2025 is not a calendar date: write it as date=",
        ),
        ((), 2, "no track is given"),
        (DAY_ARGUMENTS, 1, "127.0.0.1:9"),
    ],
    ids=["unknown argument", "wrong date", "no track", "no database"],
)
def test_crawl_that_cannot_begin_ends_with_one_line_and_the_exit_status_of_make_crawl(
    clone: Clone, arguments: tuple[str, ...], exit_status: int, problem: str
) -> None:
    done = clone.scrapy("crawl", "practice_days", *arguments)
    assert done.returncode == exit_status
    line = done.stderr.splitlines()[-1]
    assert line.startswith("crawl: ")
    assert problem in line
    assert clone.site.requests == ()


def test_crawl_holds_the_lock_of_make_crawl(clone_with_database: Clone, crawler: Crawler) -> None:
    with hold_locks(crawler.database, Job.CRAWL):
        done = clone_with_database.scrapy("crawl", "practice_days", *DAY_ARGUMENTS)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith("crawl: ")
    assert crawler.asked() == []


def test_crawl_that_is_interrupted_ends_like_make_crawl(clone_with_database: Clone, crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", Delay(0.5)))
    crawl = clone_with_database.start("crawl", "practice_days", *DAY_ARGUMENTS, CRAWL_CONCURRENCY="1")
    wait_for_sessions(crawler, crawl, 1)
    crawl.send_signal(signal.SIGINT)
    out, err = crawl.communicate(timeout=LONGEST_SECONDS)
    assert crawl.returncode == 130, err
    assert "Traceback" not in err
    assert "run the same command again to continue" in out
    assert crawler.rows("select outcome from raw.crawls") == [("interrupted",)]
