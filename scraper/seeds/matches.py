"""Which rows of the seeds name a session, a lap, a transponder or a driver that is not stored.

Such a row is a typing error, or it comes before its pages. The other seeds are not asked: they may be meant for tracks
and names that come later.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import psycopg
from psycopg.types.json import Jsonb

from scraper.names import normalized_name
from scraper.seeds.columns import Row

# Pages of the queue are not derived yet, so nobody knows what they will show.
_WITHOUT_SESSION = """
with
excluded as (
    select
        (element ->> 'line')::integer as line,
        element -> 'cells' ->> 'track_slug' as track_slug,
        element -> 'cells' ->> 'session_id' as session_id,
        (element -> 'cells' ->> 'lap_number')::integer as lap_number
    from jsonb_array_elements(%s) as element
),
sessions as (
    select
        excluded.line,
        races.id,
        races.detail_status,
        exists (
            select from racing.race_results
            inner join racing.laps on race_results.id = laps.race_result_id
            where race_results.race_id = races.id and laps.lap_number = excluded.lap_number
        ) as has_lap
    from excluded
    inner join racing.tracks on lower(excluded.track_slug) = lower(tracks.source_track_slug)
    inner join racing.races on excluded.session_id = races.source_race_id
    inner join racing.events on races.event_id = events.id and tracks.id = events.track_id
)
select
    line,
    case
        when not exists (select from sessions where sessions.line = excluded.line)
            then track_slug || ' has no session ' || session_id
        else 'session ' || session_id || ' of ' || track_slug || ' has no lap ' || lap_number
    end
from excluded
where
    not exists (
        select from sessions
        where
            sessions.line = excluded.line
            and (excluded.lap_number is null or sessions.has_lap or sessions.detail_status != 'captured')
    )
    and not exists (
        select from raw.transform_queue where lower(transform_queue.track_slug) = lower(excluded.track_slug)
    )
"""
# Each condition is looked up in an index: a row has a transponder or a name.
_WITHOUT_DRIVER = """
select
    (element ->> 'line')::integer,
    'no session has '
    || concat_ws(
        ' and ',
        'the transponder ' || (element -> 'cells' ->> 'transponder_number'),
        'the driver ' || (element -> 'cells' ->> 'driver_name'),
        'the track ' || (element -> 'cells' ->> 'track_slug')
    )
from jsonb_array_elements(%s) as element
where
    not exists (
        select from racing.drivers
        inner join analytics.driver_people on drivers.id = driver_people.driver_id
        where
            drivers.source = 'liverc'
            and drivers.source_driver_id = element -> 'cells' ->> 'transponder_number'
            and (element ->> 'name' is null or driver_people.normalized_name = element ->> 'name')
            and coalesce(lower(driver_people.track_slug) = lower(element -> 'cells' ->> 'track_slug'), true)
    )
    and not exists (
        select from analytics.driver_people
        where
            element -> 'cells' ->> 'transponder_number' is null
            and driver_people.normalized_name = element ->> 'name'
            and coalesce(lower(driver_people.track_slug) = lower(element -> 'cells' ->> 'track_slug'), true)
    )
    and not exists (select from raw.transform_queue)
"""


def _of_sessions(row: Row) -> Mapping[str, object]:
    return {"line": row.line, "cells": row.cells}


def _of_drivers(row: Row) -> Mapping[str, object]:
    return {"line": row.line, "cells": row.cells, "name": normalized_name(row.cells["driver_name"] or "")}


_QUESTIONS: Mapping[str, tuple[str, Callable[[Row], Mapping[str, object]]]] = {
    "lap_exclusions": (_WITHOUT_SESSION, _of_sessions),
    "person_overrides": (_WITHOUT_DRIVER, _of_drivers),
}


def rows_without_a_match(connection: psycopg.Connection, rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """The rows that match nothing that a transform has derived, with what they name."""
    for seed, (question, described) in _QUESTIONS.items():
        by_line = {row.line: row for row in rows if row.seed == seed}
        if by_line:
            asked = Jsonb([described(row) for row in by_line.values()])
            for line, reason in sorted(connection.execute(question.encode(), [asked]).fetchall()):
                yield by_line[line], reason
