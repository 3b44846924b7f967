"""A command that runs, as `subprocess.Popen` would show it, and the hosts that start such commands."""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Self
from urllib.parse import urlsplit

from scraper.config import REPOSITORY
from tests.support.command_host import IS_FORK_SAFE, Request, send_request

# What a host imports, by the command. The hosts are apart, so that no command finds imported what changes how it works:
# dbt, for one, gives the root logger a handler. PyArrow and pandas start threads: an export imports them by itself.
_SCRAPY = ("scraper.commands.crawl", "scraper.commands.reparse")
_DBT = ("scraper.commands.transform", "scraper.commands.verify", "dbt.cli.main", "dbt.adapters.postgres")
_OTHERS = ("scraper.commands.status", "scraper.commands.doctor", "alembic.command", "scraper.database.tables")
_IMPORTS = dict.fromkeys(("crawl", "reparse"), _SCRAPY) | dict.fromkeys(("transform", "verify", "docs", "dbt"), _DBT)
_WITH_PROJECT = ("transform", "verify")

_COLD = """
import sys
from scraper.__main__ import main
from scraper.config import Config
Config.model_config["env_file"] = None
sys.exit(main())
"""


class RunningCommand:
    """A process that runs a command: the part of `subprocess.Popen` that tests need, with texts for both streams."""

    def __init__(self, args: list[str], ended: int, out: IO[str], err: IO[str]) -> None:
        self.args = args
        self._status: int | None = None
        self._ended = os.fdopen(ended)
        self._out, self._err = out, err
        self._said: tuple[str, str] | None = None
        self.pid = self._read_number()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.communicate()

    @property
    def returncode(self) -> int:
        """The exit status of a command that has ended; minus the number of the signal that killed it."""
        status = self.poll()
        assert status is not None, f"{self.args} runs"
        return status

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._wait(seconds=0)

    def errors_so_far(self) -> str:
        """What it has written to standard error."""
        return os.pread(self._err.fileno(), 2**20, 0).decode()

    def output_so_far(self) -> str:
        """What it has written to standard output."""
        return os.pread(self._out.fileno(), 2**20, 0).decode()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; what it wrote to standard output and to standard error. Raises TimeoutExpired."""
        if self._wait(timeout) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        if self._said is None:
            with self._out, self._err:
                for file in (self._out, self._err):
                    file.seek(0)
                self._said = self._out.read(), self._err.read()
        return self._said

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended since
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _wait(self, seconds: float | None) -> int | None:
        if self._status is None and select.select([self._ended], [], [], seconds)[0]:
            self._status = self._read_number()
            self._ended.close()
        return self._status

    def _read_number(self) -> int:
        line = self._ended.readline()
        assert line, "the command host has ended; its error is above"
        return int(line)


class _Host:
    """A process of `command_host.py`. Threads may share it."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._control, control = socket.socketpair()
        self._lock = threading.Lock()
        program = [sys.executable, "-m", "tests.support.command_host", str(control.fileno()), *modules]
        with control:
            # No terminal, so that Python buffers the output of children as it does that of a pipe.
            self._process = subprocess.Popen(
                program,
                cwd=REPOSITORY,
                pass_fds=[control.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def start(self, request: Request) -> RunningCommand:
        """Start a command."""
        out, err = (tempfile.TemporaryFile("w+", encoding="utf-8") for _ in "oe")  # noqa: SIM115 - closed by communicate
        ended, ends = os.pipe()
        try:
            with self._lock:
                send_request(self._control, request, out.fileno(), err.fileno(), ends)
        finally:
            os.close(ends)
        return RunningCommand(request.program or [request.command], ended, out, err)

    def close(self) -> None:
        """End the host; commands that still run go on."""
        self._control.close()
        self._process.wait()


_hosts: dict[tuple[tuple[str, ...], str], _Host] = {}
"""By the imported modules, and the name of the database for which they parse the project of dbt."""
_hosts_lock = threading.Lock()


def start(command: str, before: str, environment: dict[str, str], *, is_cold: bool = False) -> RunningCommand:
    """Start a command in a process of its own, which runs `before` first; a cold one runs in a new interpreter."""
    if is_cold or not IS_FORK_SAFE:
        return start_program([sys.executable, "-c", f"{before}\n{_COLD}", command], environment)
    has_project = command in _WITH_PROJECT and "DBT_TARGET_PATH" in environment
    database = urlsplit(environment.get("DATABASE_URL", "")).path if has_project else ""
    request = Request(command, before, environment, str(REPOSITORY), has_project=has_project)
    return _host(_IMPORTS.get(command, _OTHERS), database).start(request)


def start_program(program: list[str], environment: dict[str, str], folder: Path = REPOSITORY) -> RunningCommand:
    """Start any program in a folder; the first argument is its path."""
    return _host(_OTHERS).start(Request("", "", environment, str(folder), program))


def _host(modules: tuple[str, ...], database: str = "") -> _Host:
    with _hosts_lock:
        if (modules, database) not in _hosts:
            _hosts[modules, database] = _Host(modules)
        return _hosts[modules, database]


def close_hosts() -> None:
    """End the hosts."""
    while _hosts:
        _hosts.popitem()[1].close()
