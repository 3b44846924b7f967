"""Write one practice day as a self-contained HTML file."""

from datetime import date
from difflib import get_close_matches
from typing import Any

import psycopg

from scraper.config import Config
from scraper.database.connection import open_database
from scraper.database.migrate import schema_problem
from scraper.database.roles import Role, assume
from scraper.errors import CannotWork, UsageError
from scraper.report.page import render
from scraper.report.practice_day import PracticeDay, find_day, read_day
from scraper.report.queries import NEAREST_DAYS, TRACKS
from scraper.report.report_file import default_path, write_report

_MOST_TRACKS_NAMED = 5


def run(config: Config) -> int:
    """Print the file's path. Raises UsageError for a day that is not stored, CannotWork before a transform."""
    track, day = _asked(config)
    with psycopg.connect(open_database(config, application_name="practice report").conninfo) as connection:
        practice_day = _read(connection, track, day)
    path = config.report_file or default_path(track, day)
    write_report(path, render(practice_day))
    print(f"Report: {path.absolute()}")
    return 0


def _asked(config: Config) -> tuple[str, date]:
    example = "TRACK=canberraoffroad DATE=2025-10-25"
    if not config.named_tracks:
        raise UsageError(f"no track is given: write make report {example}")
    if len(config.named_tracks) > 1:
        raise UsageError(
            f"a report shows one track: write TRACK={config.named_tracks[0]} alone, and run it again for the next"
        )
    if config.practice_date is None:
        raise UsageError(f"no day is given: write make report TRACK={config.named_tracks[0]} DATE=2025-10-25")
    return config.named_tracks[0], config.practice_date


def _read(connection: psycopg.Connection[Any], track: str, day: date) -> PracticeDay:
    """Read the day with the rights of a reader, from one snapshot of the database."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    problem = schema_problem(connection)
    if problem:
        raise CannotWork(problem)
    assume(connection, Role.READER)
    try:
        head = find_day(connection, track, day)
        if head is None:
            raise UsageError(_why_there_is_no_day(connection, track, day))
        return read_day(connection, head)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        raise CannotWork(
            "the models of analytics are missing or of an older version: run make transform first"
        ) from None


def _why_there_is_no_day(connection: psycopg.Connection[Any], track: str, day: date) -> str:
    fetch = f"make crawl transform TRACK={track} DATE={day}"
    nearest = connection.execute(NEAREST_DAYS, {"track": track, "day": day}).fetchall()
    if nearest:
        days = ", ".join(str(found) for found in sorted(found for (found,) in nearest))
        return f"{track} has no practice day {day} in this database; the nearest are {days}. To fetch it: {fetch}"
    tracks = [slug for (slug,) in connection.execute(TRACKS).fetchall()]
    alike = get_close_matches(track.lower(), [slug.lower() for slug in tracks], n=1)
    meant = [slug for slug in tracks if slug.lower() in alike]
    if meant:
        return f"there is no track {track} in this database; did you mean TRACK={meant[0]}? To fetch it: {fetch}"
    named = ", ".join(tracks[:_MOST_TRACKS_NAMED]) + (" and more" if len(tracks) > _MOST_TRACKS_NAMED else "")
    there_are = f"; it has {named}" if tracks else ""
    return f"there is no track {track} in this database{there_are}. To fetch it: {fetch}"
