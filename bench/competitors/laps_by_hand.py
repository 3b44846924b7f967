"""The laps by one hand-written `create table as`, about the least work that PostgreSQL can do for them.

It has no identities, no handling of earlier versions or unreadable laps, no keys and no tests.
"""

import psycopg

from scraper.database.connection import Database

_TABLE = """
create table public.laps_by_hand as
select
    pages.track_slug,
    pages.session_id,
    lap.x::integer as lap_number,
    lap.lap_time as lap_time_raw,
    lap.lap_time::numeric(12, 3) as lap_time_seconds,
    (sum(lap.lap_time::numeric) over so_far)::numeric(12, 3) as elapsed_race_time,
    lap.is_valid != '0' as is_valid,
    (lap.date || ' ' || lap.time)::timestamp as finished_at
from raw.practice_sessions as pages
cross join lateral jsonb_to_recordset(pages.payload -> 'laps')
    as lap (x text, lap_time text, is_valid text, date text, time text)
window so_far as (partition by pages.load_id order by lap.x::integer)
"""


def make(database: Database) -> None:
    """Create the table `public.laps_by_hand` again."""
    with psycopg.connect(database.conninfo) as connection:
        connection.execute("drop table if exists public.laps_by_hand")
        connection.execute(_TABLE)
