"""`make transform`: the first build, and the cost of a change by length of history."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bench import changes
from bench.commands import run
from bench.competitors import dlt_loads, laps_by_hand, row_by_row
from bench.measuring import alternate, seconds_of
from bench.scratch import Scratch
from bench.settings import Settings
from bench.stored_items import stored_items
from bench.table import Line, Target
from scraper.database.connection import Database
from tests.support.history import LAPS_OF_A_SESSION, add_day, fill

LAPS_PER_SECOND, TIMES_DLT = 100_000, 5
SECONDS_FOR_NOTHING, GROWTH = 5, 1.3
_SESSIONS_ROW_BY_ROW = 300

NOTHING, ONE_PERCENT = "nothing changed", "1 % of the days edited"
_CHANGES = {
    NOTHING: changes.change_nothing,
    "one new day": add_day,
    "one day edited": changes.edit_one_day,
    ONE_PERCENT: changes.edit_one_percent,
}

_WHY_SLOW = (
    "the transform also writes six other tables, compares rows, checks keys and runs tests; dbt's own time counts too"
)
_WHY_NOT_TIMES_DLT = "dlt only stores the pages, with laps as text; it makes no tables, keys, comparisons or tests"
_WHY_NOT_NOTHING = "dbt was started although nothing had changed"
_WHY_GROWTH = "a query of the run reads rows whose number grows with the history"


@dataclass(frozen=True)
class History:
    """A database with `sessions` sessions, for which dbt has parsed the project."""

    sessions: int
    database: Database
    scratch: Scratch

    @property
    def laps(self) -> int:
        """Return the number of laps before the first change."""
        return self.sessions * LAPS_OF_A_SESSION

    def transform(self) -> None:
        """Run `make transform` in a process of its own."""
        run("transform", self.database, self.scratch.folder)


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line per first build, one for the row-by-row importer, and one per change and length of history."""
    smallest, *longer = sorted(set(settings.sessions))
    histories = [_history(scratch, smallest)]
    dlt_seconds = dlt_loads.load(histories[0].database, scratch.database("dlt"), scratch.folder, nested=True)
    by_dlt = histories[0].laps / dlt_seconds
    rate, line = _first_build(histories[0], by_dlt)
    yield line
    yield _row_by_row(scratch, histories[0], rate)
    for size in longer:
        histories.append(_history(scratch, size))
        yield _first_build(histories[-1], by_dlt)[1]
    for change, apply in _CHANGES.items():
        yield from _growth(change, apply, histories, settings.rounds)


def _history(scratch: Scratch, sessions: int) -> History:
    history = History(sessions, scratch.database(f"history_{sessions}"), scratch)
    history.transform()
    fill(history.database, sessions)
    return history


def _first_build(history: History, by_dlt: float) -> tuple[float, Line]:
    """Return our laps per second, and the line that compares them with a hand-written table before and after."""
    floor = partial(laps_by_hand.make, history.database)
    floor_before, seconds, floor_after = seconds_of(floor), seconds_of(history.transform), seconds_of(floor)
    rate, floor_rate = history.laps / seconds, 2 * history.laps / (floor_before + floor_after)
    return rate, Line(
        f"first build of {history.sessions:,} sessions",
        f"{seconds:.1f} s, {rate:,.0f} laps/s",
        f"hand-written create table as: {floor_rate:,.0f} laps/s; dlt, shortest history: {by_dlt:,.0f} laps/s",
        f"{rate / floor_rate:.1%} of the hand-written; {rate / by_dlt:.1f} × dlt",
        [
            Target(rate, LAPS_PER_SECOND, f"≥ {LAPS_PER_SECOND:,} laps/s", _WHY_SLOW),
            Target(rate / by_dlt, TIMES_DLT, f"≥ {TIMES_DLT} × dlt", _WHY_NOT_TIMES_DLT),
        ],
    )


def _row_by_row(scratch: Scratch, history: History, rate: float) -> Line:
    pages = [item for item in stored_items(history.database) if item.page.kind == "session"][:_SESSIONS_ROW_BY_ROW]
    seconds = seconds_of(partial(row_by_row.load, scratch.database("row_by_row"), pages))
    row_by_row_rate = len(pages) * LAPS_OF_A_SESSION / seconds
    return Line(
        f"first build of {history.sessions:,} sessions, again",
        f"{rate:,.0f} laps/s",
        f"row by row with SQLAlchemy, {len(pages):,} sessions: {row_by_row_rate:,.0f} laps/s",
        f"{rate / row_by_row_rate:.1f} × row by row",
    )


def _growth(
    change: str, apply: Callable[[Database], None], histories: Sequence[History], rounds: int
) -> Iterator[Line]:
    by_name = {f"{history.sessions:,}": history for history in histories}
    timings = alternate(
        {name: history.transform for name, history in by_name.items()},
        rounds,
        before_each=lambda name: apply(by_name[name].database),
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
        yield Target(growth, GROWTH, f"≤ {GROWTH} × the shortest", _WHY_GROWTH, is_ceiling=True)
