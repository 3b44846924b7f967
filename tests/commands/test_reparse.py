"""`make reparse`: stored bodies of failed pages are read again, without a request to the site."""

import zlib
from dataclasses import replace

import pytest

from scraper.commands.reparse import StoredBody, read_again
from scraper.pages import PageError
from scraper.raw.items import PageId
from scraper.sample_site.responses import respond
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Cut, Fault, Rewrite, status

LIST, SESSION = f"/{TRACK}/practice/?p=session_list&d={DAY}", f"/{TRACK}/practice/?p=view_session&id="


def compressed(path: str) -> bytes:
    return zlib.compress(respond(SEASON, path, visit=1).body)


def stored_body(kind: str, key: str, path: str) -> StoredBody:
    return StoredBody(TRACK, kind, key, "", compressed(path))


def test_every_kind_of_page_can_be_read_again() -> None:
    month = read_again(stored_body("month", "2025-10", f"/{TRACK}/practice/?p=calendar&d=2025-10"))
    assert [day["date"] for day in month.payload["days"]] == ["2025-10-25", "2025-10-19"]
    day_list = read_again(stored_body("list", str(DAY), LIST))
    assert {row["session_id"] for row in day_list.payload["sessions"]} == session_ids(SEASON, TRACK, DAY)
    session_id = str(SESSIONS[0].session_id)
    session = read_again(stored_body("session", session_id, SESSION + session_id))
    assert session.page == PageId(TRACK, "session", session_id)
    with pytest.raises(PageError):
        read_again(stored_body("list", "2025-10-20", LIST))


def test_a_list_that_is_short_of_its_stored_month_page_removes_nothing(crawler: Crawler) -> None:
    crawler.succeed(TRACK=TRACK, FROM=str(DAY), TO=str(DAY), LIST_ONLY="1")
    crawler.misbehave(Fault("session_list", Cut(50, admitted=True)))
    crawler.fail(TRACK=TRACK, DATE=str(DAY), LIST_ONLY="1")
    shorter = SEASON.without(SESSIONS[0].session_id)
    crawler.change("update raw.failed_pages set body = %s", zlib.compress(respond(shorter, LIST, visit=1).body))
    assert "1 of 1 stored page could be read" in crawler.commands.succeed("reparse")
    newest = "select jsonb_array_length(payload -> 'sessions'), month_sessions from raw.practice_lists order by load_id"
    assert crawler.rows(newest)[-1] == (len(SESSIONS) - 1, len(SESSIONS))


def test_pages_that_can_be_read_now_are_stored_and_others_stay_failed(crawler: Crawler) -> None:
    changed, cut, gone, *others = (str(session.session_id) for session in SESSIONS)
    crawler.misbehave(
        Fault(f"id={changed}", Rewrite(lambda html: html.replace("Num Laps", "Laps"))),
        Fault(f"id={cut}", Cut(50, admitted=True)),
        Fault(f"id={gone}", status(404)),
    )
    crawler.succeed()
    assert "0 of 2 stored pages could be read" in crawler.commands.succeed("reparse")

    # Has the effect of a fixed page object: the stored body can be read now.
    crawler.change("update raw.failed_pages set body = %s where page_key = %s", compressed(SESSION + changed), changed)
    before = len(crawler.site.requests)
    output = crawler.commands.succeed("reparse")
    assert "1 of 2 stored pages could be read" in output
    assert f"still unreadable  {crawler.site.base_url.format(track=TRACK)}" in output
    assert len(crawler.site.requests) == before
    assert crawler.captured() == {changed, *others}
    assert crawler.failures() == [("session", cut, "truncated"), ("session", gone, "http_status")]
    assert crawler.rows("select arguments, outcome from raw.crawls order by crawl_id desc limit 1") == [
        ({"tracks": [TRACK], "reparse": True}, "finished")
    ]


def test_after_a_changed_layout_reparse_lets_the_other_pages_follow(crawler: Crawler) -> None:
    busy_day = {"TRACK": OTHER_TRACK, "DATE": str(DAY)}
    crawler.misbehave(Fault("p=view_session", Rewrite(lambda html: html.replace("Num Laps", "Laps"))))
    line = crawler.fail(**busy_day)
    unreadable = [key for _, key, _ in crawler.failures()]
    count = len(unreadable)
    assert 3 <= count <= 6  # three in a row, and those that were on their way
    layout = f"crawl: the layout of session pages at {OTHER_TRACK} seems to have changed"
    assert line.startswith(f"{layout}: {count} of {count} could not be read (")
    assert crawler.rows("select outcome from raw.crawls") == [("finished",)]

    for key in unreadable:
        # Has the effect of a fixed page object: the stored body can be read now.
        page = compressed(f"/{OTHER_TRACK}/practice/?p=view_session&id={key}")
        crawler.change("update raw.failed_pages set body = %s where page_key = %s", page, key)
    assert f"{count} of {count} stored pages could be read" in crawler.commands.succeed("reparse")
    crawler.misbehave()
    assert "waiting" not in crawler.succeed(**busy_day)
    assert crawler.captured() == session_ids(SEASON, OTHER_TRACK, DAY)


def test_a_session_that_was_edited_after_its_stored_response_is_requested_again(crawler: Crawler) -> None:
    edited, same, *_ = (session for session in SESSIONS if len(session.lap_times_ms) > 1)
    unreadable = Rewrite(lambda html: html.replace("Num Laps", "Laps"))
    crawler.misbehave(Fault(f"id=({edited.session_id}|{same.session_id})$", unreadable))
    crawler.succeed()
    for session in (edited, same):
        # Has the effect of a fixed page object: the stored body can be read now.
        page = compressed(f"{SESSION}{session.session_id}")
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
