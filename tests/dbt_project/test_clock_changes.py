"""Sessions around every change of the clock end on the right day, and their times in UTC are the instants meant."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, Row, SessionPage, lap, listed, store, store_zone
from tests.dbt_project.replay import Recording

TIMEOUT = timedelta(minutes=3)
LAPS = 4
# The last changes back and forward of 2026, in UTC; Lord Howe changes by half an hour.
CHANGES = {
    "Europe/Vienna": (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    "Europe/Dublin": (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)),
    "America/Havana": (datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 3, 8, 5, tzinfo=UTC)),
    "Australia/Sydney": (datetime(2026, 4, 4, 16, tzinfo=UTC), datetime(2026, 10, 3, 16, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
}


@dataclass(frozen=True)
class Drive:
    """A session as it was, by true instants."""

    session_id: int
    zone: str
    start: datetime
    length: timedelta

    @property
    def track(self) -> str:
        return self.zone.replace("/", "").replace("_", "").lower()

    def clock(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone))

    def wall(self, instant: datetime) -> datetime:
        return self.clock(instant).replace(tzinfo=None)

    @property
    def end(self) -> datetime:
        """The last crossing."""
        return self.start + self.length

    @property
    def unseen(self) -> timedelta:
        """What a page cannot show: a session within the first of two equal hours is taken for one in the second."""
        page_end = self.end + TIMEOUT
        are_repeated = all(
            self.clock(each).fold == 0
            and self.clock(each).replace(fold=0).utcoffset() != self.clock(each).replace(fold=1).utcoffset()
            and self.clock(each).replace(fold=1).astimezone(UTC).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
            == self.wall(each)
            for each in (self.start, page_end)
        )
        offsets = [self.clock(self.start).replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
        return offsets[0] - offsets[1] if are_repeated else timedelta()

    def row(self) -> Row:
        return listed(self.session_id, started_at=f"{self.wall(self.start)}", length=self._length)

    def page(self) -> SessionPage:
        fields = {
            "date": f"{self.wall(self.start):%B %d, %Y (%A)}",
            "start": f"{self.wall(self.start):%H:%M:%S}",
            "end": f"{self.wall(self.end + TIMEOUT):%H:%M:%S}",
            "length": self._length,
        }
        return SessionPage(self.session_id, laps=[self._lap(number) for number in range(1, LAPS + 1)], fields=fields)

    def _lap(self, number: int) -> Row:
        finished = self.wall(self.start + self.length * number / LAPS)
        seconds = int(self.length.total_seconds()) // LAPS
        clocks = {"date": f"{finished:%Y-%m-%d}", "time": f"{finished:%H:%M:%S}"}
        return lap(number, f"{seconds // 60}:{seconds % 60:02}", **clocks)

    @property
    def _length(self) -> str:
        seconds = int(self.length.total_seconds())
        return f"{seconds // 60}:{seconds % 60:02}"


def drives() -> Iterator[Drive]:
    """Sessions of several lengths that begin at several times before and after every change."""
    number = 0
    for zone, changes in CHANGES.items():
        for change in changes:
            for minutes in range(-135, 136, 15):
                for length in (4, 20, 50, 100):
                    number += 1
                    start = change + timedelta(minutes=minutes, seconds=number % 60)
                    yield Drive(number, zone, start, timedelta(minutes=length))


DRIVES = {drive.session_id: drive for drive in drives()}
_TIMES = """
select
    races.source_race_id::integer,
    races.start_time,
    (races.race_metadata ->> 'end_time')::timestamp,
    races.start_time_utc,
    sessions.end_time,
    sessions.end_time_utc
from racing.races as races
inner join analytics.sessions as sessions on races.id = sessions.race_id
"""


@pytest.fixture(scope="module")
def times(shared_database: Database, recording: Recording) -> dict[int, tuple[datetime, ...]]:
    """The derived times by session."""
    days: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for drive in DRIVES.values():
        days[drive.track, drive.wall(drive.start).date()].append(drive.row())
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        for drive in {drive.zone: drive for drive in DRIVES.values()}.values():
            store_zone(connection, drive.track, drive.zone)
        for (track, day), rows in days.items():
            store(connection, track, DayList(rows, day))
        for drive in DRIVES.values():
            store(connection, drive.track, drive.page())
        recording.transform(shared_database)
        return {row[0]: row[1:] for row in connection.execute(_TIMES)}


def test_every_session_has_its_times(times: dict[int, tuple[datetime, ...]]) -> None:
    expected = {
        each.session_id: (
            each.wall(each.start),
            each.wall(each.end + TIMEOUT),
            each.start + each.unseen,
            each.wall(each.end),
            each.end + each.unseen,
        )
        for each in DRIVES.values()
    }
    wrong = {number: (DRIVES[number], times[number], row) for number, row in expected.items() if times[number] != row}
    assert wrong == {}
    backwards = [row for row in expected.values() if row[1] < row[0]]
    assert len(backwards) > 20


def test_pauses_are_counted_in_instants(shared_database: Database, recording: Recording) -> None:
    """The clock shows 02:50 to 02:10, 02:30 to 02:50 and 03:10 to 03:30, with 20 minutes in between."""
    change = CHANGES["Europe/Vienna"][0]
    driven = [
        Drive(number, "Europe/Vienna", change + timedelta(minutes=minutes), timedelta(minutes=20))
        for number, minutes in ((900_001, -10), (900_002, 30), (900_003, 70))
    ]
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        store_zone(connection, "pauses", "Europe/Vienna")
        store(connection, "pauses", DayList([each.row() for each in driven], date(2026, 10, 25)))
        for each in driven:
            store(connection, "pauses", each.page())
        recording.transform(shared_database)
        rows = connection.execute(
            "select session_id, seconds_since_last_session from analytics.sessions where track_slug = 'pauses'"
            " order by session_of_day"
        ).fetchall()
    assert rows == [("900001", None), ("900002", 1200), ("900003", 1200)]
