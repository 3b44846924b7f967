"""Print the last crawl and transform, and what is missing of each day."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row
from rich.console import Console

from scraper.commands.status_failures import FailedPages
from scraper.commands.status_open import open_lists, unreadable_months
from scraper.commands.status_queries import (
    BEHIND,
    DAYS,
    FAILED,
    INCOMPLETE,
    LAST_CRAWL,
    LAST_TRANSFORM,
    NOT_SCHEDULED_LATELY,
    UNFINISHED_CRAWLS,
    WITHOUT_PRACTICE,
)
from scraper.config import Config
from scraper.console import ago, counted, plain_console, plain_table
from scraper.database.connection import open_database
from scraper.database.locks import Lock, lock_holders
from scraper.database.migrate import schema_problem
from scraper.quiet import news
from scraper.raw.tracks import spellings, stored_tracks
from scraper.raw.unresolved import UnresolvedFailure
from scraper.seeds.files import check_seeds, describe, seeds_to_load
from scraper.transform.reconciliation import (
    all_that_does_not_add_up,
    days_that_do_not_add_up,
    months_that_are_not_understood,
    short_days,
)

MOST_DAYS = 30
MOST_DIFFERENCES = 10
MOST_NAMED = 3

_ENDED = {"failed": "failed", "interrupted": "was interrupted"}

Row = dict[str, Any]


def run(config: Config) -> int:
    """Print the status; return 1 if anything is missing or stale. Changes nothing, not even the schema.

    Days that differ from the site's totals are named in the last line, and leave the exit status 0.
    """
    console = plain_console()
    with open_database(config).connect() as connection:
        problem = schema_problem(connection)
        problems = [problem] if problem else list(_problems(connection, console, config))
        differences = "" if problem else all_that_does_not_add_up(connection)
    for problem in problems:
        console.print(f"missing: {problem}")
    if differences:
        news()  # the status is 0, since a difference from the site's totals may be the site's own
    if not problems and differences:
        console.print(f"complete, but {differences} (above)")
    elif not problems:
        console.print("complete: every listed session is captured and transformed")
    return 1 if problems else 0


def _problems(connection: psycopg.Connection, console: Console, config: Config) -> Iterator[str]:
    crawls = _rows(connection, LAST_CRAWL)
    if not crawls:
        yield "no crawl yet: start with make crawl transform TRACK=canberraoffroad DATE=2025-10-25"
        return
    scheduled = {"tracks": list(spellings(connection, config.scheduled_tracks))}
    failed = FailedPages(_failures(connection, scheduled))
    yield from _crawls(connection, console, crawls[0], scheduled, failed)
    yield from _schedule(connection, scheduled, config.days)
    for track in sorted({*stored_tracks(connection), *scheduled["tracks"]}):
        is_scheduled = track in scheduled["tracks"]
        yield from open_lists(connection, track, crawls[0]["now"], failed, is_scheduled=is_scheduled)
    yield from unreadable_months(connection)
    for row in _rows(connection, WITHOUT_PRACTICE, {"most": MOST_DAYS}):
        console.print(
            f"empty           {row['track_slug']} has no practice sessions on its pages, up to {row['newest_month']}"
        )
    yield from _transforms(connection, console)
    _print_days(connection, console)
    yield from _missing_sessions(connection, failed)
    # A difference from the site's totals is not reported as missing, except for sessions.
    for line in days_that_do_not_add_up(connection, MOST_DIFFERENCES):
        console.print(line)
    for line in months_that_are_not_understood(connection, MOST_DIFFERENCES):
        console.print(line)
    yield from _short_days(connection, failed)
    yield from _seeds(connection, console)
    for line in failed.lines():
        console.print(line)
    yield from failed.problems()


def _crawls(
    connection: psycopg.Connection, console: Console, last: Row, scheduled: Row, failed: FailedPages
) -> Iterator[str]:
    running = next(iter(lock_holders(connection, Lock.CRAWL)), None)
    began_or_ended = last["ended_at"] or last["started_at"]
    tracks = ", ".join(last["arguments"].get("tracks", []))
    console.print(f"last crawl      {last['crawl_id']} {last['outcome']}, {ago(began_or_ended, last['now'])}: {tracks}")
    if running:
        yield f"the pages that the running crawl has not fetched yet: {running}; run this again when it has ended"
    unfinished = [
        row
        for row in _rows(connection, UNFINISHED_CRAWLS, scheduled)
        if not (running and row["crawl_id"] == last["crawl_id"])
    ]
    for row in unfinished[:MOST_NAMED]:
        ended = _ENDED.get(row["outcome"], "was killed")
        yield f"the rest of crawl {row['crawl_id']}, which {ended}; to fetch it: {_command(row['arguments'], failed)}"
    if len(unfinished) > MOST_NAMED:
        yield f"the rest of {counted(len(unfinished) - MOST_NAMED, 'earlier crawl')}, which no later crawl fetched"


def _command(arguments: Row, failed: FailedPages) -> str:
    tracks = " ".join(arguments["tracks"])
    quoted = f"'{tracks}'" if " " in tracks else tracks
    first, last = arguments.get("open_from") or arguments["from"], arguments["to"]
    return f"make crawl TRACK={quoted} FROM={first} TO={last}{failed.refresh(arguments['tracks'], first, last)}"


def _schedule(connection: psycopg.Connection, scheduled: Row, days: int) -> Iterator[str]:
    for row in _rows(connection, NOT_SCHEDULED_LATELY, {**scheduled, "days": days}):
        if row["last_day"] is None:
            yield f"{row['track']} of TRACKS, which was never crawled; to fetch it: make crawl TRACK={row['track']}"
        else:
            yield (
                f"{row['track']} since {row['last_day']}, which is more than DAYS={days} ago; to fetch it: "
                f"make crawl TRACK={row['track']} FROM={row['last_day']}"
            )


def _transforms(connection: psycopg.Connection, console: Console) -> Iterator[str]:
    last = _rows(connection, LAST_TRANSFORM)
    when = f"{last[0]['outcome']}, {ago(last[0]['ended_at'], last[0]['now'])}" if last else "none"
    console.print(f"last transform  {when}")
    running = lock_holders(connection, Lock.TRANSFORM)
    (behind,) = _rows(connection, BEHIND)
    if behind["pages"]:
        since = ago(behind["since"], behind["now"])
        remedy = f"they are being transformed: {running[0]}" if running else "to derive them: make transform"
        yield f"the rows of {counted(behind['pages'], 'changed page')}, the oldest from {since}; {remedy}"
    elif last and last[0]["outcome"] != "finished" and not running:
        yield "rows of the last transform, which did not finish; to derive them: make transform"
    elif last and (changed := seeds_to_load(connection)):
        yield f"changed rows of {', '.join(f'{seed}.csv' for seed in changed)}; to derive them: make transform"


def _print_days(connection: psycopg.Connection, console: Console) -> None:
    days = _rows(connection, DAYS, {"most": MOST_DAYS})
    if days:
        table = plain_table(
            "track", "day", "depth", "listed", "captured", "failed", right=("listed", "captured", "failed")
        )
        for row in days:
            counts = (str(row[name]) for name in ("listed", "captured", "failed"))
            table.add_row(row["source_track_slug"], str(row["event_date"]), row["ingest_depth"], *counts)
        console.print()
        console.print(table)
        if days[0]["total"] > len(days):
            console.print(f"… and {counted(days[0]['total'] - len(days), 'earlier day')}")
        console.print()


def _missing_sessions(connection: psycopg.Connection, failed: FailedPages) -> Iterator[str]:
    incomplete = _rows(connection, INCOMPLETE, {"most": MOST_NAMED})
    for row in incomplete:
        more = f" and {row['days'] - len(row['newest'])} more" if row["days"] > len(row["newest"]) else ""
        days = f"FROM={row['first_day']} TO={row['last_day']}" if row["days"] > 1 else f"DATE={row['first_day']}"
        refresh = failed.refresh_sessions(row["track"], row["sessions"])
        yield (
            f"session pages of {counted(row['days'], 'day')} of {row['track']} ({', '.join(map(str, row['newest']))}"
            f"{more}); to fetch them: make crawl transform TRACK={row['track']} {days}{refresh}"
        )
    if incomplete and incomplete[0]["tracks"] > len(incomplete):
        yield f"session pages of {counted(incomplete[0]['tracks'] - len(incomplete), 'more track')}"


def _short_days(connection: psycopg.Connection, failed: FailedPages) -> Iterator[str]:
    short = short_days(connection, MOST_NAMED)
    if short.newest:
        named = ", ".join(f"{track} {day}" for track, day in short.newest)
        more = f" and {short.total - len(short.newest)} more" if short.total > len(short.newest) else ""
        track, day = short.newest[0]
        yield (
            f"sessions of {counted(short.total, 'day')} ({named}{more}), which the month page counts and the list does "
            f"not show; to read both again: make crawl transform TRACK={track} FROM={day} TO={day}"
            f"{failed.refresh([track], f'{day}', f'{day}')}"
        )


def _seeds(connection: psycopg.Connection, console: Console) -> Iterator[str]:
    faults = check_seeds(connection)
    for line in describe([fault for fault in faults if not fault.is_of_file]):
        console.print(f"seed  {line}")
    for fault in faults:
        if fault.is_of_file:
            yield f"rows of a seed: {fault}"


def _failures(connection: psycopg.Connection, scheduled: Row) -> list[UnresolvedFailure]:
    with connection.cursor(row_factory=class_row(UnresolvedFailure)) as cursor:
        return cursor.execute(FAILED, scheduled).fetchall()


def _rows(connection: psycopg.Connection, query: str, parameters: Row | None = None) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()
