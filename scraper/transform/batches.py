"""The history in slices: which days a dbt run has taken, how many it has put off, and how to begin all over."""

from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

from scraper.database.connection import Database
from scraper.database.roles import Role, assume

_SLICE = """
select
    (select count(*) from intermediate.int_practice__sessions),
    count(*) filter (where is_of_this_run),
    count(*) filter (where not is_of_this_run),
    max((to_char(practice_date, 'YYYY-MM-DD ') || track_slug) collate "C") filter (where is_of_this_run)
from intermediate.int_practice__touched_days
"""

# Rows that no stored list accounts for. Only a hand can have put them there, and no day that is derived leads to them.
_UNACCOUNTED: dict[LiteralString, LiteralString] = {
    "racing.tracks": """
        not exists (select from raw.practice_lists where practice_lists.track_slug = rows.source_track_slug)
    """,
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
    "racing.drivers": "not exists (select from racing.race_drivers where race_drivers.driver_id = rows.id)",
    "analytics.day_reconciliation": "not exists (select from racing.events where events.id = rows.event_id)",
    "analytics.class_day_bests": "not exists (select from racing.events where events.id = rows.event_id)",
    "analytics.driver_people": "not exists (select from racing.drivers where drivers.id = rows.driver_id)",
}

_EVERY_DAY = """
insert into raw.work_list (track_slug, page_kind, page_key)
select track_slug, 'list', practice_date::text from raw.practice_lists
except
select track_slug, page_kind, page_key from raw.work_list
"""


@dataclass(frozen=True)
class Slice:
    """What the last dbt run took: so many sessions of so many days. How many days it left, and after which to go on."""

    sessions: int
    days: int
    days_left: int
    last_day: str | None
    """Date and track, in the order in which days are taken."""


def last_slice(connection: psycopg.Connection) -> Slice:
    """What the last dbt run took."""
    return Slice(*(connection.execute(_SLICE).fetchone() or (0, 0, 0, None)))


def put_every_day_on_the_work_list(database: Database) -> None:
    """Have everything derived anew, and take away what no list accounts for; in one transaction."""
    with psycopg.connect(database.conninfo) as connection:
        assume(connection, Role.TRANSFORMER)
        for table in _standing(connection):
            delete = sql.SQL("delete from {} as rows where {}")
            connection.execute(delete.format(sql.SQL(table), sql.SQL(_UNACCOUNTED[table])))
        connection.execute(_EVERY_DAY)


def unaccounted_rows(connection: psycopg.Connection) -> dict[str, tuple[int, str]]:
    """By table, how many rows no list accounts for, and one of them."""
    found = {}
    for table in _standing(connection):
        query = sql.SQL("select count(*), min(to_jsonb(rows)::text) from {} as rows where {}")
        which = query.format(sql.SQL(table), sql.SQL(_UNACCOUNTED[table]))
        count, example = connection.execute(which).fetchone() or (0, "")
        if count:
            found[table] = (count, example)
    return found


def _standing(connection: psycopg.Connection) -> list[LiteralString]:
    """The tables that there are. Those of `analytics` are made by the first run of dbt."""
    is_there = "select to_regclass(%s) is not null"
    return [name for name in _UNACCOUNTED if connection.execute(is_there, [name]).fetchone() == (True,)]
