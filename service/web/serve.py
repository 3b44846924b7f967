"""Serve the application over HTTP, alone or together with a worker, until SIGINT or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI

from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.migrate import open_migrated
from scraper.errors import CannotWork, UsageError
from service.jobs.queue import connect
from service.jobs.worker import run_worker
from service.web.app import create_app
from service.web.connections import ImpatientProtocol
from service.web.settings import WebSettings
from service.web.tokens import is_any_valid

SECONDS_TO_END = 10
"""How long requests that are being answered may go on after the server is asked to end."""

_MOST_CONNECTIONS = 500


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(config: Config, settings: WebSettings, *, with_worker: bool) -> None:
    """Answer requests, and with a worker do the jobs, too. Returns after SIGINT or SIGTERM.

    Raises UsageError beyond loopback without a token, CannotWork if the address is taken, and what `open_migrated`
    raises.
    """
    database = open_migrated(config)
    refuse_without_token(settings, database)
    with _listening(settings) as listener:
        host, port = listener.getsockname()[:2]
        print(f"Listening on http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
        app = create_app(config, settings, database)
        server = _Server(_options(app))
        app.state.is_stopping = lambda: server.should_exit

        def stop(*_: object) -> None:
            server.should_exit = True

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        # A worker takes the signals over. Requests are answered until it has put its jobs back.
        work = loop.create_task(run_worker(config)) if with_worker else None
        if work:
            work.add_done_callback(stop)
        await server.serve([listener])
        if work:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


def refuse_without_token(settings: WebSettings, database: Database) -> None:
    """Raise UsageError for a service that others can reach while nobody has a token."""
    if not settings.needs_token:
        return
    with connect(database, "web") as connection:
        if not is_any_valid(connection):
            raise UsageError(
                "SERVE_HOST or SERVE_NAMES is for other machines, and nobody has a token: make one with "
                "python -m service tokens make NAME, in a clone .venv/bin/python, or leave both blank for this machine "
                "alone"
            )


def _options(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        log_config=None,
        access_log=False,  # the application writes a line for each request, without its query
        server_header=False,
        forwarded_allow_ips="127.0.0.1,::1",  # the rate is that of the client of a proxy on this machine
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )


@contextmanager
def _listening(settings: WebSettings) -> Iterator[socket.socket]:
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as problem:
        raise CannotWork(
            f"cannot listen on {settings.host}, port {settings.port} ({problem.strerror}): "
            "choose another one by SERVE_HOST and SERVE_PORT"
        ) from None
    with listener:
        yield listener
