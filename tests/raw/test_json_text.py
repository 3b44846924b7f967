"""Payloads of any text can be stored as JSONB, and read back."""

import json
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from scraper.raw.json_text import UNREADABLE, content_hash, storable, storable_json

ANY_TEXT = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["\x00", "\ud800", "a\udfffb", r"\u0000", "\U0001f3ce"]
)
PAYLOADS = st.dictionaries(
    ANY_TEXT,
    st.recursive(ANY_TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_size=5,
)


def hash_of(payload: dict[str, Any]) -> str:
    return content_hash(storable_json(payload))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30)
@given(st.lists(PAYLOADS, min_size=1, max_size=20))
def test_any_payload_can_be_stored_and_read_back(empty_database: Database, payloads: list[Any]) -> None:
    with psycopg.connect(empty_database.conninfo, autocommit=True) as connection:
        for payload in payloads:
            clean = storable(payload)
            row = connection.execute("select %s", [Jsonb(clean)]).fetchone()
            assert row == (clean,)


def test_only_refused_characters_are_replaced_and_their_fields_named() -> None:
    payload = {"driver": "Ana\x00", "class": r"\u0000 literally", "laps": [{"label": "\udc80"}], "avg": "1.0"}
    assert storable(payload) == {
        "driver": f"Ana{UNREADABLE}",
        "class": r"\u0000 literally",
        "laps": [{"label": UNREADABLE}],
        "avg": "1.0",
        "repaired_text": ["driver", "laps"],
    }


@given(PAYLOADS)
def test_the_json_is_that_of_the_storable_payload(payload: dict[str, Any]) -> None:
    assert json.loads(storable_json(payload)) == storable(payload)


@given(PAYLOADS)
def test_the_order_of_keys_does_not_change_the_hash(payload: dict[str, Any]) -> None:
    clean = storable(payload)
    assert hash_of(dict(reversed(clean.items()))) == hash_of(clean) == hash_of(json.loads(json.dumps(clean)))


@given(PAYLOADS, PAYLOADS)
def test_different_payloads_have_different_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    one, other = storable(one), storable(other)
    assert (hash_of(one) == hash_of(other)) == (one == other)
