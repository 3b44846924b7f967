"""Pages that cannot be captured: stored with the reason, retried, and without an effect on other pages."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from scraper.crawl.scope import CrawlScope
from scraper.raw.json_text import UNREADABLE
from scraper.sample_site.responses import Response, page
from tests.crawl.spiders.planned_crawls import PlannedCrawls
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import (
    EMPTY_BODY,
    Answer,
    BrokenChunks,
    Cut,
    DeliveryFault,
    Drip,
    Fault,
    NeverAnswer,
    OtherDate,
    PageFault,
    Reset,
    Rewrite,
    WrongContentLength,
    redirect,
    status,
)
from tests.support.soak_table import Tally, is_soak

UNLUCKY = str(SESSIONS[1].session_id)
TOO_MUCH = b"<html>" + b" " * (9 * 1024 * 1024)
NAMED_DAY = CrawlScope.of_days([(TRACK, DAY)])


@dataclass(frozen=True)
class Compressed:
    """A body that grows a thousandfold when it is decompressed."""

    def alter(self, _response: Response, _visit: object) -> Response:
        return Response(200, gzip.compress(TOO_MUCH), {"Content-Type": "text/html", "Content-Encoding": "gzip"})


Faults = dict[str, tuple[PageFault | DeliveryFault, str]]
"""Faults of a session page by name, each with the kind of reason that must be stored."""

TEMPORARY: Faults = {
    "broken": (status(500), "http_status"),
    "cut": (Cut(60), "no_response"),
    "reset": (Reset(), "no_response"),
}
ALSO_TEMPORARY: Faults = {
    "broken chunks": (BrokenChunks(), "no_response"),
    "shorter than it says": (WrongContentLength(40), "no_response"),
}
# The unreadable pages are far from each other: three in a row would stop the requests.
FINAL: Faults = {
    "another page": (Rewrite(lambda _: "<html><title>Log in</title></html>"), "not_liverc"),
    "gone": (status(404), "http_status"),
    "forbidden": (status(403), "http_status"),
    "cut without an error": (Cut(60, admitted=True), "truncated"),
    "longer than it says": (WrongContentLength(-40), "truncated"),
    "empty": (EMPTY_BODY, "empty"),
    "another type": (Answer(page("{}", content_type="application/json")), "not_liverc"),
    "endless redirects": (redirect("#again"), "not_allowed"),
    "redirect to a file": (redirect("file:///etc/passwd"), "http_status"),
    "decompression bomb": (Compressed(), "not_allowed"),
    "too large": (Answer(page(TOO_MUCH.decode())), "no_response"),
    "other layout": (Rewrite(lambda html: html.replace("Num Laps", "Laps")), "changed_layout"),
}


@pytest.mark.parametrize("faults", [TEMPORARY, ALSO_TEMPORARY, FINAL], ids=["temporary", "also temporary", "final"])
def test_failed_session_pages_affect_no_other_page(crawler: Crawler, faults: Faults) -> None:
    ids = sorted(session_ids(SEASON, OTHER_TRACK, DAY))
    apart = [*ids[: len(faults) - 1], ids[-1]]
    unlucky = dict(zip(apart, faults.values(), strict=True))
    crawler.misbehave(*(Fault(f"id={session_id}$", does) for session_id, (does, _) in unlucky.items()))
    output = crawler.succeed(TRACK=OTHER_TRACK, DATE=str(DAY))
    assert f"{len(ids) - len(faults)} captured, 0 unchanged, {len(faults)} failed" in output
    assert crawler.failures() == [("session", session_id, kind) for session_id, (_, kind) in unlucky.items()]
    assert crawler.captured() == set(ids) - set(unlucky)
    assert crawler.rows("select outcome, sessions_failed from raw.crawls") == [("finished", len(faults))]


def test_a_failure_is_stored_with_its_response_and_resolved_once_the_page_is_captured(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(404)))
    crawler.succeed()
    crawler.let_pauses_pass()
    crawler.succeed()
    ((url, reason, http_status, body, attempts),) = crawler.rows(
        "select url, reason, http_status, body, attempts from raw.failed_pages"
    )
    assert url.endswith(f"/{TRACK}/practice/?p=view_session&id={UNLUCKY}")
    assert (reason, http_status, attempts) == ("the site responded with status 404", 404, 2)
    assert "404 Error" in zlib.decompress(body).decode()

    crawler.misbehave()
    crawler.let_pauses_pass()
    assert f"1 captured, {len(SESSIONS) - 1} unchanged, 0 failed" in crawler.succeed()
    assert crawler.failures() == []


# With the default of 30 seconds and three attempts the test would take too long for every change.
SHORT_TIMEOUT = "" if is_soak() else "from scraper.crawl import settings; settings.DOWNLOAD_TIMEOUT = 1"


@pytest.mark.parametrize("does", [NeverAnswer(), Drip(pause=0.25)], ids=["no response", "a byte now and then"])
def test_a_page_that_does_not_end_is_stored_as_failed(crawler: Crawler, tally: Tally, does: DeliveryFault) -> None:
    tally.promise = "pages that never end: recorded as failed after the timeout, without an effect on other pages"
    crawler.misbehave(Fault(f"id={UNLUCKY}", does))
    assert f"{len(SESSIONS) - 1} captured, 0 unchanged, 1 failed" in crawler.succeed(before=SHORT_TIMEOUT)
    assert crawler.failures() == [("session", UNLUCKY, "no_response")]
    tally.trials = tally.faults = 1


def test_a_slow_page_is_captured(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", Drip(pause=0.05, piece=1000)))
    assert f"{len(SESSIONS)} captured" in crawler.succeed()


@dataclass(frozen=True)
class InLatin1:
    """A page that claims to be UTF-8, with a name that is not."""

    def alter(self, response: Response, _visit: object) -> Response:
        return replace(response, body=response.body.replace(SESSIONS[1].driver.encode(), b"Jos\xe9"))


HOSTILE = "'); drop table raw.practice_sessions; -- {{ env_var('DATABASE_URL') }} <script>=1+1"


def test_text_in_another_encoding_and_text_that_looks_like_code_are_stored_as_text(crawler: Crawler) -> None:
    other = SESSIONS[2]

    def rename(html: str) -> str:
        return html.replace(f">{other.driver}<", f">{HOSTILE.replace('<', '&lt;')}<")

    crawler.misbehave(Fault(f"id={UNLUCKY}", InLatin1()), Fault(f"id={other.session_id}$", Rewrite(rename)))
    crawler.succeed()
    payloads = dict(crawler.rows("select session_id, payload from raw.practice_sessions"))
    assert payloads[UNLUCKY]["driver"] == f"Jos{UNREADABLE}"
    assert payloads[UNLUCKY]["repaired_text"] == ["driver"]
    assert payloads[str(other.session_id)]["driver"] == HOSTILE


# Without HTTP: what these pages lead to does not depend on how they arrived.


def without_first_session(html: str) -> str:
    """Remove the first row of a list; only its statistics then show that a session is missing."""
    start = html.index("<tbody>") + len("<tbody>")
    end = html.index("</tr>", start) + len("</tr>")
    return html[:start] + html[end:]


def test_the_failure_of_a_session_that_left_its_list_is_resolved(crawls: PlannedCrawls) -> None:
    crawls.missing = f"id={UNLUCKY}$"
    crawls.crawl(NAMED_DAY)
    assert crawls.failures() == [("session", UNLUCKY)]
    crawls.season = SEASON.without(int(UNLUCKY))
    crawls.crawl(NAMED_DAY)
    assert crawls.failures() == []


@pytest.mark.parametrize("damaged", [lambda html: html[: len(html) * 7 // 10], lambda _: ""], ids=["cut", "empty"])
def test_a_damaged_list_never_replaces_a_whole_one(crawls: PlannedCrawls, damaged: Callable[[str], str]) -> None:
    crawls.crawl(NAMED_DAY)
    crawls.rewrite = lambda path, html: damaged(html) if "p=session_list" in path else html
    crawls.crawl(NAMED_DAY)
    assert crawls.failures() == [("list", str(DAY))]
    assert crawls.rows("select jsonb_array_length(payload -> 'sessions') from raw.practice_lists") == [(len(SESSIONS),)]


def test_the_list_of_another_date_is_never_stored(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=session_list", OtherDate(date(2025, 10, 25))))
    assert "no list could be read" in crawler.fail()
    assert crawler.failures() == [("list", str(DAY), "other_date")]
    assert crawler.rows("select from raw.practice_lists") == []


def test_a_list_without_one_of_its_rows_is_stored_and_marked(crawls: PlannedCrawls) -> None:
    crawls.rewrite = lambda path, html: without_first_session(html) if "p=session_list" in path else html
    crawls.crawl(NAMED_DAY)
    (payload,) = crawls.rows("select payload -> 'unreadable_rows' from raw.practice_lists")[0]
    assert payload[0]["reason"].startswith("rows are missing: the list has ")


def test_a_failed_day_affects_no_other_day(crawls: PlannedCrawls) -> None:
    crawls.missing = f"{TRACK}.*d={DAY}"
    output = crawls.summary_of(CrawlScope((TRACK,), DAY.replace(day=1), DAY.replace(day=31), list_only=True))
    assert "1 page recorded, to be requested again after a pause" in output
    assert crawls.failures() == [("list", str(DAY))]
    assert len(crawls.rows("select 1 from raw.practice_lists")) == len(SEASON.dates(TRACK)) - 1
