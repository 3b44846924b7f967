"""The statements that dbt sends to PostgreSQL, recorded once and sent again: a transform in a tenth of a second.

What is recorded is a run of dbt: the tables of the batch and all final tables. Views stay as the recorded run left
them. A replay calls what begins and settles a transform. Kills and partial runs are prefixes and selections of a
recording.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from scraper.database.connection import Database
from scraper.database.roles import Role, assume
from scraper.transform.batches import BatchKind, begin_batch, queue_every_day, settle
from tests.support.commands_runner import Commands

BATCH_TABLES = tuple(
    f"int_practice__{name}"
    for name in (
        "days",
        "listed_sessions",
        "session_pages",
        "sessions",
        "driver_identities",
        "laps",
        "unreadable_values",
        "affected_drivers",
        "queued_sessions",
    )
)
RACING = ("tracks", "events", "races", "drivers", "race_drivers", "race_results", "laps")
ANALYTICS = ("driver_people", "day_reconciliation", "class_day_bests")
# The tables of `intermediate` that those of `analytics` need.
BEFORE_ANALYTICS = ("int_people__identities", "int_sessions__left_out_laps")
ALL_MODELS = (*BATCH_TABLES, *RACING, *BEFORE_ANALYTICS, *ANALYTICS)
# What dbt itself reads: the catalogue and the kind of the batch. It changes no statement that is recorded.
_QUESTION = re.compile(r"(?:select|with)\b", re.DOTALL)
_COMMENT = re.compile(r"^\s*/\*.*?\*/\s*", re.DOTALL)


@dataclass(frozen=True)
class Recording:
    """A run as dbt did it: the statements of each model, in order."""

    statements: dict[str, list[str]]

    @classmethod
    def of(cls, commands: Commands, log_path: Path) -> "Recording":
        """Record a run of dbt. All tables exist already: a run that makes one sends other statements."""
        commands.succeed("dbt", ARGS="run --selector models_without_views", **log_of_statements(log_path))
        return cls.read(log_path, commands.database)

    @classmethod
    def of_verification(cls, commands: Commands, log_path: Path) -> "Recording":
        """Record what a verification of one batch sends."""
        commands.succeed("verify", **log_of_statements(log_path))
        return cls.read(log_path, commands.database)

    @classmethod
    def read(cls, log_path: Path, database: Database) -> "Recording":
        """Read dbt's log in JSON; leave out the name of the database, so that any database takes the statements."""
        database_name = f'"{database.parameters["dbname"]}".'
        statements: dict[str, list[str]] = {}
        for name, statement in _sent((log_path / "dbt.log").read_text()):
            statements.setdefault(name, []).append(statement.replace(database_name, ""))
        return cls(statements)

    def transform(self, database: Database, until: int | None = None, *, is_full: bool = False) -> None:
        """Do what `make transform` does, batch by batch. `until` kills it after so many statements of the first one."""
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            assume(connection, Role.TRANSFORMER)
            if is_full:
                queue_every_day(connection)
            deferred_days = 1
            while deferred_days:
                started_at = datetime.now(UTC)
                deferred_days = begin_batch(connection).deferred_days
                self.run(database, until=until)
                if until is not None:
                    return
                settle(connection, started_at, None)

    def partial(self, database: Database, models: Collection[str]) -> None:
        """Do what `make dbt` does with some models: begin a batch, and settle nothing."""
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            assume(connection, Role.TRANSFORMER)
            begin_batch(connection, BatchKind.MANUAL)
        self.run(database, models)

    def run(self, database: Database, models: Collection[str] = ALL_MODELS, until: int | None = None) -> None:
        """Send the statements of the models, in the order of the run; a kill comes after `until` of them."""
        chosen = [name for name in ALL_MODELS if name in models]
        statements = [each for name in chosen for each in ("begin", *self.statements[name], "commit")]
        # When the connection closes, so does its transaction.
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            for statement in statements[:until]:
                connection.execute(statement.encode())

    @property
    def length(self) -> int:
        """How many statements a run sends."""
        return sum(len(self.statements[name]) + 2 for name in ALL_MODELS)


def log_of_statements(log_path: Path) -> dict[str, str]:
    """Settings by which dbt logs every statement, in JSON."""
    return {"DBT_LOG_PATH": str(log_path), "DBT_LOG_FORMAT_FILE": "json", "DBT_LOG_LEVEL_FILE": "debug"}


def _sent(log: str) -> Iterator[tuple[str, str]]:
    for line in log.splitlines():
        event = json.loads(line)
        if event["info"]["name"] != "SQLQuery":
            continue
        node = event["data"].get("node_info") or {}
        unique_id = str(node.get("unique_id", ""))
        name = unique_id.removeprefix("model.practice.")
        statement = _COMMENT.sub("", event["data"]["sql"]).strip()
        is_ours = unique_id.startswith("model.") and name in ALL_MODELS
        if is_ours and statement.lower() not in ("begin", "commit", "rollback") and not _QUESTION.match(statement):
            yield name, statement
