"""dbt on this project's database, in this process, as the transformer where the database has that role."""

import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import psycopg

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.diagnosis import explain_outage
from scraper.database.roles import Role, assume
from scraper.errors import INTERRUPTED, CannotWork

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

# Where dbt writes compiled statements and its log, unless these variables name another place.
_WRITTEN_TO = {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
_HELD_BACK = {"error", "fail", "runtime error", "skipped", "partial success"}


@dataclass(frozen=True)
class Finding:
    """A model or test that did not pass: what it is, what dbt says of it, and how many rows are concerned."""

    name: str
    kind: str
    description: str
    message: str
    failures: int | None


@dataclass(frozen=True)
class DbtRun:
    """What became of a dbt run. A skipped node is neither warning nor error: something before it was."""

    models: int
    tests: int
    warnings: Sequence[Finding]
    errors: Sequence[Finding]
    said: Sequence[str] = ()
    """Warnings of the models' own, `exceptions.warn` in a macro."""


def run_dbt(
    database: Database,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    writes_artifacts: bool = False,
) -> DbtRun:
    """Run dbt with the arguments of its command line; its own words go to `logs/dbt.log`, warnings and errors here too.

    `writes_artifacts`: write project and results as JSON, too, for other programs. It takes most of a second.

    Raises CannotWork, with dbt's reason in one line, when it could not begin: it does not parse, or has no connection.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes most of a second, and many a run needs no dbt

    os.environ.update({**dbt_environment(database), **(environment or {})})
    where = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY)]
    quietly = ["--log-level", "none", "--log-level-file", "debug", "--no-use-colors"]
    quietly.append("--write-json" if writes_artifacts else "--no-write-json")
    said: list[str] = []

    def listen(event: "EventMsg") -> None:
        if event.info.name == "JinjaLogWarning":
            said.append(str(event.data.msg))

    with _signals_end_it():
        outcome = dbtRunner(callbacks=[listen]).invoke([*arguments, *where, *quietly])
    if outcome.exception is not None or outcome.result is None:
        reason = _in_short(str(outcome.exception or "see the log"))
        raise CannotWork(explain_outage(reason) or f"dbt stopped: {reason}; the whole story is in logs/dbt.log")
    run = replace(_read(outcome.result), said=said)
    if not (outcome.success or run.errors):
        raise CannotWork("dbt did not succeed, and does not say why: see logs/dbt.log")
    return run


def dbt_environment(database: Database) -> dict[str, str]:
    """What profiles.yml reads: the connection, and the role to work as. Closes dbt's folders to others."""
    close_to_others()
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        has_role = assume(connection, Role.TRANSFORMER)
    return {**database.dbt_environment(), "DBT_ROLE": Role.TRANSFORMER if has_role else ""}


def close_to_others() -> None:
    """Make dbt's folders readable by their owner only: errors and samples of rows hold names of people.

    One that somebody has named and made stays as it is, since it may serve others as well.
    """
    for variable, default in _WRITTEN_TO.items():
        named = os.environ.get(variable)
        folder = REPOSITORY / (named or default)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not named:
            folder.chmod(0o700)


def _read(outcome: Any) -> DbtRun:
    """What became of models and tests; of `docs generate`, what it compiled and what the catalogue could not say."""
    findings: dict[str, list[Finding]] = {"warn": [], "held back": []}
    counts = {"model": 0, "test": 0}
    for problem in getattr(outcome, "errors", None) or ():
        findings["held back"].append(Finding("catalogue", "documentation", "", _in_short(problem), None))
    for result in getattr(outcome, "results", None) or getattr(outcome, "_compile_results", None) or ():
        kind = str(result.node.resource_type)
        status = str(result.status)
        counts[kind] = counts.get(kind, 0) + 1
        if status == "warn" or (status in _HELD_BACK and status != "skipped"):
            message = _in_short(result.message or "")
            description = " ".join(result.node.description.split())
            finding = Finding(result.node.name, kind, description, message, result.failures)
            findings["warn" if status == "warn" else "held back"].append(finding)
    return DbtRun(counts["model"], counts["test"], findings["warn"], findings["held back"])


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM take back what the server is doing for us, and end this process.

    dbt would ask the server to end its sessions, which the transformer may not, and then wait for them. The next run
    does the work again, as after a kill.
    """

    import psycopg2  # noqa: PLC0415 - as above
    from dbt.adapters.contracts.connection import ConnectionState  # noqa: PLC0415
    from dbt.adapters.factory import FACTORY  # noqa: PLC0415

    def leave(*_: object) -> None:
        for adapter in FACTORY.adapters.values():
            for connection in list(adapter.connections.thread_connections.values()):
                if connection.state == ConnectionState.OPEN:
                    with suppress(psycopg2.Error):  # another thread may be closing it this very moment
                        connection.handle.cancel()
        sys.stdout.flush()
        os._exit(INTERRUPTED)

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_short(message: str) -> str:
    """An error in one line, without the statement that PostgreSQL quotes, which may be pages, and dbt's headings."""
    said = re.split(r"^ *(?:CONTEXT:|compiled code at)", message, maxsplit=1, flags=re.MULTILINE)[0]
    return " ".join(re.sub(r"^ *Database Error(?: in .*)?$", "", said, flags=re.MULTILINE).split())
