"""T4: transforms derive all pages, although pages are numbered in one order and committed in another.

In parallel a watermark reads pages with a higher number than the highest it has seen. It must lose pages: otherwise the
writers were not late, and the test shows nothing.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, SessionPage, listed, store
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.soak_table import Tally, is_soak

WRITERS = 8
LASTING_SECONDS = 20.0 if is_soak() else 3.0
PAGES_AT_ONCE = 30 if is_soak() else 10
# A crawler's transaction waits for disk and network: most are short, some are not.
LONGEST_HOLD_SECONDS = 0.4
BETWEEN_LOOKS_SECONDS = 0.1
SHARE_ROLLED_BACK = 0.1
LEAST_OVERLOOKED_BY_A_WATERMARK = 0.05


@dataclass
class LateWriter:
    """Stores days of sessions, each day in one transaction, which ends some time after its last page was written."""

    number: int
    database: Database
    committed: list[str] = field(default_factory=list)

    def write_until(self, end: float) -> None:
        """Write until this time of the monotonic clock."""
        chance = random.Random(self.number)
        with psycopg.connect(self.database.conninfo) as connection:
            day = date(2020, 1, 1)
            while time.monotonic() < end:
                day += timedelta(days=1)
                sessions = [f"{self.number}{day:%y%m%d}{place:02}" for place in range(PAGES_AT_ONCE)]
                connection.execute("select 1")  # begins the transaction: otherwise each page is committed at once
                store(connection, f"writer-{self.number}", DayList([listed(each) for each in sessions], day))
                for session in sessions:
                    store(connection, f"writer-{self.number}", SessionPage(session, transponder=session))
                time.sleep(chance.uniform(0, LONGEST_HOLD_SECONDS))
                if chance.random() < SHARE_ROLLED_BACK:
                    connection.rollback()
                else:
                    connection.commit()
                    self.committed += sessions


class Watermark:
    """The pages that a transform would see which reads only numbers above the highest it has seen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._highest = 0
        self.seen: set[str] = set()

    def look_until(self, is_over: Callable[[], bool]) -> None:
        """Look until it is over, and once more afterwards."""
        with psycopg.connect(self._database.conninfo, autocommit=True) as connection:
            while not is_over():
                self._look(connection)
                time.sleep(BETWEEN_LOOKS_SECONDS)
            self._look(connection)

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        newer = connection.execute(
            "select load_id, session_id from raw.practice_sessions where load_id > %s", [self._highest]
        ).fetchall()
        self.seen.update(session for _, session in newer)
        self._highest = max([self._highest, *(load_id for load_id, _ in newer)])


def test_pages_committed_in_any_order_are_all_derived(
    shared_database: Database, dbt_artifacts: Path, recording: Recording, tally: Tally
) -> None:
    tally.promise = "committed sessions that are not derived"
    commands = Commands(shared_database, dbt_artifacts)
    end = time.monotonic() + LASTING_SECONDS
    writers = [LateWriter(number, shared_database) for number in range(1, WRITERS + 1)]
    at_work = [threading.Thread(target=writer.write_until, args=[end]) for writer in writers]
    watermark = Watermark(shared_database)

    def is_over() -> bool:
        return not any(thread.is_alive() for thread in at_work)

    for thread in at_work:
        thread.start()
    looking = threading.Thread(target=watermark.look_until, args=[is_over])
    looking.start()
    while not is_over():
        recording.transform(shared_database)
    recording.transform(shared_database)
    looking.join()

    committed = {session for writer in writers for session in writer.committed}
    overlooked = committed - watermark.seen
    print(f"a watermark overlooks {len(overlooked)} of {len(committed)}")
    assert len(overlooked) >= LEAST_OVERLOOKED_BY_A_WATERMARK * len(committed)
    with psycopg.connect(shared_database.conninfo) as connection:
        derived = {driver for (driver,) in connection.execute("select source_driver_id from racing.drivers")}
        left = connection.execute("select count(*) from raw.transform_queue").fetchone()
    tally.trials, tally.faults, tally.losses = len(committed), len(overlooked), len(committed ^ derived)
    assert left == (0,)
    found = final_rows(shared_database, WHEN_WRITTEN)
    commands.succeed("transform", FULL="1")
    assert differences(found, final_rows(shared_database, WHEN_WRITTEN)) == []
