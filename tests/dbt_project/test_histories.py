"""Random histories of pages and runs, and afterwards the final schema equal to one built from the raw rows alone.

Pages are fetched, edited, shrunk, emptied, reverted, lost and committed late; runs are whole, full, killed after any
statement, or of some models only. SOAK=1 asks for a thousand histories; a few seconds are for every day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DAY, DayList, Failure, Page, SessionPage, lap, listed, store
from tests.dbt_project.replay import RACING, WORKING_SET, Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.soak_table import Tally, is_soak, trials

TRACK = "histories"
DAYS = (DAY, DAY + timedelta(days=1))
SESSIONS = (1, 2, 3, 4)
HISTORIES = trials(quick=20, full=1000)
FOR_EVERY_HISTORY = settings(
    max_examples=HISTORIES,
    deadline=None,
    derandomize=not is_soak(),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

NAMES = st.sampled_from(["Unknown Driver", "Ana Ruiz", "Ben Okafor", ""])
TRANSPONDERS = st.sampled_from(["", "7000001", "7000002"])
LISTS = st.builds(
    lambda sessions, day, unreadable: DayList([listed(session) for session in sessions], day, unreadable),
    st.lists(st.sampled_from(SESSIONS), unique=True),
    st.sampled_from(DAYS),
    st.sampled_from([[], [], ["a row without a link"]]),
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
    """A page that is written now, and committed only when the history is over or says so."""

    page: Page


@dataclass(frozen=True)
class Run:
    """A transform: full or not, of all models or some, killed or not."""

    is_full: bool = False
    models: tuple[str, ...] = ()
    killed_at: float | None = None


COMMIT_LATE = "commit what is late"
# Session 4 is the one that fails: a late page of it would hold the row that says so.
PAGES = st.one_of(LISTS, SESSION_PAGES, st.just(Failure(4)))
LATE = st.builds(Late, st.one_of(LISTS, SESSION_PAGES.filter(lambda page: page.session_id != 4)))
MODELS = (*WORKING_SET, *RACING)
FEW_MODELS = st.sets(st.sampled_from(MODELS), min_size=1, max_size=6)
RUNS = st.one_of(
    st.builds(Run, st.booleans()),
    st.builds(Run, st.booleans(), killed_at=st.floats(0, 1)),
    st.builds(Run, models=FEW_MODELS.map(tuple)),
    st.builds(Run, models=FEW_MODELS.map(lambda left_out: tuple(name for name in MODELS if name not in left_out))),
)
HAPPENINGS = st.lists(st.one_of(PAGES, PAGES, LATE, RUNS, RUNS, st.just(COMMIT_LATE)), min_size=6, max_size=14)
# Most happenings mean something only where sessions are listed, some only where all is derived: the second run leaves a
# working set with nothing in it, on which a run of some models then stands.
LISTED = [DayList([listed(session) for session in SESSIONS])]
SETTLED = [*LISTED, *(SessionPage(session, "Ana Ruiz", f"700000{session}") for session in SESSIONS), Run(), Run()]
HISTORY = st.builds(
    lambda beginning, happenings: [*beginning, *happenings], st.sampled_from([LISTED, SETTLED]), HAPPENINGS
)


@dataclass
class Warehouse:
    """A database, and both kinds of run to do there."""

    database: Database
    incremental: Recording
    full: Recording
    has_watermark: bool = False
    highest_line: int = 0
    late: list[psycopg.Connection[Any]] = field(default_factory=list)

    def empty(self) -> None:
        """Begin anew."""
        self.highest_line = 0
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(
                "truncate raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.work_list restart identity"
            )
        self.forget_what_is_derived()

    def forget_what_is_derived(self) -> None:
        """Only the raw rows stay."""
        derived = ", ".join([*(f"racing.{name}" for name in RACING), *(f"intermediate.{name}" for name in WORKING_SET)])
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(f"truncate {derived}, intermediate.transforms".encode())

    def store(self, page: Page) -> None:
        """A page, committed."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            store(connection, TRACK, page)

    def store_late(self, page: Page) -> None:
        """A page whose transaction stays open."""
        connection = psycopg.connect(self.database.conninfo)
        self.late.append(connection)
        connection.execute("select 1")
        store(connection, TRACK, page)

    def commit_late(self) -> None:
        """End the open transactions, the latest first."""
        while self.late:
            connection = self.late.pop()
            connection.commit()
            connection.close()

    def run(self, run: Run) -> None:
        """Do a run, or a part of one."""
        recording = self.full if run.is_full else self.incremental
        if self.has_watermark and not run.is_full:
            self._forget_lines_below_the_watermark()
        models = run.models or (*WORKING_SET, *RACING, "end")
        recording.replay(
            self.database, models, None if run.killed_at is None else int(run.killed_at * recording.length)
        )

    def _forget_lines_below_the_watermark(self) -> None:
        """The planted mistake: lines are numbered when they are written, and asked for as newer than the last one."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute("delete from raw.work_list where line_id <= %s", [self.highest_line])
            [highest] = connection.execute("select coalesce(max(line_id), 0) from raw.work_list").fetchone() or [0]
            self.highest_line = max(self.highest_line, highest)

    def row_versions(self) -> list[tuple[Any, ...]]:
        """A fingerprint that any write changes."""
        query = " union all ".join(f"select '{name}', ctid::text, xmin::text from racing.{name}" for name in RACING)
        with psycopg.connect(self.database.conninfo) as connection:
            return sorted(connection.execute(query.encode()).fetchall())


@pytest.fixture(scope="module")
def warehouse(
    shared_database: Database, dbt_artifacts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    commands = Commands(shared_database, dbt_artifacts)
    commands.succeed("transform")
    logs = tmp_path_factory.mktemp("recorded")
    warehouse = Warehouse(
        shared_database,
        Recording.of(commands, logs / "incremental"),
        Recording.of(commands, logs / "full", "--full-refresh"),
    )
    yield warehouse
    warehouse.commit_late()


def live_through(warehouse: Warehouse, history: list[Any]) -> None:
    """A history, with a run at its end; then a second run, and a rebuild."""
    warehouse.empty()
    try:
        for happening in history:
            if isinstance(happening, Run):
                warehouse.run(happening)
            elif isinstance(happening, Late):
                warehouse.store_late(happening.page)
            elif happening == COMMIT_LATE:
                warehouse.commit_late()
            else:
                warehouse.store(happening)
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
    tally.promise = "histories that end otherwise than a rebuild"
    warehouse.has_watermark = False

    @FOR_EVERY_HISTORY
    @given(HISTORY)
    def live(history: list[Any]) -> None:
        live_through(warehouse, history)
        tally.trials += 1
        tally.faults += sum(not isinstance(each, (DayList, SessionPage)) for each in history)

    live()


def test_the_histories_find_a_watermark(warehouse: Warehouse) -> None:
    warehouse.has_watermark = True
    wrong = 0

    # The same ones each time: a dozen drawn at random may have none in them that a watermark gets wrong.
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


def test_a_reverted_change_of_a_killed_run_leaves_no_driver_and_no_name_behind(warehouse: Warehouse) -> None:
    warehouse.has_watermark = False
    before_race_drivers = Run(models=(*WORKING_SET, "tracks", "events", "races", "drivers"))
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


def test_a_full_run_that_is_killed_leaves_no_driver_behind(warehouse: Warehouse) -> None:
    warehouse.has_watermark = False
    live_through(
        warehouse,
        [
            DayList([listed(1)]),
            Run(is_full=True, models=(*WORKING_SET, "tracks", "events", "races", "drivers")),
            SessionPage(1, "Ana Ruiz", "7000001"),
        ],
    )


def test_a_run_of_some_models_loses_no_session_of_a_day_that_it_has_not_read_whole(warehouse: Warehouse) -> None:
    """Nor the day itself: the next run finds a page's day by the sessions that stand."""
    warehouse.has_watermark = False
    days_alone = ("int_practice__work_lines", "int_practice__touched_days", "int_practice__days")
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
