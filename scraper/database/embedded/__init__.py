"""The PostgreSQL that comes with the project, for one user on one machine."""

from scraper.database.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
