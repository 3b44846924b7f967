"""Child processes: Scrapy's reactor runs once per process, and dbt must not be forked."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import connection as connections
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any

from scraper.config import Config
from scraper.errors import INTERRUPTED
from service.logs import configure_logs

SECONDS_TO_END = 30
"""After as many seconds a process that was asked to end, and has not, is ended."""

Main = Callable[[Connection, Config], None]


class ChildEnded(Exception):
    """The process ended without an answer: it was killed, or ended by a signal."""


class Child:
    """A new interpreter that runs a function of this package, with the settings of this process.

    It ends soon after this process, however that ends.
    """

    def __init__(self, main: Main, config: Config) -> None:
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(main, theirs, config), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.is_alive()

    def ask(self, request: object) -> None:
        """Send it a request. Raises ChildEnded."""
        try:
            self._connection.send(request)
        except OSError:
            raise ChildEnded from None

    def messages(self, seconds: float) -> Iterator[Any]:
        """Yield its messages, and None whenever there was none for so long. Raises ChildEnded."""
        try:
            while True:
                yield self._connection.recv() if self._connection.poll(seconds) else None
        except (EOFError, OSError):
            raise ChildEnded from None

    def interrupt(self) -> None:
        """Ask it to end, as Ctrl-C does."""
        self._process.terminate()

    def close(self) -> None:
        """Wait for its end, and end it if it does not end by itself."""
        self._connection.close()
        self._process.join(SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _run(main: Main, connection: Connection, config: Config) -> None:
    # Ctrl-C at a terminal reaches the whole group; the worker decides what its children do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Without a transform nothing has to be cancelled: the interpreter ends as usual, and releases what dbt has locked.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(INTERRUPTED))
    configure_logs(logging.ERROR)
    # Commands print for people, with names of drivers; a worker has a log.
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - for the descriptor
        os.dup2(nowhere.fileno(), 1)
    with suppress(EOFError, BrokenPipeError):
        main(connection, config)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connections.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
