"""Checks of the lists that analysts own."""

from collections.abc import Iterator

import psycopg

from scraper.doctor.check import Check, ok, problem, warning
from scraper.seeds.files import check_seeds, describe


def check_seed_rows(connection: psycopg.Connection) -> Iterator[Check]:
    """Name the files and rows of the seeds that have no effect."""
    faults = check_seeds(connection)
    for fault in faults:
        if fault.is_of_file:
            yield problem("seeds", str(fault))
    for line in describe([fault for fault in faults if not fault.is_of_file]):
        yield warning("seeds", line)
    if not faults:
        yield ok("seeds", "every row has its effect")
