"""Run dbt on this project's database, in this process, as the transformer where the database has that role."""

import gc
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, cast

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.diagnosis import explain_outage
from scraper.database.roles import Role, assume
from scraper.errors import INTERRUPTED, CannotWork, Code

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

# Where dbt writes compiled statements and its log, unless these variables name another place.
_WRITTEN_TO = {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
_FAILED = {"error", "fail", "runtime error", "partial success"}
_BATCH_KIND = "select kind from intermediate.transform_batch"


@dataclass(frozen=True)
class Finding:
    """A model or test that did not pass: what it is, dbt's message, and the rows that a test found."""

    name: str
    kind: str
    description: str
    message: str
    failures: int


@dataclass(frozen=True)
class DbtRun:
    """The outcome of a dbt run. A skipped node is neither warning nor error: a node before it was."""

    models: int
    tests: int
    warnings: Sequence[Finding]
    errors: Sequence[Finding]
    is_built: bool
    """Whether every selected model was built. Tests do not count."""


def run_dbt(
    database: Database, *arguments: str, writes_artifacts: bool = False, runner: "dbtRunner | None" = None
) -> DbtRun:
    """Run dbt with the arguments of its command line. Its output goes to `logs/dbt.log`.

    `writes_artifacts` also writes the project and the results as JSON, for other programs. It takes most of a second.
    A `runner` of a `ParsedProject` does not parse it again.

    Raises CannotWork, with dbt's reason in one line, when it could not start: the project does not parse, or there is
    no connection.
    """
    outcome = _invoke(database, arguments, writes_artifacts=writes_artifacts, runner=runner)
    run = _read(outcome.result)
    if not (outcome.success or run.errors):
        raise CannotWork("dbt did not succeed and gave no reason: see logs/dbt.log")
    return run


class ParsedProject:
    """The project as dbt parses it, for a process that runs dbt more than once, one run after the other."""

    def __init__(self, database: Database) -> None:
        """Parse the project. Raises what `run_dbt` raises."""
        self._manifest = cast("Manifest", _invoke(database, ["parse"]).result)
        self._references = [
            (constraint, constraint.to)
            for node in self._manifest.nodes.values()
            for constraint in getattr(node, "all_constraints", ())
        ]

    def runner(self, *callbacks: "Callable[[EventMsg], None]") -> "dbtRunner":
        """Return what runs dbt on this project; callbacks get each event of dbt."""
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 - as above

        # A run replaces the `ref` of each foreign key by the name of the table, which the next run would refuse.
        for constraint, reference in self._references:
            constraint.to = reference
        return dbtRunner(self._manifest, list(callbacks))


def _invoke(
    database: Database,
    arguments: Sequence[str],
    *,
    writes_artifacts: bool = False,
    runner: "dbtRunner | None" = None,
) -> "dbtRunnerResult":
    os.environ.update(dbt_environment(database))
    where = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY)]
    quietly = ["--log-level", "none", "--no-use-colors"]
    quietly.append("--write-json" if writes_artifacts else "--no-write-json")
    with _no_garbage_collection():
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes most of a second, and many a run needs no dbt

        from scraper.transform.dbt_connections import state_settings  # noqa: PLC0415 - as above

        state_settings()
        with _signals_end_it():
            outcome = (runner or dbtRunner()).invoke([*arguments, *where, *quietly])
    if outcome.exception is not None or outcome.result is None:
        _end_threads(outcome.exception)
        reason = _in_short(str(outcome.exception or "see the log"))
        outage = explain_outage(reason)
        if outage:
            raise CannotWork(outage, Code.DATABASE_UNAVAILABLE)
        raise CannotWork(f"dbt stopped: {reason}; see logs/dbt.log for details")
    return outcome


