"""The final schema as one row per session, to compare it with the pages."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from scraper.database.connection import Database
from tests.support.final_schema import Rows, final_rows

_SESSIONS = """
select
    tracks.source_track_slug as track,
    events.event_date,
    events.ingest_depth,
    events.event_metadata -> 'practiceDayStats' as day_stats,
    races.*,
    race_drivers.source_driver_id,
    race_drivers.display_name as name_on_session,
    race_drivers.transponder_number,
    drivers.display_name,
    drivers.normalized_name,
    race_results.laps_completed,
    race_results.total_time_raw,
    race_results.total_time_seconds,
    race_results.fast_lap_time,
    race_results.avg_lap_time,
    race_results.consistency,
    race_results.raw_fields_json,
    array(
        select (lap_number, lap_time_seconds, is_valid, elapsed_race_time, finished_at)::text
        from racing.laps where race_result_id = race_results.id order by lap_number
    ) as laps
from racing.races as races
inner join racing.events as events on races.event_id = events.id
inner join racing.tracks as tracks on events.track_id = tracks.id
inner join racing.race_drivers as race_drivers on race_drivers.race_id = races.id
inner join racing.drivers as drivers on race_drivers.driver_id = drivers.id
inner join racing.race_results as race_results on race_results.race_driver_id = race_drivers.id
order by tracks.source_track_slug, events.event_date, races.source_race_id
"""
_UNREADABLE = "select track_slug, page_kind, field_name, page_value from intermediate.int_practice__unreadable_values"


@dataclass(frozen=True)
class Moment:
    """The final rows after a run."""

    tables: dict[str, Rows]
    sessions: list[dict[str, Any]]
    unreadable: list[dict[str, Any]]
    said: str

    @classmethod
    def now(cls, database: Database, said: str = "") -> "Moment":
        """Read everything. `said` is the output of the command."""
        with psycopg.connect(database.conninfo, row_factory=dict_row) as connection:
            sessions = connection.execute(_SESSIONS).fetchall()
            unreadable = connection.execute(_UNREADABLE).fetchall()
        return cls(final_rows(database, without=set()), sessions, unreadable, said)

    def of(self, track: str) -> list[dict[str, Any]]:
        """Return the sessions of a track."""
        return [session for session in self.sessions if session["track"] == track]

    def one(self, track: str) -> dict[str, Any]:
        """Return the only session of a track."""
        [session] = self.of(track)
        return session

    def events(self, track: str) -> list[dict[str, Any]]:
        """Return the days of a track, including those without sessions."""
        prefix = f"{track}-practice-"
        return [row for row in self.tables["events"].values() if row["source_event_id"].startswith(prefix)]

    def driver_ids(self) -> set[str]:
        """Return the identities of all drivers."""
        return {row["source_driver_id"] for row in self.tables["drivers"].values()}
