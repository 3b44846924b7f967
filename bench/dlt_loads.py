"""dlt loading stored items with `merge`: in a process of its own, since it changes much of the one that it is in.

No telemetry, no network: it reads one database of the benchmark's and writes another, over a Unix socket.
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

DATASET = "dlt_landing"

# What dlt has landed, as versions of pages: the rows that the dbt models read.
_AS_RAW_ROWS = """
insert into raw.practice_{kind}s (track_slug, {key}, payload, content_hash, url, parser_version, crawl_id)
select track_slug, {key}::text::{key_type}, payload, 'landed by dlt', url, 1, %(crawl_id)s
from {dataset}.practice_{kind}s
"""
_KEYS = {"list": ("practice_date", "date"), "session": ("session_id", "text")}


def land(source: Database, target: Database, folder: Path, *, nested: bool) -> float:
    """Let dlt merge all items of the source into the target, into its dataset; the seconds that took, without imports.

    `nested` lets it do what it is made for: a page's fields become columns, its laps a table. Else payloads stay whole,
    as our raw tables have them.
    """
    arguments = [sys.executable, "-m", "bench.dlt_loads", source.parameters["dbname"], target.parameters["dbname"]]
    where = ["--host", source.parameters["host"], "--user", source.parameters["user"], "--folder", str(folder)]
    here = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_PROJECT_DIR": str(folder), "DLT_DATA_DIR": str(folder)}
    done = subprocess.run(
        [*arguments, *where, *(["--nested"] if nested else [])],
        cwd=REPOSITORY,
        env={**os.environ, **here},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(done.stdout.splitlines()[-1])


def as_raw_rows(database: Database, crawl_id: int) -> None:
    """Copy what dlt has landed with whole payloads into the raw tables, for the dbt models."""
    with psycopg.connect(database.conninfo) as connection:
        for kind, (key, key_type) in _KEYS.items():
            words = {"kind": sql.SQL(kind), "key_type": sql.SQL(key_type)}
            names = {"key": sql.Identifier(key), "dataset": sql.Identifier(DATASET)}
            connection.execute(sql.SQL(_AS_RAW_ROWS).format(**words, **names), {"crawl_id": crawl_id})


def forget(database: Database) -> None:
    """Drop all that dlt has landed."""
    with psycopg.connect(database.conninfo) as connection:
        for schema in (DATASET, f"{DATASET}_staging"):
            connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))


def _load(asked: argparse.Namespace) -> float:
    import dlt  # noqa: PLC0415 - only this process is to know it
    from dlt.common.runtime import anon_tracker  # noqa: PLC0415

    # Told to send nothing, dlt still writes an id for it into /var/dlt or ~/.dlt.
    anon_tracker.get_anonymous_id = lambda: ""
    known = {"host": asked.host, "port": "5432", "user": asked.user}
    items = stored_items(Database({**known, "dbname": asked.source}))

    def rows(kind: str) -> Iterator[dict[str, Any]]:
        for item in items:
            if item.kind == kind:
                key = {_KEYS[kind][0]: item.key}
                payload = item.payload if asked.nested else {"payload": item.payload}
                yield {"track_slug": item.track_slug, **key, "url": item.url, **payload}

    hints: Any = {} if asked.nested else {"payload": {"data_type": "json"}}
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
                "host": quote(asked.host, safe=""),  # a folder, as a URL can have it
                "port": 5432,
                "username": asked.user,
                "password": "unused",  # dlt wants one; the socket does not
                "database": asked.target,
            }
        ),
        dataset_name=DATASET,
        pipelines_dir=asked.folder,
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
    print(_load(parser.parse_args()))
