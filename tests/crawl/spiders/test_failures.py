"""Pages that cannot be had: on record with their reason, tried again, and never at the cost of another page."""

import gzip
import zlib
from dataclasses import dataclass, replace
from datetime import date

import pytest

from scraper.raw.json_text import UNREADABLE
from scraper.sample_site.responses import Response, page
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


@dataclass(frozen=True)
class Compressed:
    """A body that grows a thousandfold when it is unpacked."""

    def alter(self, _response: Response, _visit: object) -> Response:
        return Response(200, gzip.compress(TOO_MUCH), {"Content-Type": "text/html", "Content-Encoding": "gzip"})


Faults = dict[str, tuple[PageFault | DeliveryFault, str]]
"""What happens to a session's page, and the kind of reason that is to be on record."""

PASSING: Faults = {
    "broken": (status(500), "http_status"),
    "cut": (Cut(60), "no_answer"),
    "reset": (Reset(), "no_answer"),
}
ALSO_PASSING: Faults = {
    "broken chunks": (BrokenChunks(), "no_answer"),
    "shorter than it says": (WrongContentLength(40), "no_answer"),
}
LASTING: Faults = {
    "gone": (status(404), "http_status"),
    "forbidden": (status(403), "http_status"),
    "cut in silence": (Cut(60, admitted=True), "truncated"),
    "longer than it says": (WrongContentLength(-40), "truncated"),
    "empty": (EMPTY_BODY, "empty"),
    "another page": (Rewrite(lambda _: "<html><title>Log in</title></html>"), "not_liverc"),
    "another kind": (Answer(page("{}", content_type="application/json")), "not_liverc"),
    "other layout": (Rewrite(lambda html: html.replace("Num Laps", "Laps")), "changed_layout"),
    "endless redirects": (redirect("#again"), "not_allowed"),
    "redirect to a file": (redirect("file:///etc/passwd"), "http_status"),
    "bomb": (Compressed(), "not_allowed"),
    "huge": (Answer(page(TOO_MUCH.decode())), "no_answer"),
}


@pytest.mark.parametrize("faults", [PASSING, ALSO_PASSING, LASTING], ids=["passing", "also passing", "lasting"])
def test_failed_session_pages_cost_no_other(crawler: Crawler, faults: Faults) -> None:
    ids = sorted(session_ids(SEASON, OTHER_TRACK, DAY))
    unlucky = dict(zip(ids, faults.values(), strict=False))
    crawler.misbehave(*(Fault(f"id={session_id}$", does) for session_id, (does, _) in unlucky.items()))
    said = crawler.succeed(TRACK=OTHER_TRACK, DATE=str(DAY))
    assert f"{len(ids) - len(faults)} captured, 0 unchanged, {len(faults)} failed" in said
    assert crawler.failures() == [("session", session_id, kind) for session_id, (_, kind) in unlucky.items()]
    assert crawler.captured() == set(ids) - set(unlucky)
    assert crawler.rows("select outcome, sessions_failed from raw.crawls") == [("finished", len(faults))]


def test_a_failure_is_on_record_with_all_that_came_and_resolved_once_captured(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(404)))
    crawler.succeed()
    crawler.succeed()
    ((url, reason, http_status, body, attempts),) = crawler.rows(
        "select url, reason, http_status, body, attempts from raw.failed_pages"
    )
    assert url.endswith(f"/{TRACK}/practice/?p=view_session&id={UNLUCKY}")
    assert (reason, http_status, attempts) == ("the site answered with status 404", 404, 2)
    assert "404 Error" in zlib.decompress(body).decode()

    crawler.misbehave()
    assert f"1 captured, {len(SESSIONS) - 1} unchanged, 0 failed" in crawler.succeed()
    assert crawler.failures() == []


def test_the_failure_of_a_session_that_left_its_list_is_resolved(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(404)))
    crawler.succeed()
    crawler.site.season = SEASON.without(int(UNLUCKY))
    crawler.succeed()
    assert crawler.failures() == []


# Thirty seconds as it stands, three times: too long for every day.
IMPATIENT = "" if is_soak() else "from scraper.crawl import settings; settings.DOWNLOAD_TIMEOUT = 1"


