"""Derive the final schema from the raw tables."""

from scraper.config import Config
from scraper.database.jobs import Job, open_job
from scraper.transform.run import transform


def run(config: Config) -> int:
    """Derive what is queued; with FULL=1 everything. Raises CannotWork or LockHeld."""
    with open_job(config, Job.TRANSFORM) as (database, connection):
        transform(database, connection, is_full=config.full)
    return 0
