"""The folder of one table: one file per practice day, or one file, and the state of each.

A file is written under another name and then renamed, so a reader never sees half of it. `_state.json` holds for each
file the day's version, and the file's size and modification time, so that a replaced file is noticed. Without a valid
state every day is read again; nothing else is lost.
"""

import filecmp
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import parquet

STATE = "_state.json"  # readers of Parquet folders skip names that begin with _ or .
FILE = "part-0.parquet"
_UNFINISHED = ".part-0.unfinished"


@dataclass(frozen=True)
class FileState:
    """The day's version when its file was last compared with the database, and the file's state after that."""

    version: int | None
    size: int
    modified_at: int


class TableFolder:
    """The files of one table. State that was stored under another `definition` of the table is ignored."""

    def __init__(self, path: Path, definition: str) -> None:
        self.path = path
        self._definition = definition
        self._states = dict(_read_state(path / STATE, definition))
        for unfinished in path.rglob(_UNFINISHED):
            unfinished.unlink()

    def is_current(self, folder: str, version: int | None) -> bool:
        """Return whether the file in this folder was written for this version and is still the same file."""
        state = self._states.get(folder)
        file = self.path / folder / FILE
        return version is not None and state is not None and file.exists() and state == _state_of(file, version)

    def write(self, folder: str, version: int | None, schema: Any, batches: Iterator[Any]) -> bool:
        """Write these rows to the file in this folder; return False, and leave the file alone, when it holds them."""
        file, unfinished = self.path / folder / FILE, self.path / folder / _UNFINISHED
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        with parquet.ParquetWriter(unfinished, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        # Equal rows give equal bytes with the same version of pyarrow.
        is_new = not file.exists() or not filecmp.cmp(unfinished, file, shallow=False)
        if is_new:
            unfinished.replace(file)
        else:
            unfinished.unlink()
        self._states[folder] = _state_of(file, version)
        return is_new

    def remove_others(self, folders: Collection[str]) -> int:
        """Remove the files of all other folders, and the folders; return the number of files."""
        existing = {str(file.parent.relative_to(self.path)) for file in self.path.rglob(FILE)}
        gone = existing - set(folders)
        for folder in gone:
            (self.path / folder / FILE).unlink()
            self._states.pop(folder, None)
            for emptied in (self.path / folder, (self.path / folder).parent):
                with suppress(OSError):  # it holds foreign files
                    emptied.rmdir()
        return len(gone)

    def save(self) -> None:
        """Store the state of all files."""
        states = {place: [each.version, each.size, each.modified_at] for place, each in sorted(self._states.items())}
        unfinished = self.path / f".{STATE}"
        unfinished.write_text(json.dumps({"definition": self._definition, "files": states}), encoding="utf-8")
        unfinished.replace(self.path / STATE)


def _state_of(file: Path, version: int | None) -> FileState:
    found = file.stat()
    return FileState(version, found.st_size, found.st_mtime_ns)


def _read_state(path: Path, definition: str) -> Iterator[tuple[str, FileState]]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if state["definition"] == definition:
            yield from ((place, FileState(*values)) for place, values in state["files"].items())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return  # missing, or not a state of ours
