"""Counts in every spelling, by the page objects and by the macro of the dbt project alike."""

from pathlib import Path

import psycopg
import pytest
from jinja2 import Environment, FileSystemLoader

from scraper.database.connection import Database
from scraper.pages import read_count

NUMBERS = {
    "0": 0,
    "487": 487,
    "999999999": 999_999_999,
    "1,100": 1100,
    "12,345,678": 12_345_678,
    "1.100": 1100,
    "1'100": 1100,
    "1’100": 1100,
    "1 100": 1100,
    "1\N{NO-BREAK SPACE}100": 1100,
    "1\N{THIN SPACE}100": 1100,
    "1\N{NARROW NO-BREAK SPACE}100": 1100,
}
NO_NUMBERS = ("", "many", "-1", "1.5", "1,10", "1,1000", "0,100", "1,100.5", "1,100.200", "1234,567", "9" * 10, "１２")
MACROS = Path("dbt_project/macros/text")


@pytest.mark.parametrize(("text", "number"), [*NUMBERS.items(), *((text, None) for text in NO_NUMBERS)])
def test_page_objects_read_counts(text: str, number: int | None) -> None:
    assert read_count(text) == number


def test_the_macro_reads_the_same_numbers(database: Database) -> None:
    macros = Environment(loader=FileSystemLoader(MACROS), autoescape=False)
    parse = macros.get_template("parse_numbers.sql").make_module().parse_integer("printed")  # type: ignore[attr-defined]
    query = f"select printed, {parse} from unnest(%s::text[]) as texts (printed)"
    with psycopg.connect(database.conninfo) as connection:
        read: dict[str, int | None] = dict(connection.execute(query.encode(), [[*NUMBERS, *NO_NUMBERS]]).fetchall())
    assert read == NUMBERS | dict.fromkeys(NO_NUMBERS)
