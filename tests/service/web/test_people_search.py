"""The search among people: each word is the beginning of a word of the name, whatever letters it has."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.database.connection import Database
from scraper.names import LONGEST, normalized_name
from service.web.queries.people import beginnings

_FOUND = """
select array_to_tsvector(array_remove(string_to_array(%s, ' '::text), ''::text)) @@ %s::tsquery
"""
_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@pytest.fixture(scope="module")
def connection(shared_database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        yield connection


@given(name=_TEXT, wanted=_TEXT)
@example(name="Ana María Ruiz-Pérez", wanted="ruiz  ÁN")
@example(name="O'Brien \\ 李雷 7", wanted="o'b \\ 李")
@example(name="a" * (LONGEST - 1) + " " + "z" * 9, wanted="aaa")
def test_each_word_is_the_beginning_of_a_word(connection: psycopg.Connection[Any], name: str, wanted: str) -> None:
    stored, query = normalized_name(name), beginnings(wanted)
    (found,) = connection.execute(_FOUND, [stored, query]).fetchone() or (None,)
    if stored is None or query is None:
        assert found is None
        return
    words = (normalized_name(wanted) or "").split(" ")
    assert found == all(any(own.startswith(word) for own in stored.split(" ")) for word in words)
