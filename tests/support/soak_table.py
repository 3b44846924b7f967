"""What the reliability tests counted, as one table at the end of a run: test, trials, faults injected, losses."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pytest

_PROPERTY = "tally"


@dataclass
class Tally:
    """Counts of one reliability test. `losses` is whatever the promise forbids, and must end as 0."""

    promise: str = ""
    trials: int = 0
    faults: int = 0
    losses: int = 0


def is_soak() -> bool:
    """Whether full counts are wanted (`make soak`), rather than the quick versions that `make test` runs."""
    return os.environ.get("SOAK") == "1"


def trials(quick: int, full: int) -> int:
    """How many trials to run."""
    return full if is_soak() else quick


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Counts for the table; a test states its promise and adds as it goes. Losses fail the test."""
    counts = Tally()
    yield counts
    # Properties, because they travel from the worker processes of pytest-xdist to the one that prints.
    request.node.user_properties.append((_PROPERTY, asdict(counts)))
    assert counts.losses == 0, f"{counts.promise}: {counts.losses} losses in {counts.trials} trials"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, if any test counted: a row for each promise of a file, over all its tests and their cases."""
    rows: dict[tuple[str, str], Tally] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in report.user_properties if getattr(report, "when", None) == "teardown" else []:
                if name == _PROPERTY:
                    _add(rows, report.nodeid.partition("::")[0], Tally(**value))
    if not rows:
        return
    terminalreporter.section("reliability")
    terminalreporter.write_line("| test | promise | trials | faults injected | losses |")
    terminalreporter.write_line("|---|---|---:|---:|---:|")
    for (file, promise), counts in sorted(rows.items()):
        terminalreporter.write_line(f"| `{file}` | {promise} | {counts.trials} | {counts.faults} | {counts.losses} |")


def _add(rows: dict[tuple[str, str], Tally], file: str, counts: Tally) -> None:
    row = rows.setdefault((file, counts.promise), Tally(counts.promise))
    row.trials += counts.trials
    row.faults += counts.faults
    row.losses += counts.losses
