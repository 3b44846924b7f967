"""The pipeline: an item that the database refuses has no effect on others."""

import zlib

from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids

BUSY_DAY = {"TRACK": OTHER_TRACK, "DATE": DAY.isoformat()}

# Stands for anything that a database may refuse.
REFUSE_SOME = """
create function raw.refuse() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'data_exception', message = 'this item is refused';
end
$$;
create trigger refuse before insert on raw.practice_sessions
for each row when (new.session_id = any({ids})) execute function raw.refuse();
"""


def refuse(crawler: Crawler, ids: list[str]) -> None:
    crawler.change(REFUSE_SOME.format(ids="array['" + "','".join(ids) + "']"))


def test_refused_items_are_stored_as_failed_and_others_as_captured(crawler: Crawler) -> None:
    ids = sorted(session_ids(SEASON, OTHER_TRACK, DAY))
    refuse(crawler, ids[::5])
    output = crawler.succeed(**BUSY_DAY)
    assert f"{len(ids[::5])} failed" in output
    assert crawler.captured() == set(ids) - set(ids[::5])
    assert crawler.failures() == [("session", session_id, "unstorable") for session_id in ids[::5]]
    ((reason, body),) = crawler.rows("select reason, body from raw.failed_pages where page_key = %s", ids[0])
    assert "this item is refused" in reason
    assert b"laps_list" in zlib.decompress(body)


def test_a_refused_page_can_be_read_again_from_its_stored_body(crawler: Crawler) -> None:
    refuse(crawler, [str(SESSIONS[0].session_id)])
    crawler.succeed()
    crawler.change("drop trigger refuse on raw.practice_sessions")
    before = len(crawler.site.requests)
    output = crawler.commands.succeed("reparse")
    assert "1 of 1 stored page could be read" in output
    assert len(crawler.site.requests) == before
    assert crawler.failures() == []
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)
