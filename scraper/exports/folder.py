"""The folder of one table: a file per practice day, or one file, and what was known when each was written.

Files are written beside their place and then renamed, so that whoever reads never sees half of one. What is known of
them is in `_state.json`: the day's version, and the file's size and time of change, so that a file which somebody
replaced is read anew. Without it, or when it is of another time, every day is read again and nothing else is lost.
"""

import filecmp
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import parquet

STATE = "_state.json"  # readers of Parquet folders pass over what begins with _ or .
FILE = "part-0.parquet"
_UNFINISHED = ".part-0.unfinished"


@dataclass(frozen=True)
class Known:
    """A day's version when its file was last found true, and the file as it was then."""

    version: int | None
    size: int
    changed_at: int


class TableFolder:
    """The files of one table. `definition` says what made their rows: what is known under another does not count."""

    def __init__(self, path: Path, definition: str) -> None:
        self.path = path
        self._definition = definition
        self._known = dict(_read_state(path / STATE, definition))
        for unfinished in path.rglob(_UNFINISHED):
            unfinished.unlink()

    def is_current(self, place: str, version: int | None) -> bool:
        """Whether the file at `place` was true at this version, and is still the same file."""
        known = self._known.get(place)
        file = self.path / place / FILE
        return version is not None and known is not None and file.exists() and known == _as_it_is(file, version)

    def write(self, place: str, version: int | None, schema: Any, batches: Iterator[Any]) -> bool:
        """Make the file at `place` hold these rows; False when it did, and so was left alone."""
        file, unfinished = self.path / place / FILE, self.path / place / _UNFINISHED
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        with parquet.ParquetWriter(unfinished, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        # Equal rows give equal bytes, until pyarrow itself is another one.
        is_new = not file.exists() or not filecmp.cmp(unfinished, file, shallow=False)
        if is_new:
            unfinished.replace(file)
        else:
            unfinished.unlink()
        self._known[place] = _as_it_is(file, version)
        return is_new

    def remove_others(self, places: Collection[str]) -> int:
        """Remove the files of what is gone, with their folders; how many there were."""
        there = {str(file.parent.relative_to(self.path)) for file in self.path.rglob(FILE)}
        gone = there - set(places)
        for place in gone:
            (self.path / place / FILE).unlink()
            self._known.pop(place, None)
            for folder in (self.path / place, (self.path / place).parent):
                with suppress(OSError):  # it holds something else
                    folder.rmdir()
        return len(gone)

    def save(self) -> None:
        """Put on record what is known."""
        known = {place: [each.version, each.size, each.changed_at] for place, each in sorted(self._known.items())}
        unfinished = self.path / f".{STATE}"
        unfinished.write_text(json.dumps({"definition": self._definition, "files": known}), encoding="utf-8")
        unfinished.replace(self.path / STATE)


def _as_it_is(file: Path, version: int | None) -> Known:
    found = file.stat()
    return Known(version, found.st_size, found.st_mtime_ns)


def _read_state(path: Path, definition: str) -> Iterator[tuple[str, Known]]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if state["definition"] == definition:
            yield from ((place, Known(*known)) for place, known in state["files"].items())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return  # never written, or not by us: then nothing is known
