"""Migrate the database to the newest schema; every other command that needs it does so by itself."""

from scraper.config import Config
from scraper.database.migrate import open_migrated


def run(config: Config) -> int:
    """Apply the missing migrations. Raises LockHeld while a job is running, CannotWork when a migration fails."""
    print(f"{open_migrated(config).described} has the newest schema.")
    return 0
