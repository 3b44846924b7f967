"""The statements that dbt sends to PostgreSQL, recorded once and sent again: a transform in a tenth of a second.

What is recorded is a whole run, models of the working set and all tables with their hooks, and the end of the run.
Views stay as the recorded run left them. Kills, partial runs and full runs are prefixes and selections of it.
"""

import json
import re
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from scraper.database.connection import Database
from tests.support.commands_runner import Commands

WORKING_SET = tuple(
    f"int_practice__{name}"
    for name in (
        "work_lines",
        "touched_days",
        "days",
        "listed_sessions",
        "session_pages",
        "sessions",
        "driver_identities",
        "laps",
        "unreadable_values",
        "touched_drivers",
    )
)
RACING = ("tracks", "events", "races", "drivers", "race_drivers", "race_results", "laps")
# The tables of `analytics`, and whom they look at.
ANALYTICS = ("int_people__identities", "driver_people", "day_reconciliation", "class_day_bests")
END = "end"
# What dbt asks for itself: the catalogue, and whose the working set is. Answers change nothing that it sends.
_QUESTION = re.compile(r"(?:select|with)\b(?!\s+pg_advisory)(?!.*\bas missing\b)", re.DOTALL)
_COMMENT = re.compile(r"^\s*/\*.*?\*/\s*", re.DOTALL)


@dataclass(frozen=True)
class Recording:
    """A run as dbt did it: the statements of each model, in order, and the id that dbt gave the run."""

    run_id: str
    statements: dict[str, list[str]]

    @classmethod
    def of(cls, commands: Commands, log_path: Path, arguments: str = "") -> "Recording":
        """Do a run and record it."""
        commands.succeed("dbt", ARGS=f"run {arguments}", DBT_LOG_PATH=str(log_path), DBT_LOG_FORMAT_FILE="json")
        events = [json.loads(line) for line in (log_path / "dbt.log").read_text().splitlines()]
        statements: dict[str, list[str]] = {}
        for name, statement in _sent(events):
            statements.setdefault(name, []).append(statement)
        return cls(events[-1]["info"]["invocation_id"], statements)

    def replay(
        self,
        database: Database,
        models: Collection[str] = (*WORKING_SET, *RACING, *ANALYTICS, END),
        until: int | None = None,
    ) -> None:
        """Send the statements of the models again, in the order of the run; a kill comes after `until` of them."""
        run_id = str(uuid.uuid4())
        sent = 0
        for name in (*WORKING_SET, *RACING, *ANALYTICS, END):
            if name not in models:
                continue
            with psycopg.connect(database.conninfo, autocommit=True) as connection:
                for statement in ["begin", *self.statements[name], "commit"]:
                    if until is not None and sent >= until:
                        return  # the connection closes, and with it its transaction
                    connection.execute(statement.replace(self.run_id, run_id).encode())
                    sent += 1

    @property
    def length(self) -> int:
        """How many statements a run of the final schema sends."""
        return self.length_of((*WORKING_SET, *RACING, END))

    def length_of(self, models: Collection[str]) -> int:
        """How many statements a run of these models sends."""
        return sum(len(self.statements[name]) + 2 for name in models)


def _sent(events: list[dict[str, dict[str, object]]]) -> Iterator[tuple[str, str]]:
    for event in events:
        if event["info"]["name"] != "SQLQuery":
            continue
        data = event["data"]
        node = data.get("node_info")
        unique_id = str(node.get("unique_id", "") if isinstance(node, dict) else "")
        name = unique_id.removeprefix("model.practice.")
        statement = _COMMENT.sub("", str(data["sql"])).strip()
        if "on-run-end" in unique_id or str(data.get("conn_name", "")).endswith("on-run-end-0"):
            name = END
        is_ours = name in (*WORKING_SET, *RACING, *ANALYTICS, END) and unique_id.startswith(("model.", "operation."))
        if is_ours and statement.lower() not in ("begin", "commit", "rollback") and not _QUESTION.match(statement):
            yield name, statement
