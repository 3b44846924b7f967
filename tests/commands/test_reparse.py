"""`make reparse`: what could not be read once may be read now, without asking the site."""

import zlib
from dataclasses import replace

import pytest

from scraper.commands.reparse import read_again
from scraper.pages import PageError
from scraper.sample_site.responses import respond
from tests.support.crawling import DAY, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Cut, Fault, Rewrite, status

LIST, SESSION = f"/{TRACK}/practice/?p=session_list&d={DAY}", f"/{TRACK}/practice/?p=view_session&id="


def kept(path: str) -> bytes:
    return zlib.compress(respond(SEASON, path, visit=1).body)


def test_every_kind_of_page_can_be_read_again() -> None:
    month = read_again(TRACK, "month", "2025-10", "", kept(f"/{TRACK}/practice/?p=calendar&d=2025-10"))
    assert [day["date"] for day in month.payload["days"]] == ["2025-10-25", "2025-10-19"]
    day_list = read_again(TRACK, "list", str(DAY), "", kept(LIST))
    assert {row["session_id"] for row in day_list.payload["sessions"]} == session_ids(SEASON, TRACK, DAY)
    session_id = str(SESSIONS[0].session_id)
    session = read_again(TRACK, "session", session_id, "", kept(SESSION + session_id))
    assert (session.kind, session.key) == ("session", session_id)
    with pytest.raises(PageError):
        read_again(TRACK, "list", "2025-10-20", "", kept(LIST))


def test_what_can_be_read_now_is_stored_and_the_rest_stays_on_record(crawler: Crawler) -> None:
    changed, cut, gone, *others = (str(session.session_id) for session in SESSIONS)
    crawler.misbehave(
        Fault(f"id={changed}", Rewrite(lambda html: html.replace("Num Laps", "Laps"))),
        Fault(f"id={cut}", Cut(50, admitted=True)),
        Fault(f"id={gone}", status(404)),
    )
    crawler.succeed()
    assert "0 of 2 kept pages could be read" in crawler.commands.succeed("reparse")

    # Stands for a page object that was mended: the kept page is now one that it knows.
    crawler.change("update raw.failed_pages set body = %s where page_key = %s", kept(SESSION + changed), changed)
    before = len(crawler.site.requests)
    said = crawler.commands.succeed("reparse")
    assert "1 of 2 kept pages could be read" in said
    assert f"still unreadable  {crawler.site.base_url.format(track=TRACK)}" in said
    assert len(crawler.site.requests) == before
    assert crawler.captured() == {changed, *others}
    assert crawler.failures() == [("session", cut, "truncated"), ("session", gone, "http_status")]
    assert crawler.rows("select arguments, outcome from raw.crawls order by crawl_id desc limit 1") == [
        ({"tracks": [TRACK], "reparse": True}, "finished")
    ]


def test_a_session_that_was_edited_since_its_kept_page_came_is_asked_for_again(crawler: Crawler) -> None:
    edited, same, *_ = (session for session in SESSIONS if len(session.lap_times_ms) > 1)
    unreadable = Rewrite(lambda html: html.replace("Num Laps", "Laps"))
    crawler.misbehave(Fault(f"id=({edited.session_id}|{same.session_id})$", unreadable))
    crawler.succeed()
    for session in (edited, same):
        # Stands for a page object that was mended: the kept page is now one that it knows.
        page = kept(f"{SESSION}{session.session_id}")
        crawler.change("update raw.failed_pages set body = %s where page_key = %s", page, str(session.session_id))
    crawler.misbehave()
    crawler.site.season = SEASON.replaced(replace(edited, lap_times_ms=edited.lap_times_ms[:-1]))
    crawler.succeed(LIST_ONLY="1")
    crawler.commands.succeed("reparse")
    before = len(crawler.site.requests)
    crawler.succeed()
    assert [path for path in crawler.asked(before) if "view_session" in path] == [f"{SESSION}{edited.session_id}"]
    laps = crawler.rows(
        "select jsonb_array_length(payload -> 'laps') from raw.practice_sessions"
        " where session_id = %s order by load_id",
        str(edited.session_id),
    )
    assert laps == [(len(edited.lap_times_ms),), (len(edited.lap_times_ms) - 1,)]
