"""The two checkouts that are compared: each with its own environment, server and databases."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.commands import Checkout, run
from bench.comparison.server_processor import server_processor_seconds
from bench.measuring import Timings
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line, Target
from scraper.config import REPOSITORY
from scraper.database.connection import Database

THIS, OTHER = "this", "other"
MOST_TIMES = 1.05


@dataclass(frozen=True)
class Cost:
    """Processor seconds of a command and, meanwhile, of the database server."""

    command: float
    server: float

    @property
    def total(self) -> float:
        """Return their sum."""
        return self.command + self.server


@dataclass(frozen=True)
class Side:
    """A checkout with a server of its own."""

    checkout: Checkout
    scratch: Scratch

    def database(self, name: str) -> Database:
        """Create a database and migrate it by the checkout's own migrations."""
        database = self.scratch.empty_database(name)
        run("migrate", database, self.scratch.folder, self.checkout)
        return database

    def cost(self, command: str, database: Database, **settings: str) -> Cost:
        """Run the checkout's command, and return its cost."""
        server_before = server_processor_seconds(self.scratch.server)
        command_run = run(command, database, self.scratch.folder, self.checkout, **settings)
        return Cost(command_run.processor_seconds, server_processor_seconds(self.scratch.server) - server_before)


@contextmanager
def both_sides(scratch: Scratch, settings: Settings) -> Iterator[Mapping[str, Side]]:
    """Yield this checkout and the other one, each with a server that is stopped when the block ends."""
    if settings.against is None:
        raise ValueError("BENCH_AGAINST is not set")
    sides = {
        THIS: Side(installed(REPOSITORY, scratch.folder / "this.venv"), Scratch(scratch.folder / THIS)),
        OTHER: Side(installed(settings.against, scratch.folder / "other.venv"), Scratch(scratch.folder / OTHER)),
    }
    try:
        yield sides
    finally:
        for side in sides.values():
            side.scratch.server.stop()


def installed(folder: Path, environment: Path) -> Checkout:
    """Return the checkout in a folder with the packages that its users have, in an environment of its own.

    The environment of this benchmark has more packages: each command would look through them. All modules are compiled,
    so that no measured command compiles them. Later calls find the environment.
    """
    make = shutil.which("make") or "make"
    subprocess.run([make, "--silent", "-C", str(folder), f"VENV={environment}", f"{environment}/.ready"], check=True)
    checkout = Checkout(folder, environment / "bin" / "python")
    subprocess.run([str(checkout.python), "-m", "compileall", "-q", "scraper", "migrations"], cwd=folder, check=True)
    return checkout


def costs_line(what: str, costs: Mapping[str, list[Cost]]) -> Line:
    """Return the line that compares the median costs of both sides, one cost per round."""
    commands = Timings({name: [cost.command for cost in costs[name]] for name in costs})
    servers = Timings({name: [cost.server for cost in costs[name]] for name in costs})
    totals = Timings({name: [cost.total for cost in costs[name]] for name in costs})
    this, other = (
        f"{totals.median(name):.2f} s ({commands.median(name):.2f} s command, {servers.median(name):.2f} s server)"
        for name in (THIS, OTHER)
    )
    return ratio_line(what, this, other, totals.ratio(THIS, to=OTHER))


def ratio_line(what: str, this: str, other: str, ratio: float) -> Line:
    """Return a line whose target is that this checkout costs at most 1.05 times what the other one costs."""
    target = Target(ratio, MOST_TIMES, f"≤ {MOST_TIMES} × the other checkout", is_ceiling=True)
    return Line(what, this, f"other checkout: {other}", f"{ratio:.3f} ×", [target])
