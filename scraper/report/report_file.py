"""The path of a report, and an atomic write."""

import os
import tempfile
from datetime import date
from pathlib import Path

from scraper.config import REPOSITORY
from scraper.errors import CannotWork

REPORTS = REPOSITORY / "reports"


def default_path(track_slug: str, day: date) -> Path:
    """Return a file in `reports/` by track and day. Characters that no slug of LiveRC has, such as `/`, become `_`."""
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter == "-") else "_" for letter in track_slug)
    return REPORTS / f"{name}-{day}.html"


def write_report(path: Path, page: str) -> None:
    """Write the page to a temporary file, then replace the report by it. Raises CannotWork."""
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
            f"cannot write {path} ({problem.strerror or problem}). Free space there, or choose another file with OUT="
        ) from None


def _ordinary_mode() -> int:
    """Return the mode of a new file of this user. A temporary file is readable by its owner only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
