"""Changes of the stored pages between two runs of the transform."""

from scraper.database.connection import Database
from tests.support.history import SESSIONS_OF_A_DAY, stored_sessions

# Stores every session of some days again, with its first lap finished one second later. The days are spread over the
# history, and each new version selects others.
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


def change_nothing(_: Database) -> None:
    """Store no page."""


def edit_one_day(database: Database) -> None:
    """Store a new version of every session page of one day."""
    _edit(database, days=1)


def edit_one_percent(database: Database) -> None:
    """Store a new version of every session page of 1 % of the days, but at least one day."""
    _edit(database, days=max(1, stored_sessions(database) // SESSIONS_OF_A_DAY // 100))


def _edit(database: Database, days: int) -> None:
    with database.connect() as connection:
        connection.execute(_EDIT, {"days": days})
