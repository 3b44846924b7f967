"""Stop the embedded server; what was committed stays."""

from scraper.config import Config
from scraper.database.connection import EMBEDDED_HOME
from scraper.database.embedded import EmbeddedServer


def run(_: Config) -> int:
    """Stop it if it runs; both ways are success."""
    stopped = EmbeddedServer(EMBEDDED_HOME).stop()
    print("The embedded PostgreSQL server is stopped." if stopped else "No embedded PostgreSQL server was running.")
    return 0
