"""The one table that `make bench` ends in: on a terminal, and as Markdown for the docs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

COLUMNS = ("what", "ours", "against", "ratio", "target", "verdict")


@dataclass(frozen=True)
class Target:
    """What a figure ought to be, at least, or at most when `is_ceiling`.

    `says` is the target in words; `why_missed` is printed only if it is missed.
    """

    measured: float
    limit: float
    says: str
    why_missed: str = ""
    is_ceiling: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether the figure is on the right side of the limit, or on it."""
        return self.measured <= self.limit if self.is_ceiling else self.measured >= self.limit

    @property
    def verdict(self) -> str:
        """Reached, or missed by how much of the limit, and why."""
        if self.is_reached:
            return "reached"
        missed = abs(self.measured - self.limit) / self.limit
        return f"missed by {missed:.0%}" + (f": {self.why_missed}" if self.why_missed else "")


@dataclass(frozen=True)
class Line:
    """A line of the table: our figure, the figure of something outside of the project, and their ratio, in words."""

    what: str
    ours: str
    against: str
    ratio: str = ""
    targets: Sequence[Target] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """Text by column."""
        says = "; ".join(target.says for target in self.targets)
        verdict = "; ".join(target.verdict for target in self.targets)
        return self.what, self.ours, self.against, self.ratio, says, verdict


def on_terminal(lines: Iterable[Line]) -> Table:
    """The table for people at a terminal, folded to its width."""
    table = Table(title="make bench", show_lines=True)
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for line in lines:
        table.add_row(*line.cells)
    return table


def as_markdown(lines: Iterable[Line]) -> str:
    """The same table as Markdown."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *(line.cells for line in lines)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def marks(part: str) -> tuple[str, str]:
    """The lines of a document between which the part's table stands."""
    return f"<!-- make bench: {part} -->", f"<!-- make bench: end of {part} -->"


def record(document: Path, part: str, text: str) -> None:
    """Put the text between the part's marks, and leave all else as it is.

    Raises ValueError when the document does not have them once each.
    """
    before = document.read_text(encoding="utf-8")
    begin, end = marks(part)
    if before.count(begin) != 1 or before.count(end) != 1:
        raise ValueError(f"{document} needs one line {begin} and one line {end}")
    after = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n\n{text}\n\n{end}", before, flags=re.DOTALL)
    document.write_text(after, encoding="utf-8")
