"""Generates a history of any length in the raw tables, by SQL: up to millions of pages, for tests and `make bench`.

Every day has 50 sessions of nine laps by 25 drivers, and every driver has 80 sessions. So only the number of days
grows with the history. The payloads are those that the page objects make, and the same on every machine.
"""

import psycopg
from psycopg import sql

from scraper.database.connection import Database

TRACKS = 5
SESSIONS_OF_A_DAY = 50
LAPS_OF_A_SESSION = 9
_DAYS_PER_TRANSACTION = 2000

_CRAWL = """
insert into raw.crawls (arguments, version, outcome, ended_at) values ('{}', 'bench', 'finished', now())
returning crawl_id
"""

# Payloads of 1,000 different sessions with placeholders for day and driver. To build the payload of each session anew
# would take longer than everything else.
_TEMPLATES = """
create temporary table session_templates on commit drop as
with
lap_times as (
    select
        slot,
        variant,
        lap_number,
        timestamp '2000-01-01 08:00' + slot * interval '10 minutes' as started_at,
        (30000 + (slot * 7919 + variant * 10473 + lap_number * 3571) %% 9000)::numeric * 0.001 as seconds
    from generate_series(0, %(slots)s - 1) as slot
    cross join generate_series(0, 19) as variant
    cross join generate_series(1, %(laps)s) as lap_number
),
laps as (
    select
        *,
        started_at + floor(sum(seconds) over so_far) * interval '1 second' as finished_at,
        sum(seconds) over (so_far rows between 2 preceding and current row) as three_seconds
    from lap_times
    window so_far as (partition by slot, variant order by lap_number)
),
sessions as (
    select
        slot,
        variant,
        started_at,
        floor(sum(seconds))::integer as length,
        count(*)::text as num_laps,
        min(seconds)::text as fastest_lap,
        (array_agg(lap_number order by seconds, lap_number))[1] as fastest_lap_number,
        round(avg(seconds), 3) as average,
        round(stddev_pop(seconds), 3) as deviation,
        min(three_seconds) filter (where lap_number >= 3) as top_3_consec,
        round((select avg(best) from unnest((array_agg(seconds order by seconds))[:5]) as best), 3) as top_5,
        jsonb_agg(
            jsonb_build_object(
                'x', lap_number::text,
                'lap_time', seconds::text,
                'date', '<day>',
                'time', to_char(finished_at, 'HH24:MI:SS'),
                'date_time_display', '<us day> ' || to_char(finished_at, 'FMHH12:MI:SSam'),
                'time_display', to_char(finished_at, 'FMHH12:MI:SSam'),
                'is_valid', '1',
                'label', 'Lap ' || lap_number || ': ' || seconds
            ) order by lap_number
        ) as laps
    from laps
    group by slot, variant, started_at
)
select
    slot,
    variant,
    jsonb_build_object(
        'started_at', '<day> ' || to_char(started_at, 'HH24:MI:SS'),
        'started_at_display', to_char(started_at, 'FMHH12:MI:SSam'),
        'laps', num_laps,
        'length', length / 60 || to_char(length %% 60, '":"FM00'),
        'fast', fastest_lap,
        'avg', average::text
    )::text as list_row,
    jsonb_build_object(
        'date', '<long day>',
        'start', to_char(started_at, 'FMHH12:MI:SSam'),
        'end', to_char(started_at + (length + 180) * interval '1 second', 'FMHH12:MI:SSam'),
        'length', length / 60 || to_char(length %% 60, '":"FM00'),
        'num_laps', num_laps,
        'fastest_lap', fastest_lap,
        'top_3_consec', top_3_consec::text,
        'valid_lap_range', '20 to 1:10',
        'avg', average::text,
        'top_5', top_5::text,
        'top_10', '',
        'top_15', '',
        'std_deviation', deviation::text,
        'consistency', round(100 * (1 - deviation / average), 3) || '%%',
        'fast_lap', 'Lap ' || fastest_lap_number || ': ' || fastest_lap,
        'laps', laps
    )::text as session_page
from sessions
"""

# 25 drivers use a track for 40 days, then 25 others do. Five of the 25 have no transponder.
_SESSIONS = """
create temporary table history_sessions on commit drop as
with
days as (
    select
        day_number,
        day_number %% %(tracks)s as track_number,
        date '2012-01-01' + day_number / %(tracks)s as practice_date
    from generate_series(%(first_day)s, %(last_day)s) as day_number
),
sessions as (
    select
        days.*,
        slot,
        ((day_number * 7 + slot * 3) %% 20)::integer as variant,
        (100000000 + day_number::bigint * %(slots)s + slot)::text as session_id,
        slot %% 25 as driver_number,
        -- the number of the group of 25 drivers
        (practice_date - date '2012-01-01') / 40 * %(tracks)s + track_number as driver_group
    from days
    cross join generate_series(0, %(slots)s - 1) as slot
)
select
    session_id,
    practice_date,
    slot,
    variant,
    'bench-track-' || track_number as track_slug,
    'Driver ' || chr(65 + driver_number) || ' ' || translate(driver_group::text, '0123456789', 'abcdefghij') as driver,
    case
        when driver_number %% 6 > 0 then (1000000 + driver_group * 25 + driver_number)::text else ''
    end as transponder,
    (array['1/8 Nitro Buggy', '1/10 Open', '4WD (Mod)', 'Unknown Class'])[1 + driver_number %% 4] as class
from sessions
"""

