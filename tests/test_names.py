"""Names fold by one rule in SQL and in Python, over all letters of Unicode's Latin script."""

import re
import sys
import unicodedata
from collections.abc import Iterator

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.embedded import EmbeddedServer
from scraper.names import folded_letters, normalized_name

MACROS = REPOSITORY / "dbt_project" / "macros" / "text"
# Letters of African and phonetic alphabets that no library spells with letters.
WITHOUT_SPELLING = set("ƅƨƹƽɂʔʕʡʢʭᴤᴥꜣꜥꜫꜭꜯꝫꝯꞌꞏƧƸƼƄɁꜢꜤꜪꜬꜮꝪꝮꞋ")
NEWER = re.compile("[\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dc\ua7f1\U0001df25-\U0001df2a]")


def normalize_name(argument: str) -> str:
    """The SQL of the macro."""
    table = re.search(
        r"folded_letters\(\) -%}\n(.*)\n{%- endmacro", (MACROS / "folded_letters.sql").read_text(), re.DOTALL
    )
    text = (MACROS / "normalize_name.sql").read_text()
    bodies = dict(re.findall(r"{% macro (\w+)\(\w+\) -%}\n(.*?)\n{%- endmacro %}", text, re.DOTALL))
    assert table
    folded = bodies["fold_letters"].replace("{{ text }}", argument).replace("{{ folded_letters() }}", table[1])
    normalized: str = bodies["normalize_name"]
    return normalized.replace("{{ fold_letters(name) }}", folded)


@pytest.fixture(scope="module")
def connection(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_server.conninfo(migrated_template)) as connection:
        yield connection


def in_sql(connection: psycopg.Connection, names: list[str]) -> list[str | None]:
    given = "unnest(%s::text[]) with ordinality as names (name, place)"
    query = f"select {normalize_name('names.name')} from {given} order by place"
    return [row[0] for row in connection.execute(query.encode(), [names])]


def latin_letters() -> list[str]:
    """Those of Unicode 14, which every Python and PostgreSQL here knows."""
    every = map(chr, range(sys.maxunicode + 1))
    latin = [each for each in every if "LATIN" in unicodedata.name(each, "") and unicodedata.category(each)[0] in "LM"]
    return [each for each in latin if not NEWER.match(each)]


def test_every_latin_letter_folds_alike_in_sql_and_python(connection: psycopg.Connection) -> None:
    letters = latin_letters()
    assert len(letters) > 1300
    names = [f"a{each}b {each}" for each in letters]
    expected = [normalized_name(each) for each in names]
    found = in_sql(connection, names)
    assert [pair for pair in zip(letters, expected, found, strict=True) if pair[1] != pair[2]] == []


def test_every_latin_letter_becomes_plain() -> None:
    others = {each for each in latin_letters() if not (normalized_name(f"a{each}") or "").isascii()}
    assert others == WITHOUT_SPELLING


def test_upper_and_lower_case_are_one_letter() -> None:
    wrong = [
        each
        for each in latin_letters()
        if len({normalized_name(form) for form in (each, each.upper(), each.lower(), each.casefold(), each.swapcase())})
        > 1
    ]
    assert wrong == []


def test_letters_of_other_scripts_fold_alike(connection: psycopg.Connection) -> None:
    names = ["Зоя Лугова", "ЗОЯ ЛУГОВА", "Νίκος ΝΊΚΟΣ", "ΝΙΚΟΣ", "Հայկ", "山田 太郎", "がか", "محمد", "हिन्दी", "Ǆamija"]
    assert in_sql(connection, names) == [normalized_name(each) for each in names]
    assert normalized_name("ΝΙΚΟΣ") == normalized_name("Νίκος")
    assert normalized_name("か") != normalized_name("が")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Þór Ævarsson", "Thor Aevarsson"),
        ("Işık Demir", "ISIK DEMIR"),
        ("İlker", "ilker"),
        ("Łukasz Wierzbin", "LUKASZ WIERZBIN"),
        ("Søren Æbelgård", "soren aebelgard"),
        ("Đorđe Großmann", "Dorde GROSSMANN"),
        ("GROẞMANN", "Großmann"),
        ("Əli Quliyev", "Eli Quliyev"),
        ("Ŋana Ħal", "Ngana Hal"),
        ("Gal·la Coŀl", "Galla Coll"),
        ("ﬁnn Ⅷ ＡＢ", "finn viii ab"),
        ("Rosander, Greg", "GREG  ROSANDER"),
        ("O'Neil", "ONeil"),
        ("Kaʻiulani", "Kaiulani"),
        ("Ana\u00ad Ruiz\u200b", "ana ruiz"),
        ("Nu\u006e\u0303ez José", "Nunez Jose"),
    ],
)
def test_spellings_of_one_name(connection: psycopg.Connection, one: str, other: str) -> None:
    assert normalized_name(one) == normalized_name(other)
    assert in_sql(connection, [one, other]) == [normalized_name(one)] * 2


@pytest.mark.parametrize("text", ["", " ", "'.", "\u0301", "-- ,"])
def test_what_is_no_name_is_none(connection: psycopg.Connection, text: str) -> None:
    assert normalized_name(text) is None
    assert in_sql(connection, [text]) == [None]


def test_a_long_name_has_an_end(connection: psycopg.Connection) -> None:
    name = "Þ" * 10_000
    assert len(normalized_name(name) or "") == 500
    assert in_sql(connection, [name]) == [normalized_name(name)]


def test_the_table_spells_with_letters() -> None:
    assert all(spelling.isalpha() and spelling == spelling.lower() for spelling in folded_letters().values())
