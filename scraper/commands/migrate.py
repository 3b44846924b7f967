"""Bring the database's schema up to date; every other command that needs it does so by itself."""

from scraper.config import Config
from scraper.database.migrate import open_migrated


def run(config: Config) -> int:
    """Apply the migrations that are missing."""
    print(f"{open_migrated(config).described} is up to date.")
    return 0