def run_command_line(database: Database, arguments: Sequence[str]) -> int:
    """Be dbt: run it with these arguments of its command line, its output on ours. Its exit status."""
    from dbt.cli.main import cli  # noqa: PLC0415 - as above

    from scraper.transform.dbt_connections import state_settings  # noqa: PLC0415 - as above

    state_settings()
    os.environ.update(dbt_environment(database))
    os.chdir(REPOSITORY)
    with _signals_end_it():
        try:
            cli(args=list(arguments), prog_name="dbt")
        except SystemExit as end:
            _end_threads(end)
            sys.stdout.flush()
            return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def dbt_environment(database: Database) -> dict[str, str]:
    """The variables that profiles.yml and macros read: connection, role, kind of the batch.

    Closes dbt's folders to others.
    """
    close_to_others()
    with database.connect(autocommit=True) as connection:
        has_role = assume(connection, Role.TRANSFORMER)
        (kind,) = connection.execute(_BATCH_KIND).fetchone() or ("",)
    return {**database.dbt_environment(), "DBT_ROLE": Role.TRANSFORMER if has_role else "", "DBT_BATCH_KIND": kind}


def close_to_others() -> None:
    """Make dbt's folders readable by their owner only: errors and samples of rows contain names of people.

    A folder that a variable names keeps its mode, since others may use it too.
    """
    for variable, default in _WRITTEN_TO.items():
        named = os.environ.get(variable)
        folder = REPOSITORY / (named or default)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not named:
            folder.chmod(0o700)


def _read(outcome: Any) -> DbtRun:
    """The outcome of models and tests; of `docs generate`, of what it compiled and of its catalogue."""
    findings: dict[str, list[Finding]] = {"warn": [], "error": []}
    counts = {"model": 0, "test": 0}
    is_built = True
    for problem in getattr(outcome, "errors", None) or ():
        findings["error"].append(Finding("catalogue", "documentation", "", _in_short(problem), 0))
    for result in getattr(outcome, "results", None) or getattr(outcome, "_compile_results", None) or ():
        kind = str(result.node.resource_type)
        status = str(result.status)
        counts[kind] = counts.get(kind, 0) + 1
        is_built = is_built and (kind != "model" or status == "success")
        if status == "warn" or status in _FAILED:
            message = _in_short(result.message or "")
            description = " ".join(result.node.description.split())
            finding = Finding(result.node.name, kind, description, message, result.failures or 0)
            findings["warn" if status == "warn" else "error"].append(finding)
    return DbtRun(counts["model"], counts["test"], findings["warn"], findings["error"], is_built)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Keep Python from looking again and again through what dbt keeps until its end, which takes a twelfth of a run."""
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """On SIGINT and SIGTERM cancel the statements that the server runs for us, and end this process.

    dbt would ask the server to terminate its connections, which the role of the transformer may not, and then wait for
    them. The batch stays unsettled, as after a kill.
    """

    import psycopg2  # noqa: PLC0415 - as above
    from dbt.adapters.contracts.connection import ConnectionState  # noqa: PLC0415
    from dbt.adapters.factory import FACTORY  # noqa: PLC0415

    def leave(*_: object) -> None:
        for adapter in FACTORY.adapters.values():
            for connection in list(adapter.connections.thread_connections.values()):
                if connection.state == ConnectionState.OPEN:
                    with suppress(psycopg2.Error):  # another thread may be closing it at this moment
                        connection.handle.cancel()
        sys.stdout.flush()
        os._exit(INTERRUPTED)

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_threads(error: BaseException | None) -> None:
    """End the thread pools that dbt leaves open after an error, wherever its frames hold them.

    Otherwise they work on while our locks are released, and may print a traceback when the interpreter ends.
    """
    while error is not None:
        for frame, _ in walk_tb(error.__traceback__):
            for pool in [value for value in frame.f_locals.values() if isinstance(value, ThreadPool)]:
                pool.terminate()
                pool.join()
        error = error.__context__


def _in_short(message: str) -> str:
    """An error in one line, without dbt's headings and the statement that PostgreSQL quotes, which may be pages."""
    said = re.split(r"^ *(?:CONTEXT:|compiled code at)", message, maxsplit=1, flags=re.MULTILINE)[0]
    return " ".join(re.sub(r"^ *Database Error(?: in .*)?$", "", said, flags=re.MULTILINE).split())
