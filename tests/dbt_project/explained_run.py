"""The statements of a run of dbt, tests included, sent once more with `explain analyze`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlparse

from scraper.database.connection import Database

_COMMENT = re.compile(r"^\s*/\*.*?\*/\s*", re.DOTALL)
_EXPLAINABLE = re.compile(r"(?:select|with|insert|delete|update|merge|execute|create temporary table)\b", re.IGNORECASE)

_FEW = 500


@dataclass(frozen=True)
class Scan:
    """One scan of a table in one statement of a model or test: its rows in all, and `at_once` for one lookup."""

    node: str
    kind: str
    table: str
    rows: float
    at_once: float
    has_condition: bool

    @property
    def reads_all(self) -> bool:
        """Whether it reads every row, in the order of the table or of an index.

        A few rows along an index are fine: the latest row is found so, and a table with a row per day may have fewer
        rows than the sessions that are looked up in it.
        """
        return self.kind == "Seq Scan" or (not self.has_condition and self.rows > _FEW)


def scans_of_a_run(log: Path, database: Database) -> Iterator[Scan]:
    """Send the statements in dbt's JSON log again, those of each node in a transaction of their own."""
    events = [json.loads(line) for line in log.read_text().splitlines()]
    statements: dict[str, list[str]] = {}
    for event in events:
        node = str((event["data"].get("node_info") or {}).get("unique_id") or event["data"].get("conn_name"))
        if event["info"]["name"] == "SQLQuery":
            sent = _COMMENT.sub("", event["data"]["sql"])
            statements.setdefault(node, []).extend(part.strip(" \n;") for part in sqlparse.split(sent))
    for node, parts in statements.items():
        with psycopg.connect(database.conninfo) as connection:
            for part in parts:
                if part.lower() not in ("", "begin", "commit", "rollback"):
                    yield from scans(connection, node, part)


def scans(connection: psycopg.Connection, node: str, statement: str) -> Iterator[Scan]:
    """Send a statement with `explain analyze`, or as it is if that cannot explain it."""
    if not _EXPLAINABLE.match(statement):
        connection.execute(statement.encode())
        return
    explained = f"explain (analyze, verbose, timing off, format json) {statement}"
    (plans,) = connection.execute(explained.encode()).fetchone() or ([],)
    for part in _parts(plans[0]["Plan"]):
        if "Relation Name" in part:
            yield Scan(
                node,
                part["Node Type"],
                f"{part.get('Schema')}.{part['Relation Name']}",
                part["Actual Rows"] * part["Actual Loops"],
                part["Actual Rows"],
                has_condition="Scan" not in part["Node Type"] or "Index Cond" in part or "Recheck Cond" in part,
            )


def _parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _parts(part)
