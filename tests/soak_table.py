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
    """Print the table, if any test counted."""
    rows = [
        (report.nodeid.split("::")[-1], Tally(**value))
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, value in report.user_properties
        if name == _PROPERTY
    ]
    if not rows:
        return
    terminalreporter.section("reliability")
    terminalreporter.write_line("| test | promise | trials | faults injected | losses |")
    terminalreporter.write_line("|---|---|---:|---:|---:|")
    for test, counts in sorted(rows, key=lambda row: row[0]):
        terminalreporter.write_line(
            f"| `{test}` | {counts.promise} | {counts.trials} | {counts.faults} | {counts.losses} |"
        )