@pytest.mark.parametrize("does", [NeverAnswer(), Drip(pause=0.25)], ids=["never answered", "a byte now and then"])
def test_a_page_that_does_not_end_is_on_record(crawler: Crawler, tally: Tally, does: DeliveryFault) -> None:
    tally.promise = "pages that never end: on record after the time-out, at the cost of no other"
    crawler.misbehave(Fault(f"id={UNLUCKY}", does))
    assert f"{len(SESSIONS) - 1} captured, 0 unchanged, 1 failed" in crawler.succeed(before=IMPATIENT)
    assert crawler.failures() == [("session", UNLUCKY, "no_answer")]
    tally.trials = tally.faults = 1


def test_slow_pages_are_waited_for(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", Drip(pause=0.05, piece=1000)))
    assert f"{len(SESSIONS)} captured" in crawler.succeed()


def without_first_session(html: str) -> str:
    """The list without its first row, and nothing else to tell that one is missing but the statistics."""
    start = html.index("<tbody>") + len("<tbody>")
    end = html.index("</tr>", start) + len("</tr>")
    return html[:start] + html[end:]


@pytest.mark.parametrize(
    ("does", "reason_kind"),
    [
        (OtherDate(date(2025, 10, 25)), "other_date"),
        (Cut(70, admitted=True), "truncated"),
        (EMPTY_BODY, "empty"),
    ],
    ids=["other date", "cut in silence", "empty"],
)
def test_a_list_that_is_not_whole_never_replaces_a_whole_one(
    crawler: Crawler, does: PageFault | DeliveryFault, reason_kind: str
) -> None:
    crawler.succeed()
    crawler.misbehave(Fault("p=session_list", does))
    assert "no list could be read" in crawler.fail()
    assert crawler.failures() == [("list", str(DAY), reason_kind)]
    versions = crawler.rows("select jsonb_array_length(payload -> 'sessions') from raw.practice_lists")
    assert versions == [(len(SESSIONS),)]


def test_a_list_that_lacks_a_row_is_stored_but_never_counts_as_whole(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=session_list", Rewrite(without_first_session)))
    assert "a row cannot be read (rows are missing: " in crawler.succeed()
    (payload,) = crawler.rows("select payload -> 'unreadable_rows' from raw.practice_lists")[0]
    assert payload[0]["reason"].startswith("rows are missing: the list has ")


def test_a_day_that_cannot_be_had_does_not_stop_the_others(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"{TRACK}.*d={DAY}", status(404)))
    said = crawler.succeed(TRACK=TRACK, FROM="2025-10-01", TO="2025-10-31", LIST_ONLY="1")
    assert "1 on record, to be tried again" in said
    assert crawler.failures() == [("list", str(DAY), "http_status")]


@dataclass(frozen=True)
class InLatin1:
    """A page that claims to be UTF-8, with a name that is not."""

    def alter(self, response: Response, _visit: object) -> Response:
        return replace(response, body=response.body.replace(SESSIONS[1].driver.encode(), b"Jos\xe9"))


def test_bytes_in_another_encoding_are_kept_and_noted(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", InLatin1()))
    crawler.succeed()
    (payload,) = crawler.rows("select payload from raw.practice_sessions where session_id = %s", UNLUCKY)[0]
    assert payload["driver"] == f"Jos{UNREADABLE}"
    assert payload["repaired_text"] == ["driver"]


HOSTILE = "'); drop table raw.practice_sessions; -- {{ env_var('DATABASE_URL') }} <script>=1+1"


def test_text_that_looks_like_code_is_text(crawler: Crawler) -> None:
    def rename(html: str) -> str:
        return html.replace(f">{SESSIONS[1].driver}<", f">{HOSTILE.replace('<', '&lt;')}<")

    crawler.misbehave(Fault(f"id={UNLUCKY}", Rewrite(rename)))
    crawler.succeed()
    (payload,) = crawler.rows("select payload from raw.practice_sessions where session_id = %s", UNLUCKY)[0]
    assert payload["driver"] == HOSTILE
