"""dlt loads stored items with `merge`, in a process of its own because dlt changes global state.

It sends no telemetry and uses no network: it reads one database of the benchmark and writes another by a Unix socket.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from bench.stored_items import stored_items
from scraper.config import REPOSITORY
from scraper.database.connection import Database

DATASET = "dlt_pages"

# Copies what dlt has loaded as page versions, which the dbt models read.
_TO_RAW_TABLES = """
insert into raw.practice_{kind}s (track_slug, {key}, payload, content_hash, url, parser_version, crawl_id)
select track_slug, {key}::text::{key_type}, payload, 'loaded by dlt', url, 1, %(crawl_id)s
from {dataset}.practice_{kind}s
"""
_KEYS = {"list": ("practice_date", "date"), "session": ("session_id", "text")}


def load(source: Database, target: Database, folder: Path, *, nested: bool) -> float:
    """Merge all items of the source into a dataset of the target by dlt. Return the seconds, without imports.

    With `nested`, dlt turns the fields of a page into columns and its laps into a table, as it usually does. Otherwise
    payloads stay whole, as in our raw tables.
    """
    arguments = [
        sys.executable,
        "-m",
        "bench.competitors.dlt_loads",
        source.parameters["dbname"],
        target.parameters["dbname"],
    ]
    options = ["--host", source.parameters["host"], "--user", source.parameters["user"], "--folder", str(folder)]
    environment = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_PROJECT_DIR": str(folder), "DLT_DATA_DIR": str(folder)}
    process = subprocess.run(
        [*arguments, *options, *(["--nested"] if nested else [])],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(process.stdout.splitlines()[-1])


def copy_to_raw_tables(database: Database, crawl_id: int) -> None:
    """Copy payloads that dlt has loaded whole into the raw tables, for the dbt models."""
    with psycopg.connect(database.conninfo) as connection:
        for kind, (key, key_type) in _KEYS.items():
            parts = {"kind": sql.SQL(kind), "key_type": sql.SQL(key_type)}
            names = {"key": sql.Identifier(key), "dataset": sql.Identifier(DATASET)}
            connection.execute(sql.SQL(_TO_RAW_TABLES).format(**parts, **names), {"crawl_id": crawl_id})


def drop(database: Database) -> None:
    """Drop everything that dlt has loaded."""
    with psycopg.connect(database.conninfo) as connection:
        for schema in (DATASET, f"{DATASET}_staging"):
            connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))


def _load_by_dlt(arguments: argparse.Namespace) -> float:
    import dlt  # noqa: PLC0415 - imported in the process for dlt only
    from dlt.common.runtime import anon_tracker  # noqa: PLC0415

    # With telemetry off, dlt still writes an id for it into /var/dlt or ~/.dlt.
    anon_tracker.get_anonymous_id = lambda: ""
    known = {"host": arguments.host, "port": "5432", "user": arguments.user}
    items = stored_items(Database({**known, "dbname": arguments.source}))

    def rows(kind: str) -> Iterator[dict[str, Any]]:
        for item in items:
            if item.page.kind == kind:
                key = {_KEYS[kind][0]: item.page.key}
                payload = item.payload if arguments.nested else {"payload": item.payload}
                yield {"track_slug": item.page.track_slug, **key, "url": item.url, **payload}

    hints: Any = {} if arguments.nested else {"payload": {"data_type": "json"}}
    resources = [
        dlt.resource(
            rows(kind),
            name=f"practice_{kind}s",
            primary_key=("track_slug", _KEYS[kind][0]),
            write_disposition="merge",
            columns=hints,
        )
        for kind in _KEYS
    ]
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.postgres(
            credentials={
                "drivername": "postgresql",
                "host": quote(arguments.host, safe=""),  # a folder, quoted for a URL
                "port": 5432,
                "username": arguments.user,
                "password": "unused",  # dlt requires a password; the socket does not
                "database": arguments.target,
            }
        ),
        dataset_name=DATASET,
        pipelines_dir=arguments.folder,
    )
    started = time.perf_counter()
    pipeline.run(resources)
    return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--host", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--nested", action="store_true")
    print(_load_by_dlt(parser.parse_args()))
