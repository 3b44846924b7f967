"""What happens to stored pages between two runs of the transform: each function is one such change."""

import psycopg

from bench.history import SESSIONS_OF_A_DAY, fill
from scraper.database.connection import Database

_STORED = "select count(distinct (track_slug, session_id)) from raw.practice_sessions"

# Every session of some days once more, with its first lap finished a second later. Which days: some, spread over the
# history, and others after each new version.
_EDIT = """
with
listed as (
    select distinct on (track_slug, practice_date)
        track_slug,
        practice_date,
        jsonb_path_query_array(payload, '$.sessions[*].session_id') as session_ids
    from raw.practice_lists
    order by track_slug, practice_date, load_id desc
),
edited_days as (
    select * from listed
    order by md5(track_slug || practice_date || (select max(load_id) from raw.practice_sessions))
    limit %(days)s
),
latest as (
    select distinct on (pages.track_slug, pages.session_id)
        pages.*,
        (pages.payload #>> '{laps,0,time}')::time + interval '1 second' as finished_at
    from edited_days
    cross join lateral jsonb_array_elements_text(edited_days.session_ids) as listed_session (session_id)
    inner join raw.practice_sessions as pages
        on pages.track_slug = edited_days.track_slug and pages.session_id = listed_session.session_id
    order by pages.track_slug, pages.session_id, pages.load_id desc
),
edited as (
    select *, jsonb_set(payload, '{laps,0,time}', to_jsonb(finished_at::text)) as edited_payload from latest
)
insert into raw.practice_sessions (track_slug, session_id, payload, content_hash, url, parser_version, crawl_id)
select
    track_slug, session_id, edited_payload,
    encode(sha256(convert_to(edited_payload::text, 'UTF8')), 'hex'), url, parser_version, crawl_id
from edited
"""


def nothing(_: Database) -> None:
    """Nothing was crawled."""


def one_new_day(database: Database) -> None:
    """A day that was not there before, with its list and its sessions."""
    fill(database, SESSIONS_OF_A_DAY, first=stored_sessions(database))


def one_day_edited(database: Database) -> None:
    """A new version of every session page of one day."""
    _edit(database, days=1)


def one_percent_edited(database: Database) -> None:
    """A new version of every session page of a hundredth of the days, one at least."""
    _edit(database, days=max(1, stored_sessions(database) // SESSIONS_OF_A_DAY // 100))


def stored_sessions(database: Database) -> int:
    """How many sessions have a page."""
    with psycopg.connect(database.conninfo) as connection:
        (stored,) = connection.execute(_STORED).fetchone() or (0,)
    return int(stored)


def _edit(database: Database, days: int) -> None:
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(_EDIT, {"days": days})
