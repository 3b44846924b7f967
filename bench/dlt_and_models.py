"""The same items and the same dbt models, once landed by dlt and once by the crawler's own pipeline."""

from collections.abc import Iterator
from functools import partial

import psycopg

from bench import dlt_loads
from bench.commands import run
from bench.history import LAPS_OF_A_SESSION, fill
from bench.measuring import in_turns
from bench.raw_rows import begin_crawl, store
from bench.scratch import Scratch
from bench.stored_items import empty_raw_tables, stored_items
from bench.table import Line
from scraper.crawl.pipelines import LARGEST_BATCH
from scraper.database.connection import Database

_EMPTY = "truncate racing.tracks, racing.drivers cascade"


def measure(scratch: Scratch, sessions: int, rounds: int) -> Iterator[Line]:
    """One line: items to final tables."""
    source, target = scratch.database("items"), scratch.database("final_tables")
    fill(source, sessions)
    items = stored_items(source)
    crawl_id = begin_crawl(target)
    transform = partial(run, "transform", target, scratch.folder)
    transform()  # dbt parses the project

    def ours() -> None:
        store(target, crawl_id, items, at_once=LARGEST_BATCH)
        transform()

    landing: list[float] = []

    def by_dlt() -> None:
        landing.append(dlt_loads.land(source, target, scratch.folder, nested=False))
        dlt_loads.as_raw_rows(target, crawl_id)
        transform()

    timings = in_turns({"ours": ours, "dlt": by_dlt}, rounds, before_each=lambda _: _start_anew(target))
    laps = sessions * LAPS_OF_A_SESSION
    yield Line(
        f"{sessions:,} sessions, from items to final tables",
        f"{timings.median('ours'):.1f} s, {laps / timings.median('ours'):,.0f} laps/s",
        f"dlt merge, then the same dbt models: {timings.median('dlt'):.1f} s, of which dlt's load {min(landing):.1f} s",
        f"{timings.ratio('dlt', to='ours'):.2f} × as fast as with dlt",
    )


def _start_anew(database: Database) -> None:
    empty_raw_tables(database)
    dlt_loads.forget(database)
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(_EMPTY)
