"""A server and databases of the benchmark's own, in a temporary folder; the user's `.data` is never touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper.database.connection import Database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade


class Scratch:
    """Databases at the newest migration on one embedded server, set up as `make` sets it up, and a folder for files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = EmbeddedServer(folder / "postgres")

    def database(self, name: str) -> Database:
        """A new database, migrated and without rows."""
        database = open_embedded(self._server, name, "practice bench")
        upgrade(database)
        return database

    def stop(self) -> None:
        """Stop the server."""
        self._server.stop()


@contextmanager
def scratch() -> Iterator[Scratch]:
    """A scratch that is gone, with all it holds, when the block is left."""
    with TemporaryDirectory(prefix="practice-bench-", ignore_cleanup_errors=True) as folder:
        scratch = Scratch(Path(folder))
        try:
            yield scratch
        finally:
            scratch.stop()
