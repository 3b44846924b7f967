"""Compare the final schema with the raw tables."""

from scraper.config import Config
from scraper.database.jobs import Job, open_job
from scraper.transform.run import transform
from scraper.transform.verification import verify


def run(config: Config) -> int:
    """Derive what is queued, then compare everything and run every test over every row; no crawl may run meanwhile.

    Raises CannotWork when anything differs, and LockHeld.
    """
    with open_job(config, Job.VERIFY) as (database, connection):
        transform(database, connection, is_full=False)
        verify(database, connection)
    return 0
