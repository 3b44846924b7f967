"""Jobs, for pages about something else: what is going on with a day, and which tracks can be asked for by name."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from service.jobs import store
from service.jobs.store import Job
from service.web.pools import Connection, Pools
from service.web.rows import select
from service.web.schemas import TrackName


def job_of_day(pools: Pools, track_slug: str, day: date) -> Job | None:
    """Return the job that has not ended and will read this day, None without one. Readers may not see jobs."""
    with pools.jobs.connection() as connection:
        return store.of_day(connection, track_slug, day)


def track_names(connection: Connection) -> Sequence[dict[str, Any]]:
    """Return slug and name of each stored track, also before anything was derived."""
    return select(connection, TrackName, "from racing.tracks order by source_track_slug limit 5000")
