"""The network faults of a crawl, one by one, held against what is promised; and against a spider that promises nothing.

`test_fault_site.py` mixes faults at random and asks for the outcome. Here each has a promise of its own, and a plain
spider with Scrapy's default settings has to break a good many: else the site would misbehave too mildly.
"""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest

from scraper.crawl.urls import SiteUrls
from scraper.raw.items import PageId
from scraper.sample_site.responses import Response, page
from scraper.sample_site.server import Request
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, Crawler
from tests.support.faults import (
    Answer,
    BrokenChunks,
    Cut,
    Fault,
    Reset,
    Rewrite,
    bot_check,
    redirect,
    robots,
    status,
    too_many_requests,
)
from tests.support.foreign_host import ForeignHost, UnverifiableHost
from tests.support.soak_table import Tally, is_soak

LAPS = {f"{session.session_id}": len(session.lap_times_ms) for session in SEASON.day(OTHER_TRACK, DAY).sessions}
SESSION = dict(enumerate(sorted(LAPS), start=1))
"""The session page that a fault happens to, by the fault's number."""

LEAST_BROKEN_BY_DEFAULTS = 6
MOST_MEMORY_KILOBYTES = 400 * 1024
# Not getrusage, whose peak begins with that of the process which started it. Only Linux tells.
TELLS_ITS_MEMORY = """
import atexit, pathlib, re
status = pathlib.Path("/proc/self/status")
peak = lambda: re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1] if status.exists() else 0
atexit.register(lambda: print("peak memory in kilobytes:", peak()))
"""
MUCH = b"<html>" + b" " * (9 * 1024 * 1024)
BOMB = Response(
    200, gzip.compress(b" " * (256 * 1024 * 1024)), {"Content-Type": "text/html", "Content-Encoding": "gzip"}
)
LOGIN = page("<html><head><title>Log in</title></head><body><form>Password</form></body></html>")


@dataclass(frozen=True)
class Outcome:
    """What came of a crawl: its exit status, what the site and a stranger were asked, and the laps it stored."""

    exit_status: int
    requests: tuple[Request, ...]
    asked_elsewhere: list[bytes]
    laps: Mapping[str, int]

    def asked(self, part: str) -> list[Request]:
        """Requests whose path has this in it."""
        return [request for request in self.requests if part in request.path]

    def pauses_after(self, session_id: str, code: int) -> list[float]:
        """Seconds from each answer with this status, to this page, to whatever was asked next."""
        return [
            after.arrived_at - before.arrived_at
            for before, after in pairwise(self.requests)
            if before.status == code and before.path.endswith(f"={session_id}")
        ]

    def is_last(self, session_id: str) -> bool:
        """Whether this page was asked for once, and nothing afterwards."""
        return len(self.asked(f"={session_id}")) == 1 and self.requests[-1].path.endswith(f"={session_id}")


Promise = Callable[[Outcome], bool]


@dataclass(frozen=True)
class Situation:
    """A site in trouble, and what is promised for each fault by its number; `base_url` where it is another site."""

    faults: tuple[Fault, ...]
    promises: Mapping[int, Promise]
    base_url: str = ""


def on(number: int) -> str:
    """The pages that a fault happens to, as a regular expression."""
    return f"id={SESSION[number]}$"


def not_stored(number: int) -> Promise:
    """What is no page of a session is not taken for one."""
    return lambda outcome: SESSION[number] not in outcome.laps


def stored_whole(number: int) -> Promise:
    """Trouble that passes costs nothing."""
    return lambda outcome: outcome.laps.get(SESSION[number]) == LAPS[SESSION[number]]


def nothing_asked_elsewhere(number: int) -> Promise:
    """The stranger never hears of us."""
    return lambda outcome: not any(b"/%d " % number in line for line in outcome.asked_elsewhere)


def nothing_asked(outcome: Outcome) -> bool:
    """No page was asked for, and the exit status says that there was no work."""
    return outcome.asked("/practice/") == [] and outcome.exit_status == 1


def troubled_pages(stranger: str) -> Situation:
    """One page for each fault that concerns one page."""
    meta_refresh = f'<meta http-equiv="refresh" content="0;url={stranger}/15">'
    return Situation(
        (
            Fault(on(1), too_many_requests("2"), times=1),
            Fault(on(3), status(503), times=2),
            Fault(on(7), Reset(), times=1),
            Fault(on(8), BrokenChunks(), times=1),
            Fault(on(9), Cut(60, admitted=True)),
            Fault(on(10), Answer(BOMB)),
            Fault(on(11), Answer(page(MUCH.decode()))),
            Fault(on(12), redirect("/login")),
            Fault("/login", Answer(LOGIN)),
            Fault(on(13), redirect(f"{stranger}/13")),
            Fault(on(14), redirect("?again&p=view_session&id=" + SESSION[14])),
            Fault(on(15), Rewrite(lambda _: f"<html><head>{meta_refresh}</head></html>")),
        ),
        {
            1: lambda outcome: min(outcome.pauses_after(SESSION[1], 429), default=0) >= 2,
            3: lambda outcome: (
                [pause > 0.1 * 2**n for n, pause in enumerate(outcome.pauses_after(SESSION[3], 503))] == [True, True]
            ),
            7: stored_whole(7),
            8: stored_whole(8),
            9: not_stored(9),
            10: not_stored(10),
            11: not_stored(11),
            12: not_stored(12),
            13: nothing_asked_elsewhere(13),
            14: lambda outcome: len(outcome.asked(SESSION[14])) <= 4,
            15: nothing_asked_elsewhere(15),
        },
    )


