"""Schemathesis makes requests by the OpenAPI document, valid and invalid ones, and compares the answers with it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis import Case

from service.web import tokens
from tests.service.web.conftest import app_of, serving
from tests.support.commands_runner import Commands
from tests.support.soak_table import is_soak

EXAMPLES = 200 if is_soak() else 8

# A stream of events ends with its job, which no worker does here.
_ENDLESS = "/events$"


@pytest.fixture(scope="module")
def on_loopback(derived_season: Commands) -> Iterator[Any]:
    """The API as this machine sees it: no token is needed."""
    with serving(app_of(derived_season.database, wait=0)) as client:
        yield schemathesis.openapi.from_url(f"{client.base_url}/openapi.json").exclude(path_regex=_ENDLESS)


@pytest.fixture(scope="module")
def beyond(derived_season: Commands) -> Iterator[Any]:
    """The API as other machines see it."""
    settings_beyond = {"host": "0.0.0.0", "wait": 0}  # the test itself listens on loopback
    with serving(app_of(derived_season.database, **settings_beyond)) as client:
        yield schemathesis.openapi.from_url(f"{client.base_url}/openapi.json").exclude(path_regex=_ENDLESS)


@pytest.fixture(scope="module")
def token(derived_season: Commands) -> str:
    """A valid token."""
    with derived_season.database.connect(autocommit=True) as connection:
        return tokens.make(connection, "schemathesis")


@schemathesis.pytest.from_fixture("on_loopback").parametrize()
@settings(max_examples=EXAMPLES)
def test_without_a_token_where_none_is_needed(case: Case) -> None:
    case.call_and_validate()


@schemathesis.pytest.from_fixture("beyond").parametrize()
@settings(max_examples=EXAMPLES)
def test_without_a_token_where_one_is_needed(case: Case) -> None:
    case.call_and_validate()


@schemathesis.pytest.from_fixture("beyond").parametrize()
@settings(max_examples=EXAMPLES)
def test_with_a_token(case: Case, token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
