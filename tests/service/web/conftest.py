"""The web server on a port of this machine, over the sample season, and clients of it."""

import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
import structlog
import uvicorn
from fastapi import FastAPI

from scraper.config import Config
from scraper.database.connection import Database
from service.logs import configure_logs
from service.web.app import create_app
from service.web.connections import ImpatientProtocol
from service.web.settings import WebSettings
from tests.support.commands_runner import Commands
from tests.support.waiting import wait_for

API = "/api/v1"
WebSettings.model_config["env_file"] = None
for _field in WebSettings.model_fields.values():
    os.environ.pop(str(_field.validation_alias), None)


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of an application that is served over HTTP."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, http=ImpatientProtocol, timeout_graceful_shutdown=5)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def app_of(database: Database, **settings: Any) -> FastAPI:
    """An application with these settings, and the defaults for the others."""
    url = database.url.render_as_string(hide_password=False)
    config = Config.model_validate({"DATABASE_URL": url, "CRAWL_DELAY": 0})
    return create_app(config, WebSettings(**{"rate": "100000/minute"} | settings), database)


def exact(response: httpx.Response) -> Any:
    """The JSON of a response that succeeded, with its numbers as they are written."""
    assert response.status_code == 200, response.text
    return json.loads(response.text, parse_float=Decimal)


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    document = response.json()
    assert document["status"] == response.status_code
    return response.status_code, document["code"]


@pytest.fixture(scope="module")
def client(derived_season: Commands) -> Iterator[httpx.Client]:
    """A client of a service over the whole sample season."""
    with serving(app_of(derived_season.database)) as client:
        yield client


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of this process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    text = io.StringIO()
    monkeypatch.setattr(sys, "stderr", text)
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)  # the client of the test logs its queries
    configure_logs()
    yield text
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
