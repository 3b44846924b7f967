"""Stop the embedded server; committed data stays."""

from scraper.config import Config
from scraper.database.connection import EMBEDDED_HOME
from scraper.database.embedded import EmbeddedServer


def run(_: Config) -> int:
    """Stop the server if it is running; it is not an error when it is not."""
    stopped = EmbeddedServer(EMBEDDED_HOME).stop()
    print("The embedded PostgreSQL server is stopped." if stopped else "No embedded PostgreSQL server was running.")
    return 0
