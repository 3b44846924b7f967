"""Queue the practice days whose rows depend on seed rows that have changed, so that the next batch derives them again.

The entries are written in the transaction that stores the seed rows, so no kill can separate a change from its effect.
"""

from collections.abc import Set

import psycopg

_KEEP = "create temporary table seed_rows_before on commit drop as select seed_name, cells from intermediate.seed_rows"
_QUEUE_SESSIONS = """
with changed_rows as (
    (select cells from seed_rows_before where seed_name = 'lap_exclusions'
    except
    select cells from intermediate.seed_rows where seed_name = 'lap_exclusions')
    union
    (select cells from intermediate.seed_rows where seed_name = 'lap_exclusions'
    except
    select cells from seed_rows_before where seed_name = 'lap_exclusions')
)
insert into raw.transform_queue (track_slug, page_kind, page_key)
select distinct cells ->> 'track_slug', 'session', cells ->> 'session_id' from changed_rows
"""
_LABELS = "select normalized_name from intermediate.int_people__shared_labels"
_QUEUE_DAYS_OF_NAMES = """
insert into raw.transform_queue (track_slug, page_kind, page_key)
select distinct driver_people.track_slug, 'list', to_char(events.event_date, 'YYYY-MM-DD')
from analytics.driver_people
inner join racing.race_drivers
    on
        driver_people.driver_id = race_drivers.driver_id
        and race_drivers.display_name = any(driver_people.spellings)
inner join racing.races on race_drivers.race_id = races.id
inner join racing.events on races.event_id = events.id and driver_people.track_id = events.track_id
where driver_people.normalized_name = any(%s)
"""


class SeedChanges:
    """What a transaction changes in `intermediate.seed_rows`. Make it before the first change."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._labels = self._normalized_labels()
        connection.execute(_KEEP)

    def queue_days(self) -> None:
        """Queue the days of the sessions that changed rows name or match."""
        self._connection.execute(_QUEUE_SESSIONS)
        if labels := self._labels ^ self._normalized_labels():
            self._connection.execute(_QUEUE_DAYS_OF_NAMES, [sorted(labels)])

    def _normalized_labels(self) -> Set[str]:
        """The labels as names are compared; none before the first run of dbt, when nothing is derived yet."""
        exists = "select to_regclass('intermediate.int_people__shared_labels') is not null"
        if self._connection.execute(exists).fetchone() != (True,):
            return frozenset()
        return frozenset(label for (label,) in self._connection.execute(_LABELS).fetchall())
