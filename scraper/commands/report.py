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
from scraper.report.practice_day import PracticeDay, find_day, read_day, read_records
from scraper.report.queries import NEAREST_DAYS, TRACKS
from scraper.report.report_file import default_path, write_report

_MOST_TRACKS_NAMED = 5


def run(config: Config) -> int:
    """Write a report, print its path. Raises UsageError if the day is not stored, CannotWork before a transform."""
    track, day = _arguments(config)
    with open_database(config, application_name="practice report").connect() as connection:
        practice_day = _read(connection, track, day)
    path = config.report_file or default_path(practice_day.head.track_slug, day)
    write_report(path, render(practice_day))
    print(f"Report: {path.absolute()}")
    return 0


def _arguments(config: Config) -> tuple[str, date]:
    example = "TRACK=canberraoffroad DATE=2025-10-25"
    if not config.named_tracks:
        raise UsageError(f"no track is given: run make report {example}")
    if len(config.named_tracks) > 1:
        raise UsageError(
            f"a report has one track: run make report once per track, first with TRACK={config.named_tracks[0]}"
        )
    if config.practice_date is None:
        raise UsageError(f"no day is given: run make report TRACK={config.named_tracks[0]} DATE=2025-10-25")
    return config.named_tracks[0], config.practice_date


def _read(connection: psycopg.Connection[Any], track: str, day: date) -> PracticeDay:
    """Read the day with the reader role, in one snapshot."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    problem = schema_problem(connection)
    if problem:
        raise CannotWork(problem)
    assume(connection, Role.READER)
    try:
        head = find_day(connection, track, day)
        if head is None:
            raise UsageError(_missing_day(connection, track, day))
        return read_day(connection, head, read_records(connection, head.track_slug))
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        raise CannotWork("analytics is missing or from an older version: run make transform first") from None


def _missing_day(connection: psycopg.Connection[Any], track: str, day: date) -> str:
    fetch = f"make crawl transform TRACK={track} DATE={day}"
    nearest = connection.execute(NEAREST_DAYS, {"track": track, "day": day}).fetchall()
    if nearest:
        days = ", ".join(str(each) for each in sorted(each for (each,) in nearest))
        return f"{day} is not stored for {track}; stored days near it: {days}. To fetch it: {fetch}"
    tracks = [slug for (slug,) in connection.execute(TRACKS).fetchall()]
    found = get_close_matches(track, tracks, n=1)
    if found:
        return f"track {track} is not stored; did you mean TRACK={found[0]}? To fetch {track}: {fetch}"
    named = ", ".join(tracks[:_MOST_TRACKS_NAMED]) + (" and more" if len(tracks) > _MOST_TRACKS_NAMED else "")
    stored = f"; stored tracks: {named}" if tracks else ""
    return f"track {track} is not stored{stored}. To fetch it: {fetch}"
