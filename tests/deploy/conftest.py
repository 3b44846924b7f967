"""The programs of the files in deploy/, run without containers and without systemd."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from scraper.database.connection import Database
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.requests import Kind, PlainRequest
from tests.support.running_command import RunningCommand
from tests.support.waiting import wait_for

Start = Callable[[], RunningCommand]


@contextmanager
def serving(start: Start) -> Iterator[str]:
    """The address of a web server, which is ready. It must end with status 0 after SIGTERM."""
    with _running(start) as program:
        port = wait_for(lambda: re.findall(r"^Listening on .*:(\d+)\n", program.output_so_far()), program)[0]
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _is_ready(url), program)
        yield url


def check_worker(start: Start, database: Database) -> None:
    """Check that a worker does a job, and ends with status 0 after SIGTERM."""
    with _running(start) as worker, connect(database, "test") as connection:
        asked = store.enqueue(connection, PlainRequest(Kind.TRANSFORM))
        wait_for(lambda: store.get(connection, asked.id).has_ended, worker)
        ended = store.get(connection, asked.id)
        assert (ended.state, ended.problem) == ("succeeded", None)


@contextmanager
def _running(start: Start) -> Iterator[RunningCommand]:
    with start() as program:
        try:
            yield program
        except BaseException:
            program.kill()
            raise
        program.send_signal(signal.SIGTERM)
    assert program.returncode == 0, program.communicate()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def url(shared_database: Database) -> str:
    """What DATABASE_URL is in these tests."""
    return shared_database.url.render_as_string(hide_password=False)
