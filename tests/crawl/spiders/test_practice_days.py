"""What a crawl asks for: only what can be there, and only what can have changed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scraper.crawl.spiders.planner import newest_month
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Fault, Rewrite

WHOLE_SEASON = {"TRACK": f"{TRACK} {OTHER_TRACK}", "FROM": "2025-01-01", "TO": "2025-10-31"}


def test_a_day_is_its_list_and_its_sessions(crawler: Crawler) -> None:
    crawler.succeed()
    sessions = [f"/{TRACK}/practice/?p=view_session&id={session.session_id}" for session in SESSIONS]
    assert Counter(crawler.asked()) == Counter([f"/{TRACK}/practice/?p=session_list&d={DAY}", *sessions])
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)


def test_a_range_asks_only_for_months_and_days_that_exist_and_lie_in_it(crawler: Crawler) -> None:
    crawler.succeed(**WHOLE_SEASON | {"TO": "2025-10-25", "LIST_ONLY": "1"})
    assert sorted(crawler.asked()) == sorted(
        [f"/{track.slug}/practice/?p=calendar&d=2025-10" for track in SEASON.tracks]
        + [
            f"/{day.track.slug}/practice/?p=session_list&d={day.date}"
            for day in SEASON.days()
            if day.date <= date(2025, 10, 25)
        ]
    )


def test_a_long_range_finds_its_months_on_the_first_month_page(crawler: Crawler) -> None:
    crawler.site.season = season = replace(SEASON, plan=replace(SEASON.plan, days=30))
    crawler.succeed(**WHOLE_SEASON | {"FROM": "2025-09-28", "LIST_ONLY": "1"})
    asked = crawler.asked()
    assert [path for path in asked if "d=2025-08" in path] == []
    assert {path for path in asked if "p=calendar" in path} == {
        f"/{track.slug}/practice/?p=calendar&d={month}" for track in season.tracks for month in ("2025-09", "2025-10")
    }
    days = {day.date for day in season.days() if day.date >= date(2025, 9, 28)}
    assert {path.split("d=")[1] for path in asked if "session_list" in path} == {str(day) for day in days}


def test_the_scheduled_form_takes_every_track_and_the_last_days(crawler: Crawler) -> None:
    long_ago = str((datetime.now(UTC).date() - date(2025, 10, 19)).days + 2)
    crawler.succeed(TRACKS=f"{TRACK},{OTHER_TRACK}", DAYS=long_ago, LIST_ONLY="1")
    lists = [path for path in crawler.asked() if "session_list" in path]
    assert len(lists) == len(list(SEASON.days()))


def test_lists_only_and_then_the_rest(crawler: Crawler) -> None:
    assert f"{len(SESSIONS)} listed, 0 captured" in crawler.succeed(LIST_ONLY="1")
    assert [path for path in crawler.asked() if "view_session" in path] == []
    crawler.succeed()
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)


def test_what_changed_is_asked_for_again_and_nothing_else(crawler: Crawler) -> None:
    crawler.succeed()
    before = len(crawler.site.requests)
    assert f"0 captured, {len(SESSIONS)} unchanged" in crawler.succeed()
    assert crawler.asked(before) == [f"/{TRACK}/practice/?p=session_list&d={DAY}"]

    with_laps = next(session for session in SESSIONS if len(session.lap_times_ms) > 1)
    fewer_laps = replace(with_laps, lap_times_ms=with_laps.lap_times_ms[:-1])
    for edited in (fewer_laps, replace(fewer_laps, transponder="7654321"), with_laps):
        before = len(crawler.site.requests)
        crawler.site.season = SEASON.replaced(edited)
        assert f"1 captured, {len(SESSIONS) - 1} unchanged" in crawler.succeed()
        assert [path for path in crawler.asked(before) if "view_session" in path] == [
            f"/{TRACK}/practice/?p=view_session&id={with_laps.session_id}"
        ]
    versions = crawler.rows(
        "select jsonb_array_length(payload -> 'laps'), content_hash from raw.practice_sessions"
        " where session_id = %s order by load_id",
        str(with_laps.session_id),
    )
    laps = len(with_laps.lap_times_ms)
    assert [count for count, _ in versions] == [laps, laps - 1, laps - 1, laps]
    assert versions[0] == versions[3]


def test_a_removed_session_stays_in_the_raw_tables(crawler: Crawler) -> None:
    crawler.succeed()
    crawler.site.season = SEASON.without(SESSIONS[0].session_id)
    assert f"{len(SESSIONS) - 1} listed, 0 captured, {len(SESSIONS) - 1} unchanged" in crawler.succeed()
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)
    versions = crawler.rows("select jsonb_array_length(payload -> 'sessions') from raw.practice_lists order by load_id")
    assert versions == [(len(SESSIONS),), (len(SESSIONS) - 1,)]


def test_an_unreadable_row_is_reported_and_the_rest_of_its_list_kept(crawler: Crawler) -> None:
    unlucky = str(SESSIONS[1].session_id)
    crawler.misbehave(Fault("p=session_list", Rewrite(lambda html: html.replace(f"id={unlucky}", "id=none"))))
    said = crawler.succeed()
    assert "a row cannot be read" in said
    assert f"{len(SESSIONS) - 1} listed, {len(SESSIONS) - 1} captured" in said
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY) - {unlucky}
    ((rows,),) = crawler.rows("select jsonb_array_length(payload -> 'unreadable_rows') from raw.practice_lists")
    assert rows == 1


def test_text_of_a_page_never_becomes_a_part_of_an_address(crawler: Crawler) -> None:
    hostile = '<option value="2025-10&amp;p=evil">x</option><option value="2025-10/../../">x</option>'
    crawler.misbehave(Fault("p=calendar", Rewrite(lambda html: html.replace("<option", f"{hostile}<option", 1))))
    crawler.succeed(**WHOLE_SEASON | {"LIST_ONLY": "1"})
    assert [path for path in crawler.asked() if "evil" in path or ".." in path] == []


@pytest.mark.parametrize(
    ("last_day", "now", "month"),
    [
        (date(2025, 10, 31), datetime(2026, 3, 5, tzinfo=UTC), "2025-10"),
        (date(2026, 3, 1), datetime(2026, 2, 28, 20, tzinfo=UTC), "2026-02"),
        (date(2026, 3, 1), datetime(2026, 3, 1, 11, tzinfo=UTC), "2026-02"),
        (date(2026, 3, 2), datetime(2026, 3, 1, 13, tzinfo=UTC), "2026-03"),
    ],
)
def test_the_first_month_is_one_that_has_begun_everywhere(last_day: date, now: datetime, month: str) -> None:
    assert newest_month(last_day, now) == month
