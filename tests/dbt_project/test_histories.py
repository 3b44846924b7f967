"""After any history of pages and runs the final schema equals one that is built from the raw rows alone.

Pages are fetched, edited, shrunk, emptied, reverted, lost and committed late; runs are transforms, plain or full, in
batches of any size, killed after any statement, and runs of some models only. SOAK=1 runs a thousand histories.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scraper.database.connection import Database
from scraper.transform import batches
from tests.dbt_project.raw_pages import DAY, DayList, Failure, Page, SessionPage, lap, listed, store
from tests.dbt_project.replay import ANALYTICS, BATCH_TABLES, BEFORE_ANALYTICS, RACING, Recording
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.soak_table import Tally, is_soak, trials

TRACK = "histories"
DAYS = (DAY, DAY + timedelta(days=1))
SESSIONS = (1, 2, 3, 4)
HISTORIES = trials(quick=20, full=1000)
FOR_EVERY_HISTORY = settings(
    max_examples=HISTORIES,
    derandomize=not is_soak(),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

NAMES = st.sampled_from(["Unknown Driver", "Ana Ruiz", "Ben Okafor", ""])
TRANSPONDERS = st.sampled_from(["", "7000001", "7000002"])
LISTS = st.builds(
    lambda sessions, day, unreadable, more: DayList(
        [listed(session) for session in sessions], day, unreadable, None if more is None else len(sessions) + more
    ),
    st.lists(st.sampled_from(SESSIONS), unique=True),
    st.sampled_from(DAYS),
    st.sampled_from([[], [], ["a row without a link"]]),
    st.sampled_from([None, 0, 1]),
)
SESSION_PAGES = st.builds(
    lambda session, name, transponder, laps: SessionPage(
        session, name, transponder, [lap(number + 1, f"{30 + number}.5") for number in range(laps)]
    ),
    st.sampled_from(SESSIONS),
    NAMES,
    TRANSPONDERS,
    st.integers(0, 3),
)


@dataclass(frozen=True)
class Late:
    """A page that is written now, and committed only at the end of the history, or when the history says so."""

    page: Page


@dataclass(frozen=True)
class Run:
    """A transform, full or not, killed or not; or a run of some models by hand."""

    is_full: bool = False
    models: tuple[str, ...] = ()
    killed_at: float | None = None
    sessions_per_batch: int = batches.SESSIONS_PER_BATCH


COMMIT_LATE = "commit what is late"
# Session 4 is the one that fails: a late page of it would lock its row of failed_pages.
PAGES = st.one_of(LISTS, SESSION_PAGES, st.just(Failure(4)))
LATE = st.builds(Late, st.one_of(LISTS, SESSION_PAGES.filter(lambda page: page.session_id != 4)))
MODELS = (*BATCH_TABLES, *RACING)
BATCH_SIZES = st.sampled_from([1, 2, batches.SESSIONS_PER_BATCH])
FEW_MODELS = st.sets(st.sampled_from(MODELS), min_size=1, max_size=6)
RUNS = st.one_of(
    st.builds(Run, st.booleans(), sessions_per_batch=BATCH_SIZES),
    st.builds(Run, st.booleans(), killed_at=st.floats(0, 1), sessions_per_batch=BATCH_SIZES),
    st.builds(Run, models=FEW_MODELS.map(tuple), sessions_per_batch=BATCH_SIZES),
    st.builds(
        Run,
        models=FEW_MODELS.map(lambda left_out: tuple(name for name in MODELS if name not in left_out)),
        sessions_per_batch=BATCH_SIZES,
    ),
)
EVENTS = st.lists(st.one_of(PAGES, PAGES, LATE, RUNS, RUNS, st.just(COMMIT_LATE)), min_size=6, max_size=14)
# Most events need listed sessions, some need derived ones. The second run of SETTLED leaves empty batch tables, which a
# run of some models then reads.
LISTED = [DayList([listed(session) for session in SESSIONS])]
SETTLED = [*LISTED, *(SessionPage(session, "Ana Ruiz", f"700000{session}") for session in SESSIONS), Run(), Run()]
HISTORY = st.builds(lambda beginning, events: [*beginning, *events], st.sampled_from([LISTED, SETTLED]), EVENTS)


@dataclass
class Warehouse:
    """A database, and runs of dbt on it."""

    database: Database
    recording: Recording
    has_watermark: bool = False
    highest_entry: int = 0
    late: list[psycopg.Connection[Any]] = field(default_factory=list)

    def empty(self) -> None:
        """Delete everything."""
        self.highest_entry = 0
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(
                "truncate raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.transform_queue "
                "restart identity"
            )
        self.forget_what_is_derived()

    def forget_what_is_derived(self) -> None:
        """Keep only the raw rows and the queue."""
        final = [*(f"racing.{name}" for name in RACING), *(f"analytics.{name}" for name in ANALYTICS)]
        of_batch = ["transform_batch", "transform_batch_days", "transform_batch_entries", "affected_drivers"]
        intermediate = (*BATCH_TABLES, *BEFORE_ANALYTICS, *of_batch)
        derived = ", ".join([*final, *(f"intermediate.{name}" for name in intermediate)])
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(f"truncate {derived}, intermediate.transforms".encode())

    def store(self, page: Page) -> None:
        """Store a page and commit."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            store(connection, TRACK, page)

    def store_late(self, page: Page) -> None:
        """Store a page and leave the transaction open."""
        connection = psycopg.connect(self.database.conninfo)
        self.late.append(connection)
        connection.execute("select 1")
        store(connection, TRACK, page)

    def commit_late(self) -> None:
        """Commit the open transactions, the latest first."""
        while self.late:
            connection = self.late.pop()
            connection.commit()
            connection.close()

    def run(self, run: Run) -> None:
        """Do a run, or the part of it before it is killed."""
        if self.has_watermark and not run.is_full:
            self._forget_entries_below_the_watermark()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batches, "SESSIONS_PER_BATCH", run.sessions_per_batch)
            if run.models:
                self.recording.partial(self.database, run.models)
            else:
                until = None if run.killed_at is None else int(run.killed_at * self.recording.length)
                self.recording.transform(self.database, until, is_full=run.is_full)

    def _forget_entries_below_the_watermark(self) -> None:
        """The seeded defect: entries are numbered when they are written, and read as newer than the last one."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute("delete from raw.transform_queue where entry_id <= %s", [self.highest_entry])
            [highest] = connection.execute("select coalesce(max(entry_id), 0) from raw.transform_queue").fetchone() or [
                0
            ]
            self.highest_entry = max(self.highest_entry, highest)

    def row_versions(self) -> list[tuple[Any, ...]]:
        """A fingerprint that any write changes."""
        query = " union all ".join(f"select '{name}', ctid::text, xmin::text from racing.{name}" for name in RACING)
        with psycopg.connect(self.database.conninfo) as connection:
            return sorted(connection.execute(query.encode()).fetchall())


@pytest.fixture(scope="module")
def warehouse(shared_database: Database, recording: Recording) -> Iterator[Warehouse]:
    warehouse = Warehouse(shared_database, recording)
    yield warehouse
    warehouse.commit_late()


def live_through(warehouse: Warehouse, history: list[Any]) -> None:
    """A history with a transform at its end, a second transform that changes nothing, and a rebuild."""
    warehouse.empty()
    try:
        for event in history:
            if isinstance(event, Run):
                warehouse.run(event)
            elif isinstance(event, Late):
                warehouse.store_late(event.page)
            elif event == COMMIT_LATE:
                warehouse.commit_late()
            else:
                warehouse.store(event)
    finally:
        warehouse.commit_late()
    warehouse.run(Run())
    found = final_rows(warehouse.database, WHEN_WRITTEN)
    versions = warehouse.row_versions()
    warehouse.run(Run())
    assert warehouse.row_versions() == versions
    warehouse.forget_what_is_derived()
    warehouse.run(Run(is_full=True))
    assert differences(found, final_rows(warehouse.database, WHEN_WRITTEN)) == []


def test_any_history_ends_as_a_rebuild_does(warehouse: Warehouse, tally: Tally) -> None:
    tally.promise = "histories whose end differs from a rebuild"
    warehouse.has_watermark = False

    @FOR_EVERY_HISTORY
    @given(HISTORY)
    def live(history: list[Any]) -> None:
        live_through(warehouse, history)
        tally.trials += 1
        tally.faults += sum(not isinstance(each, (DayList, SessionPage)) for each in history)

    live()


@pytest.mark.reliability
def test_histories_find_the_loss_of_a_watermark(warehouse: Warehouse) -> None:
    warehouse.has_watermark = True
    wrong = 0

    # The same twelve each time: a watermark may get none of twelve random histories wrong.
    @settings(FOR_EVERY_HISTORY, max_examples=12, phases=[Phase.generate], derandomize=True)
    @given(HISTORY)
    def count_what_goes_wrong(history: list[Any]) -> None:
        nonlocal wrong
        try:
            live_through(warehouse, history)
        except AssertionError:
            wrong += 1

    count_what_goes_wrong()
    assert wrong >= 3


def test_a_change_that_is_reverted_after_a_cut_short_run_leaves_no_driver_and_no_name_behind(
    warehouse: Warehouse,
) -> None:
    warehouse.has_watermark = False
    before_race_drivers = Run(models=(*BATCH_TABLES, "tracks", "events", "races", "drivers"))
    live_through(
        warehouse,
        [
            DayList([listed(1), listed(2)], date(2025, 10, 25)),
            SessionPage(1, "Ana Ruiz", "7000001"),
            SessionPage(2, "Ben Okafor", "7000002"),
            Run(),
            SessionPage(1, "Ana Ruiz", "7000003"),
            before_race_drivers,
            SessionPage(1, "Cara Lind", "7000002"),
            before_race_drivers,
            SessionPage(1, "Ana Ruiz", "7000001"),
        ],
    )


def test_a_run_without_race_drivers_leaves_no_driver_behind(warehouse: Warehouse) -> None:
    warehouse.has_watermark = False
    live_through(
        warehouse,
        [
            DayList([listed(1)]),
            Run(models=(*BATCH_TABLES, "tracks", "events", "races", "drivers")),
            SessionPage(1, "Ana Ruiz", "7000001"),
        ],
    )


def test_a_run_of_some_models_loses_no_session_of_a_day_that_it_has_not_read_whole(warehouse: Warehouse) -> None:
    """Nor the day itself: the next batch finds the day of a page by the stored sessions."""
    warehouse.has_watermark = False
    days_alone = ("int_practice__days",)
    has_nothing_to_do = Run()
    live_through(
        warehouse,
        [
            DayList([listed(1), listed(2)]),
            Run(),
            has_nothing_to_do,
            SessionPage(1, "Ana Ruiz", "7000001"),
            Run(models=(*days_alone, "races")),
        ],
    )


def test_batch_tables_of_different_days_delete_no_lap(warehouse: Warehouse) -> None:
    """Sessions of the new day beside the identities of the settled one have no lap in common."""
    warehouse.has_watermark = False
    without_identities = tuple(name for name in MODELS if name != "int_practice__driver_identities")
    live_through(
        warehouse,
        [
            DayList([listed(1)], DAYS[0]),
            SessionPage(1, "Ana Ruiz", "7000001"),
            Run(),
            DayList([listed(2)], DAYS[1]),
            SessionPage(2, "Ben Okafor", "7000002"),
            Run(models=without_identities),
        ],
    )


def test_a_day_that_is_deferred_after_a_cut_short_run_leaves_no_driver_behind(warehouse: Warehouse) -> None:
    """The cut short run wrote the driver of a day that the next batch does not have."""
    warehouse.has_watermark = False
    before_race_drivers = (*BATCH_TABLES, "tracks", "events", "races", "drivers")
    live_through(
        warehouse,
        [
            DayList([listed(2)], DAYS[1]),
            SessionPage(2, "Ana Ruiz", "7000001"),
            Run(),
            SessionPage(2, "Ana Ruiz", "7000003"),
            Run(models=before_race_drivers),
            SessionPage(2, "Ana Ruiz", "7000001"),
            DayList([listed(1)], DAYS[0]),
            Run(models=before_race_drivers, sessions_per_batch=1),
        ],
    )
