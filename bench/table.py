"""The table that `make bench` prints on the terminal and writes as Markdown into the docs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

COLUMNS = ("what", "ours", "against", "ratio", "target", "verdict")


@dataclass(frozen=True)
class Target:
    """A limit for a figure: a minimum, or a maximum when `is_ceiling`.

    `label` is the limit in words. `why_missed` is printed only when the figure misses the limit.
    """

    measured: float
    limit: float
    label: str
    why_missed: str = ""
    is_ceiling: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether the figure keeps the limit."""
        return self.measured <= self.limit if self.is_ceiling else self.measured >= self.limit

    @property
    def verdict(self) -> str:
        """Return "reached", or by which share of the limit the figure misses it, and why."""
        if self.is_reached:
            return "reached"
        missed = abs(self.measured - self.limit) / self.limit
        return f"missed by {missed:.0%}" + (f": {self.why_missed}" if self.why_missed else "")


@dataclass(frozen=True)
class Line:
    """A line of the table: our figure, the figure that it is compared with, and their ratio, as text."""

    what: str
    ours: str
    against: str
    ratio: str = ""
    targets: Sequence[Target] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the text of each column."""
        labels = "; ".join(target.label for target in self.targets)
        verdict = "; ".join(target.verdict for target in self.targets)
        return self.what, self.ours, self.against, self.ratio, labels, verdict


def as_terminal_table(lines: Iterable[Line]) -> Table:
    """Return the table for a terminal, folded to its width."""
    table = Table(title="make bench", show_lines=True)
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for line in lines:
        table.add_row(*line.cells)
    return table


def as_markdown(lines: Iterable[Line]) -> str:
    """Return the table as Markdown."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *(line.cells for line in lines)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def marks(part: str) -> tuple[str, str]:
    """Return the lines that a document has before and after the table of a part."""
    return f"<!-- make bench: {part} -->", f"<!-- make bench: end of {part} -->"


def record(document: Path, part: str, text: str) -> None:
    """Replace the text between the part's marks.

    Raises ValueError when the document does not have each mark exactly once.
    """
    before = document.read_text(encoding="utf-8")
    begin, end = marks(part)
    if before.count(begin) != 1 or before.count(end) != 1:
        raise ValueError(f"{document} needs one line {begin} and one line {end}")
    after = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n\n{text}\n\n{end}", before, flags=re.DOTALL)
    document.write_text(after, encoding="utf-8")