# Each transaction adds a version with its days to the page of their month.
_MONTHS = """
insert into raw.practice_months
    (track_slug, month, payload, content_hash, url, parser_version, crawl_id)
select
    track_slug,
    month,
    jsonb_build_object('track_name', 'Club of ' || track_slug, 'days', days),
    encode(sha256(convert_to(days::text, 'UTF8')), 'hex'),
    'https://' || track_slug || '.example.test/practice/?p=calendar&d=' || month,
    1,
    %(crawl_id)s
from (
    select
        track_slug,
        month,
        coalesce(
            (
                select payload -> 'days' from raw.practice_months as earlier
                where earlier.track_slug = new_days.track_slug and earlier.month = new_days.month
                order by load_id desc
                limit 1
            ),
            '[]'
        ) || jsonb_agg(
            jsonb_build_object('date', practice_date::text, 'sessions', '%(slots)s') order by practice_date
        ) as days
    from (
        select distinct track_slug, to_char(practice_date, 'YYYY-MM') as month, practice_date
        from history_sessions
    ) as new_days
    group by track_slug, month
) as pages
order by month, track_slug
"""

_LISTS = """
insert into raw.practice_lists
    (track_slug, practice_date, payload, content_hash, url, parser_version, crawl_id)
select
    track_slug,
    practice_date,
    payload,
    encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'),
    'https://' || track_slug || '.example.test/practice/?p=session_list&d=' || practice_date,
    1,
    %(crawl_id)s
from (
    select
        track_slug,
        practice_date,
        jsonb_build_object(
            'track_name', 'Club of ' || track_slug,
            'stats', jsonb_build_object('total_laps', (%(slots)s * %(laps)s)::text, 'unique_drivers', '25'),
            'leaderboard', '[]'::jsonb,
            'laps_by_class', '[]'::jsonb,
            'sessions', jsonb_agg(
                replace(list_row, '<day>', practice_date::text)::jsonb || jsonb_build_object(
                    'session_id', session_id,
                    'driver', driver,
                    'class_and_transponder', class || coalesce(' (' || nullif(transponder, '') || ')', '')
                ) order by slot desc
            )
        ) as payload
    from history_sessions
    inner join session_templates using (slot, variant)
    group by track_slug, practice_date
) as pages
order by practice_date, track_slug
"""

_PAGES = """
insert into raw.practice_sessions
    (track_slug, session_id, payload, content_hash, url, parser_version, crawl_id)
select
    track_slug,
    session_id,
    payload,
    encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'),
    'https://' || track_slug || '.example.test/practice/?p=view_session&id=' || session_id,
    1,
    %(crawl_id)s
from (
    select
        track_slug,
        session_id,
        replace(replace(replace(
            session_page,
            '<day>', practice_date::text),
            '<us day>', to_char(practice_date, 'MM/DD/YYYY')),
            '<long day>', to_char(practice_date, 'FMMonth FMDD, YYYY (FMDay)')
        )::jsonb || jsonb_build_object(
            'track_name', 'Club of ' || track_slug,
            'driver', driver,
            'class', class,
            'transponder', transponder
        ) as payload
    from history_sessions
    inner join session_templates using (slot, variant)
) as pages
order by session_id
"""

_RAW_TABLES = "select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' order by relname"
_STORED = "select count(distinct (track_slug, session_id)) from raw.practice_sessions"


def fill(database: Database, sessions: int, first: int = 0) -> None:
    """Store the pages of `sessions` sessions that follow the `first` sessions of the history.

    Both numbers are rounded up to whole days of 50 sessions. Each transaction stores 100,000 sessions.
    """
    days = range(-(-first // SESSIONS_OF_A_DAY), -(-(first + sessions) // SESSIONS_OF_A_DAY))
    fixed = {"tracks": TRACKS, "slots": SESSIONS_OF_A_DAY, "laps": LAPS_OF_A_SESSION}
    with psycopg.connect(database.conninfo, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        (crawl_id,) = connection.execute(_CRAWL).fetchone() or (None,)
        for first_day in days[::_DAYS_PER_TRANSACTION]:
            last_day = min(first_day + _DAYS_PER_TRANSACTION, days.stop) - 1
            parameters = {**fixed, "first_day": first_day, "last_day": last_day, "crawl_id": crawl_id}
            with connection.transaction():
                for statement in (_TEMPLATES, _SESSIONS, _MONTHS, _LISTS, _PAGES):
                    connection.execute(statement, parameters)
        for (table,) in connection.execute(_RAW_TABLES).fetchall():
            connection.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier("raw", table)))


def add_day(database: Database) -> None:
    """Store the list and session pages of the next day of the history."""
    fill(database, SESSIONS_OF_A_DAY, first=stored_sessions(database))


def stored_sessions(database: Database) -> int:
    """Count the sessions that have a stored page."""
    with psycopg.connect(database.conninfo) as connection:
        (stored,) = connection.execute(_STORED).fetchone() or (0,)
    return int(stored)
