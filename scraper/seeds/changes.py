"""Queue the practice days whose rows depend on seed rows that have changed, so that the next batch derives them again.

The entries are written in the transaction that stores the seed rows, so no kill can separate a change from its effect.
Class aliases and overrides need none: views look aliases up, and the next batch finds the people again.
"""

from typing import LiteralString

import psycopg

_KEEP = "create temporary table seed_rows_before on commit drop as select seed_name, cells from intermediate.seed_rows"
_COMPARE = """
create temporary table changed_seed_rows on commit drop as
(select * from seed_rows_before except select seed_name, cells from intermediate.seed_rows)
union
(select seed_name, cells from intermediate.seed_rows except select * from seed_rows_before)
"""
_QUEUE: LiteralString = "insert into raw.transform_queue (track_slug, page_kind, page_key) "
_DAYS_OF_FLAGS: LiteralString = """
select track_slug, 'list', to_char(practice_date, 'YYYY-MM-DD')
from raw.practice_lists
where exists (select from changed_seed_rows where seed_name = 'left_out_flags')
group by track_slug, practice_date
"""
_DAYS_OF_TRACKS: LiteralString = """
select practice_lists.track_slug, 'list', to_char(practice_lists.practice_date, 'YYYY-MM-DD')
from changed_seed_rows
inner join raw.tracks on lower(changed_seed_rows.cells ->> 'track_slug') = lower(tracks.track_slug)
inner join raw.practice_lists on tracks.track_slug = practice_lists.track_slug
where changed_seed_rows.seed_name = 'track_time_zones'
group by practice_lists.track_slug, practice_lists.practice_date
"""
_SESSIONS: LiteralString = """
select distinct cells ->> 'track_slug', 'session', cells ->> 'session_id'
from changed_seed_rows
where seed_name = 'lap_exclusions'
"""
_KEEP_LABELS = """
create temporary table labels_before on commit drop as
select normalized_name from intermediate.int_people__shared_labels
"""
_DAYS_OF_LABELS: LiteralString = """
with changed_labels as (
    (select * from labels_before except select normalized_name from intermediate.int_people__shared_labels)
    union
    (select normalized_name from intermediate.int_people__shared_labels except select * from labels_before)
)
select distinct driver_people.track_slug, 'list', to_char(events.event_date, 'YYYY-MM-DD')
from analytics.driver_people
inner join racing.race_drivers
    on
        driver_people.driver_id = race_drivers.driver_id
        and race_drivers.display_name = any(driver_people.spellings)
inner join racing.races on race_drivers.race_id = races.id
inner join racing.events on races.event_id = events.id and driver_people.track_id = events.track_id
where
    exists (select from changed_labels)
    and array[driver_people.normalized_name, btrim(regexp_replace(driver_people.normalized_name, '[0-9]+', ''))]
    && array(select normalized_name from changed_labels)
"""


class SeedChanges:
    """What a transaction changes in `intermediate.seed_rows`. Make it before the first change."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute(_KEEP)
        # Before the first run of dbt nothing is derived yet, and there is no view.
        exists = "select to_regclass('intermediate.int_people__shared_labels') is not null"
        self._has_labels = connection.execute(exists).fetchone() == (True,)
        if self._has_labels:
            connection.execute(_KEEP_LABELS)

    def queue_days(self) -> None:
        """Queue the days that changed rows name or match."""
        self._connection.execute(_COMPARE)
        for days in (_DAYS_OF_TRACKS, _DAYS_OF_FLAGS, _SESSIONS):
            self._connection.execute(_QUEUE + days)
        if self._has_labels:
            self._connection.execute(_QUEUE + _DAYS_OF_LABELS)
