"""Items to final tables with the same dbt models, stored once by dlt and once by the crawler's pipeline."""

from collections.abc import Iterator
from functools import partial

import psycopg

from bench.commands import run
from bench.competitors import dlt_loads
from bench.measuring import alternate
from bench.raw_rows import begin_crawl, store
from bench.scratch import Scratch
from bench.settings import Settings
from bench.stored_items import empty_raw_tables, stored_items
from bench.table import Line
from scraper.crawl.pipelines import LARGEST_GROUP
from scraper.database.connection import Database
from tests.support.history import LAPS_OF_A_SESSION, fill

_EMPTY_FINAL_TABLES = "truncate racing.tracks, racing.drivers cascade"


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield one line."""
    sessions = settings.items
    source, target = scratch.database("items"), scratch.database("final_tables")
    fill(source, sessions)
    items = stored_items(source)
    crawl_id = begin_crawl(target)
    transform = partial(run, "transform", target, scratch.folder)
    transform()  # dbt parses the project

    def ours() -> None:
        store(target, crawl_id, items, at_once=LARGEST_GROUP)
        transform()

    dlt_seconds: list[float] = []

    def by_dlt() -> None:
        dlt_seconds.append(dlt_loads.load(source, target, scratch.folder, nested=False))
        dlt_loads.copy_to_raw_tables(target, crawl_id)
        transform()

    timings = alternate({"ours": ours, "dlt": by_dlt}, settings.rounds, before_each=lambda _: _empty(target))
    laps = sessions * LAPS_OF_A_SESSION
    yield Line(
        f"{sessions:,} sessions, from items to final tables",
        f"{timings.median('ours'):.1f} s, {laps / timings.median('ours'):,.0f} laps/s",
        f"dlt merge, then the same dbt models: {timings.median('dlt'):.1f} s (dlt {min(dlt_seconds):.1f} s)",
        f"{timings.ratio('dlt', to='ours'):.2f} × as fast as with dlt",
    )


def _empty(database: Database) -> None:
    empty_raw_tables(database)
    dlt_loads.drop(database)
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(_EMPTY_FINAL_TABLES)
