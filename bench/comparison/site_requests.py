"""Requests of crawls by both checkouts. They do not depend on the machine, so one round is enough."""

from collections.abc import Iterator

from bench import site_requests
from bench.comparison.sides import OTHER, THIS, both_sides, ratio_line
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line per occasion."""
    with both_sides(scratch, settings) as sides:
        these, others = (
            list(site_requests.occasions(side.database("requests"), side.scratch.folder, side.checkout))
            for side in (sides[THIS], sides[OTHER])
        )
    for this, other in zip(these, others, strict=True):
        ratio = this.crawled.requests / other.crawled.requests
        yield ratio_line(f"requests and bytes: {this.name}", str(this.crawled), str(other.crawled), ratio)
