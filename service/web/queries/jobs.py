"""Jobs, for pages about something else: what is going on with a day, and which tracks can be asked for by name."""

from datetime import date

from service.jobs import store
from service.jobs.store import Job
from service.web.pools import Pools


def job_of_day(pools: Pools, track_slug: str, day: date) -> Job | None:
    """Return the job that has not ended and will read this day, None without one. Readers may not see jobs."""
    with pools.jobs.connection() as connection:
        return store.of_day(connection, track_slug, day)