def situations(stranger: str, unverifiable: UnverifiableHost) -> list[Situation]:
    """All of them; the first has most faults."""
    nowhere, unknown = "http://127.0.0.1:9/{track}", "http://{track}.invalid/{track}"
    return [
        troubled_pages(stranger),
        Situation((Fault(on(2), too_many_requests("86400")),), {2: lambda outcome: outcome.is_last(SESSION[2])}),
        Situation((), {4: nothing_asked}, nowhere),
        Situation((Fault(on(16), bot_check(403)),), {16: lambda outcome: outcome.is_last(SESSION[16])}),
        Situation((Fault(on(17), bot_check(200)),), {17: lambda outcome: outcome.is_last(SESSION[17])}),
        Situation((Fault("robots.txt", status(503)),), {18: nothing_asked}),
        Situation((Fault("robots.txt", robots("User-agent: *\nDisallow: /")),), {19: nothing_asked}),
        Situation((), {20: lambda _: unverifiable.asked == 0}, unverifiable.base_url),
        Situation((), {21: nothing_asked}, unknown),
    ]


def crawled_by_us(crawler: Crawler, situation: Situation, stranger: ForeignHost) -> Outcome:
    """`make crawl`, one request at a time, so that what comes after an answer was decided after it."""
    before, contacts = len(crawler.site.requests), len(stranger.asked)
    crawler.change("truncate raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.transform_queue")
    crawler.misbehave(*situation.faults)
    asked = {"TRACK": OTHER_TRACK, "DATE": str(DAY), "CRAWL_CONCURRENCY": "1"}
    asked |= {"LIVERC_BASE_URL": situation.base_url} if situation.base_url else {}
    # A forked process begins with the memory of its parent.
    done = Crawler(replace(crawler.commands, is_cold=True), crawler.site).run(TELLS_ITS_MEMORY, **asked)
    peak = int(done.stdout.split()[-1])
    print("peak memory in kilobytes:", peak)
    assert peak < MOST_MEMORY_KILOBYTES
    laps = crawler.rows("select session_id, jsonb_array_length(payload -> 'laps') from raw.practice_sessions")
    return Outcome(done.returncode, crawler.site.requests[before:], stranger.asked[contacts:], dict(laps))


def crawled_by_default(crawler: Crawler, situation: Situation, stranger: ForeignHost, folder: Path) -> Outcome:
    """The plain spider, from a folder without settings."""
    before, contacts = len(crawler.site.requests), len(stranger.asked)
    crawler.misbehave(*situation.faults)
    list_url = SiteUrls(situation.base_url or crawler.site.base_url).of_page(PageId(OTHER_TRACK, "list", str(DAY)))
    spider, stored = Path(__file__).parent / "plain_spider.py", folder / "stored.jsonl"
    command = [sys.executable, "-m", "scrapy", "runspider", str(spider), "-a", f"list_url={list_url}"]
    done = subprocess.run([*command, "-O", str(stored)], cwd=folder, capture_output=True, text=True, check=False)
    laps = {item["session_id"]: item["laps"] for item in map(json.loads, stored.read_text().splitlines())}
    return Outcome(done.returncode, crawler.site.requests[before:], stranger.asked[contacts:], laps)


def broken(situation: Situation, outcome: Outcome) -> set[int]:
    """The faults whose promises were not kept."""
    return {number for number, is_kept in situation.promises.items() if not is_kept(outcome)}


def test_the_promise_for_each_network_fault_is_kept(
    crawler: Crawler, foreign_host: ForeignHost, unverifiable_host: UnverifiableHost, tally: Tally
) -> None:
    tally.promise = "network faults, each with its promise"
    all_of_them = situations(foreign_host.url, unverifiable_host)
    # Those beyond the first have tests of their own in tests/crawl/middlewares and tests/commands, which run every day.
    for situation in all_of_them if is_soak() else all_of_them[:1]:
        outcome = crawled_by_us(crawler, situation, foreign_host)
        wrong = broken(situation, outcome)
        assert wrong == set(), outcome
        tally.trials += 1
        tally.faults += len(situation.promises)
        tally.losses += len(wrong)


@pytest.mark.reliability
def test_scrapy_s_defaults_break_many_of_these_promises(
    crawler: Crawler, foreign_host: ForeignHost, unverifiable_host: UnverifiableHost, tmp_path: Path
) -> None:
    wrong: set[int] = set()
    for situation in situations(foreign_host.url, unverifiable_host):
        wrong |= broken(situation, crawled_by_default(crawler, situation, foreign_host, tmp_path))
    print("broken by Scrapy's defaults:", sorted(wrong))
    assert len(wrong) >= LEAST_BROKEN_BY_DEFAULTS
