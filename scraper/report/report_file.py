"""Where a report lies, and how it gets there: whole or not at all."""

import os
import tempfile
from datetime import date
from pathlib import Path

from scraper.config import REPOSITORY
from scraper.errors import CannotWork

REPORTS = REPOSITORY / "reports"


def default_path(track_slug: str, day: date) -> Path:
    """Below `reports/`, by track and day. A slug that is none of LiveRC's names no folder."""
    letters = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter == "-") else "_" for letter in track_slug
    )
    return REPORTS / f"{letters}-{day}.html"


def write_report(path: Path, page: str) -> None:
    """Put the page into the file; who reads it meanwhile has the old one, whole. Raises CannotWork."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(page)
            part.chmod(_ordinary_mode())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise CannotWork(
            f"cannot write {path} ({problem.strerror or problem}): make room there, or name another file with OUT="
        ) from None


def _ordinary_mode() -> int:
    """What a new file of this user has; a temporary one is closed to everybody else."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
