"""Servers and databases of the benchmark in a temporary folder. The user's `.data` is never touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper.database.connection import Database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade


class Scratch:
    """One embedded server with the settings that `make` gives it, its databases, and a folder for files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = EmbeddedServer(folder / "postgres")

    def database(self, name: str) -> Database:
        """Create a database at the newest migration, without rows."""
        database = self.empty_database(name)
        upgrade(database)
        return database

    def empty_database(self, name: str) -> Database:
        """Create a database without tables."""
        return open_embedded(self.server, name, "practice bench")


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Yield a scratch; stop its server and remove its folder when the block ends."""
    with TemporaryDirectory(prefix="practice-bench-", ignore_cleanup_errors=True) as folder:
        scratch = Scratch(Path(folder))
        try:
            yield scratch
        finally:
            scratch.server.stop()
