"""`make transform` of both checkouts, on equal histories."""

from collections.abc import Callable, Iterator, Mapping

from bench import changes
from bench.comparison.sides import OTHER, THIS, Cost, both_sides, costs_line
from bench.measuring import alternating_orders
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line
from scraper.database.connection import Database
from tests.support.history import add_day, fill

_REPEATS = 10  # of the step that takes a fraction of a second


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line per step. Every round takes all steps in a new database, each step on both sides."""
    sessions = min(settings.sessions)
    nothing_changed = "transform when nothing changed"
    steps: Mapping[str, Callable[[Database], None]] = {
        "transform of an empty database, dbt parses the project": changes.change_nothing,
        f"first build of {sessions:,} sessions": lambda database: fill(database, sessions),
        "transform of one new day": add_day,
        nothing_changed: changes.change_nothing,
        "transform of one edited day": changes.edit_one_day,
    }
    costs: dict[str, dict[str, list[Cost]]] = {step: {THIS: [], OTHER: []} for step in steps}
    with both_sides(scratch, settings) as sides:
        for number, order in enumerate(alternating_orders([THIS, OTHER], settings.rounds)):
            databases = {name: sides[name].database(f"transform_{number}") for name in order}
            for step, change in steps.items():
                for name in order * (_REPEATS if step == nothing_changed else 1):
                    change(databases[name])
                    costs[step][name].append(sides[name].cost("transform", databases[name]))
    for step in steps:
        yield costs_line(step, costs[step])
