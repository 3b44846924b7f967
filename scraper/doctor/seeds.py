"""Checks of the lists that analysts own."""

from collections.abc import Iterator

import psycopg

from scraper.doctor.check import Check, ok, warning
from scraper.seeds.files import check_seeds, describe


def check_seed_rows(connection: psycopg.Connection) -> Iterator[Check]:
    """Name the rows of the seeds that a transform leaves out."""
    bad_rows = check_seeds(connection)
    for line in describe(bad_rows):
        yield warning("seeds", line)
    if not bad_rows:
        yield ok("seeds", "every row can be used")
