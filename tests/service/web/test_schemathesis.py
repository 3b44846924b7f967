"""Schemathesis makes requests by the OpenAPI document, valid and invalid ones, and compares the answers with it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import settings
from schemathesis import Case

from scraper.database.connection import Database
from service.web import tokens
from tests.service.web.conftest import app_of, serving
from tests.support.commands_runner import Commands
from tests.support.soak_table import is_soak

EXAMPLES = 200 if is_soak() else 8
LOOPBACK: dict[str, Any] = {"wait": 0}
BEYOND: dict[str, Any] = {"wait": 0, "host": "0.0.0.0"}  # a setting; the test itself listens on loopback

NOWHERE = Database({"host": "localhost", "port": "5432", "user": "nobody", "dbname": "nothing"})


def described(web_settings: dict[str, Any]) -> Any:
    """The API as its document describes it, which no database is needed for."""
    schema = schemathesis.openapi.from_dict(app_of(NOWHERE, **web_settings).openapi())
    # A stream of events ends with its job, which no worker does here.
    return schema.exclude(path_regex="/events$")


@pytest.fixture(scope="module")
def on_loopback(derived_season: Commands) -> Iterator[httpx.URL]:
    """A service as this machine sees it: no token is needed."""
    with serving(app_of(derived_season.database, **LOOPBACK)) as client:
        yield client.base_url


@pytest.fixture(scope="module")
def beyond(derived_season: Commands) -> Iterator[httpx.URL]:
    """A service as other machines see it."""
    with serving(app_of(derived_season.database, **BEYOND)) as client:
        yield client.base_url


@pytest.fixture(scope="module")
def token(derived_season: Commands) -> str:
    """A valid token."""
    with derived_season.database.connect(autocommit=True) as connection:
        return tokens.make(connection, "schemathesis")


@described(LOOPBACK).parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=EXAMPLES)
def test_without_a_token_where_none_is_needed(case: Case[Any], on_loopback: httpx.URL) -> None:
    case.call_and_validate(base_url=f"{on_loopback}")


@described(BEYOND).parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=EXAMPLES)
def test_without_a_token_where_one_is_needed(case: Case[Any], beyond: httpx.URL) -> None:
    case.call_and_validate(base_url=f"{beyond}")


@described(BEYOND).parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=EXAMPLES)
def test_with_a_token(case: Case[Any], beyond: httpx.URL, token: str) -> None:
    case.call_and_validate(base_url=f"{beyond}", headers={"Authorization": f"Bearer {token}"})
