"""Orphans: rows of the final tables whose parent or cause no longer exists. The one definition of them.

A batch leaves no orphans but drivers whose last session went to another driver. All others are put in by hand, so they
are looked for only by a full transform, which deletes them, and by a verification, which reports them.
"""

from typing import LiteralString

import psycopg
from psycopg import sql

_OF_NO_DAY: LiteralString = "not exists (select from racing.events where events.id = rows.event_id)"
# By table, which rows are orphans; the alias of the table is `rows`. Children come before their parents.
_ORPHANS: dict[LiteralString, LiteralString] = {
    "racing.events": """
        not exists (
            select from racing.tracks
            inner join raw.practice_lists on tracks.source_track_slug = practice_lists.track_slug
            where
                tracks.id = rows.track_id
                and practice_lists.practice_date = rows.event_date
                and rows.source_event_id
                = practice_lists.track_slug || '-practice-' || to_char(practice_lists.practice_date, 'YYYY-MM-DD')
        )
    """,
    "racing.races": """
        rows.event_id in (
            select events.id from racing.events
            inner join racing.tracks on events.track_id = tracks.id
            where not exists (
                select from raw.practice_lists
                where
                    practice_lists.track_slug = tracks.source_track_slug
                    and practice_lists.practice_date = events.event_date
                    and practice_lists.payload @? '$.sessions[*]'
            )
        )
    """,
    "racing.tracks": """
        not exists (select from raw.practice_lists where practice_lists.track_slug = rows.source_track_slug)
    """,
    "racing.drivers": "not exists (select from racing.race_drivers where race_drivers.driver_id = rows.id)",
    "analytics.day_reconciliation": _OF_NO_DAY,
    "analytics.class_day_bests": _OF_NO_DAY,
    "intermediate.int_sessions__left_out_laps": _OF_NO_DAY,
    "analytics.driver_people": "not exists (select from racing.drivers where drivers.id = rows.driver_id)",
}
_AFFECTED = "rows.id = any(array(select driver_id from intermediate.int_practice__affected_drivers))"


def delete_orphans(connection: psycopg.Connection) -> None:
    """Delete all orphans."""
    for table in _existing_tables(connection):
        _delete(connection, table, _ORPHANS[table])


def delete_affected_drivers_without_sessions(connection: psycopg.Connection) -> None:
    """Delete the orphans among the drivers that the batch has affected."""
    _delete(connection, "racing.drivers", f"{_AFFECTED} and {_ORPHANS['racing.drivers']}")


def count_orphans(connection: psycopg.Connection) -> dict[str, tuple[int, str]]:
    """By table that has orphans, how many there are and one of them as JSON."""
    found = {}
    for table in _existing_tables(connection):
        query = sql.SQL("select count(*), min(to_jsonb(rows)::text) from {} as rows where {}")
        orphans = query.format(sql.SQL(table), sql.SQL(_ORPHANS[table]))
        count, example = connection.execute(orphans).fetchone() or (0, "")
        if count:
            found[table] = (count, example)
    return found


def _delete(connection: psycopg.Connection, table: LiteralString, condition: LiteralString) -> None:
    connection.execute(sql.SQL("delete from {} as rows where {}").format(sql.SQL(table), sql.SQL(condition)))


def _existing_tables(connection: psycopg.Connection) -> list[LiteralString]:
    """The tables of `analytics` do not exist before the first run of dbt."""
    exists = "select to_regclass(%s) is not null"
    return [table for table in _ORPHANS if connection.execute(exists, [table]).fetchone() == (True,)]
