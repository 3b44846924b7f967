"""Laps, sessions and leaderboards as CSV files that are safe to open in a spreadsheet."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from scraper.errors import CannotWork

MOST_ROWS = 1_048_576
"""Rows that a sheet of Excel or LibreOffice takes, with the header."""

# What a spreadsheet takes for the begin of a formula, in a cell of text. The full-width forms count in some languages.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")

# Each is narrowed to days, and to sessions of one racer where one is given.
_SESSIONS = """
select
    track_slug, practice_date, start_time, end_time, racer_name, class_name, session_of_day, laps, valid_laps, best_lap,
    best_lap_number, average_lap, best_3_consecutive, best_5_consecutive, std_deviation, consistency,
    gain_on_previous_best, time_on_track_seconds, transponder_number, session_id, detail_status, racer_id
from analytics.sessions
where {wanted}
order by practice_date, track_slug, start_time, session_id
"""
_LAPS = """
select
    sessions.track_slug, sessions.practice_date, sessions.start_time, sessions.racer_name, sessions.class_name,
    laps.lap_number, laps.lap_time_seconds, laps.is_valid, left_out.reason as left_out, laps.elapsed_race_time,
    laps.finished_at,
    sessions.session_id, sessions.racer_id
from (select * from analytics.sessions where {wanted}) as sessions
inner join racing.laps as laps on sessions.race_result_id = laps.race_result_id
left join analytics.left_out_laps as left_out
    on
        sessions.event_id = left_out.event_id
        and laps.race_result_id = left_out.race_result_id
        and laps.lap_number = left_out.lap_number
order by sessions.practice_date, sessions.track_slug, sessions.start_time, sessions.session_id, laps.lap_number
"""
# With a racer: the classes in which the racer drove, with all racers, so that the positions have a meaning.
_LEADERBOARDS = """
select
    track_slug, practice_date, class_name, position, racer_name, best_lap, gap_to_first, gap_to_racer_ahead, sessions,
    laps, best_lap_at, best_lap_number, session_id, racer_id
from analytics.class_leaderboard
where event_id = any(%(events)s)
    and (%(racer)s::uuid is null or (event_id, class_name) in (
        select event_id, class_name from analytics.sessions where {wanted}
    ))
order by practice_date, track_slug, class_name, position, racer_name, racer_id
"""
_FILES: dict[str, LiteralString] = {"laps": _LAPS, "sessions": _SESSIONS, "leaderboards": _LEADERBOARDS}


@dataclass(frozen=True)
class CsvFile:
    """A file that was written, and its number of rows without the header."""

    path: Path
    rows: int


def write_files(
    connection: psycopg.Connection[Any], folder: Path, events: Sequence[UUID], racer: UUID | None
) -> Iterator[CsvFile]:
    """Write the three files, each under another name first; yield each. The connection is in a transaction.

    Raises CannotWork for a folder that cannot be written.
    """
    wanted = sql.SQL("event_id = any(%(events)s)" + (" and racer_id = %(racer)s" if racer else ""))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, query in _FILES.items():
            path, unfinished = folder / f"{name}.csv", folder / f".{name}.unfinished"
            with connection.cursor(name=name) as cursor:
                cursor.execute(sql.SQL(query).format(wanted=wanted), {"events": list(events), "racer": racer})
                rows = _write(unfinished, cursor)
            unfinished.replace(path)
            yield CsvFile(path, rows)
    except OSError as problem:
        raise CannotWork(
            f"cannot write to {folder} ({problem.strerror or problem}): free space there, or name another folder with "
            "EXPORT_FOLDER=, then run this again"
        ) from None


def cell(value: object) -> str:
    """Return a value as text: decimals with a point, times in ISO form.

    Text that looks like a formula begins with an apostrophe, which spreadsheets themselves put before such text.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA) else value
    return str(value)


def _write(path: Path, cursor: psycopg.ServerCursor[Any]) -> int:
    # Excel reads a file without a byte order mark in the machine's old encoding.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in cursor.description or ()])
        rows = 0
        for row in cursor:
            writer.writerow([cell(value) for value in row])
            rows += 1
    return rows
