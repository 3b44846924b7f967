"""`make transform`: a first build, and what a change costs however long the history is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bench import changes, dlt_loads, laps_by_hand, row_by_row
from bench.commands import run
from bench.history import LAPS_OF_A_SESSION, fill
from bench.measuring import in_turns, seconds_of
from bench.scratch import Scratch
from bench.stored_items import stored_items
from bench.table import Line, Target
from scraper.database.connection import Database

LAPS_PER_SECOND, TIMES_DLT = 100_000, 5
SECONDS_FOR_NOTHING, GROWTH = 5, 1.3
_SESSIONS_ROW_BY_ROW = 300

NOTHING, ONE_PERCENT = "nothing changed", "1 % of the days edited"
_CHANGES = {
    NOTHING: changes.nothing,
    "one new day": changes.one_new_day,
    "one day edited": changes.one_day_edited,
    ONE_PERCENT: changes.one_percent_edited,
}

_WHY_SLOW = "beside the laps it makes six more tables, compares, checks keys and tests; dbt's own seconds count, too"
_WHY_NOT_TIMES_DLT = "dlt only lands the pages, their laps as text; tables, keys, comparison and tests come after that"
_WHY_NOT_NOTHING = "something was left to do, or nobody could tell that there was nothing: dbt was started"
_WHY_GROWTH = "some query of the run reads what grows with the history"


@dataclass(frozen=True)
class History:
    """A database with so many sessions, whose transform is warm: dbt has parsed the project."""

    sessions: int
    database: Database
    scratch: Scratch

    @property
    def laps(self) -> int:
        """How many laps it has at first."""
        return self.sessions * LAPS_OF_A_SESSION

    def transform(self) -> None:
        """`make transform`, as a process of its own."""
        run("transform", self.database, self.scratch.folder)


def measure(scratch: Scratch, sizes: Sequence[int], rounds: int) -> Iterator[Line]:
    """A line per first build, one for row by row, and one per change and size."""
    smallest, *longer = sorted(set(sizes))
    histories = [_history(scratch, smallest)]
    landing = dlt_loads.land(histories[0].database, scratch.database("dlt_landing"), scratch.folder, nested=True)
    by_dlt = histories[0].laps / landing
    rate, line = _first_build(histories[0], by_dlt)
    yield line
    yield _row_by_row(scratch, histories[0], rate)
    for size in longer:
        histories.append(_history(scratch, size))
        yield _first_build(histories[-1], by_dlt)[1]
    for change, happen in _CHANGES.items():
        yield from _growth(change, happen, histories, rounds)


def _history(scratch: Scratch, sessions: int) -> History:
    history = History(sessions, scratch.database(f"history_{sessions}"), scratch)
    history.transform()
    fill(history.database, sessions)
    return history


def _first_build(history: History, by_dlt: float) -> tuple[float, Line]:
    """Our laps a second, and the line that compares them with the hand-written table's right before and after."""
    floor = partial(laps_by_hand.make, history.database)
    floor_before, seconds, floor_after = seconds_of(floor), seconds_of(history.transform), seconds_of(floor)
    rate, floor_rate = history.laps / seconds, 2 * history.laps / (floor_before + floor_after)
    return rate, Line(
        f"first build of {history.sessions:,} sessions",
        f"{seconds:.1f} s, {rate:,.0f} laps/s",
        f"hand-written create table as: {floor_rate:,.0f} laps/s; dlt landing the smallest: {by_dlt:,.0f} laps/s",
        f"{rate / floor_rate:.1%} of the hand-written; {rate / by_dlt:.1f} × dlt",
        [
            Target(rate, LAPS_PER_SECOND, f"≥ {LAPS_PER_SECOND:,} laps/s", _WHY_SLOW),
            Target(rate / by_dlt, TIMES_DLT, f"≥ {TIMES_DLT} × dlt", _WHY_NOT_TIMES_DLT),
        ],
    )


def _row_by_row(scratch: Scratch, history: History, rate: float) -> Line:
    pages = [item for item in stored_items(history.database) if item.kind == "session"][:_SESSIONS_ROW_BY_ROW]
    seconds = seconds_of(partial(row_by_row.load, scratch.database("row_by_row"), pages))
    row_by_row_rate = len(pages) * LAPS_OF_A_SESSION / seconds
    return Line(
        f"first build of {history.sessions:,} sessions, again",
        f"{rate:,.0f} laps/s",
        f"row by row with SQLAlchemy, {len(pages):,} sessions: {row_by_row_rate:,.0f} laps/s",
        f"{rate / row_by_row_rate:.1f} × row by row",
    )


def _growth(
    change: str, happen: Callable[[Database], None], histories: Sequence[History], rounds: int
) -> Iterator[Line]:
    by_name = {f"{history.sessions:,}": history for history in histories}
    timings = in_turns(
        {name: history.transform for name, history in by_name.items()},
        rounds,
        before_each=lambda name: happen(by_name[name].database),
    )
    smallest = next(iter(by_name))
    for name in by_name:
        growth = timings.ratio(name, to=smallest)
        yield Line(
            f"{change}, {name} sessions stored",
            f"{timings.median(name):.1f} s",
            f"at {smallest}: {timings.median(smallest):.1f} s" if name != smallest else "",
            f"{growth:.2f} ×" if name != smallest else "",
            list(_targets(change, timings.median(name), growth, is_smallest=name == smallest)),
        )


def _targets(change: str, seconds: float, growth: float, *, is_smallest: bool) -> Iterator[Target]:
    if change == NOTHING:
        yield Target(seconds, SECONDS_FOR_NOTHING, f"≤ {SECONDS_FOR_NOTHING} s", _WHY_NOT_NOTHING, is_ceiling=True)
    if change != ONE_PERCENT and not is_smallest:
        yield Target(growth, GROWTH, f"≤ {GROWTH} × the smallest", _WHY_GROWTH, is_ceiling=True)
