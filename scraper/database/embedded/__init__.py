"""The embedded server: the PostgreSQL that comes with the dependencies, for one user on one machine."""

from scraper.database.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
