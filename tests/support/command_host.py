"""A process that has imported what commands need, and forks a child for each command that it is asked to run.

The imports take 0.6 s for a crawl and 1.3 s for dbt, which is most of what a small command takes. A child is a process
of its own: it has the process id, the environment, the standard streams, the signal handlers and the exit status of
`python -m scraper`. It differs in three ways: the seed of `hash()` is that of the host, a module that reads the
environment when it is imported has read the environment of the host, and its memory begins with that of the host.
Where that matters, the child executes a new interpreter.

A host of dbt also parses the project, once and for one database name, as the worker of the service does.
That saves each transform 1 s of 4.

This module runs in the host and imports only the standard library; `running_command.py` is the client.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from scraper.transform.dbt import ParsedProject

# macOS forbids most of its libraries to a process that was forked and did not exec.
IS_FORK_SAFE = sys.platform == "linux"
_LENGTH_BYTES = 4


@dataclass(frozen=True)
class Request:
    """A command to run, with Python to run before it; or a program for a new interpreter instead.

    With `has_project` the command gets the project of dbt that the host has parsed.
    """

    command: str
    before: str
    environment: dict[str, str]
    folder: str
    program: list[str] | None = None
    has_project: bool = False


def send_request(control: socket.socket, request: Request, out: int, err: int, ended: int) -> None:
    """Ask the host at the other end of `control`. It writes the child's process id and exit status to `ended`."""
    text = json.dumps(asdict(request)).encode()
    socket.send_fds(control, [len(text).to_bytes(_LENGTH_BYTES)], [out, err, ended])
    control.sendall(text)


def _receive_request(control: socket.socket) -> tuple[Request, list[int]] | None:
    """The next request and its file descriptors; None when the client has closed its end."""
    head, descriptors, _, _ = socket.recv_fds(control, _LENGTH_BYTES, 3)
    if not head:
        return None
    text = control.recv(int.from_bytes(head), socket.MSG_WAITALL)
    return Request(**json.loads(text)), descriptors


class Host:
    """Waits for requests and for children that have ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: dict[int, int] = {}
        """Process id of each child, and where to say its exit status."""
        self.project: ParsedProject | None = None
        self._signalled, self._signals = socket.socketpair()
        self._signals.setblocking(False)
        self._selector = selectors.DefaultSelector()
        for source in (self._control, self._signalled):
            self._selector.register(source, selectors.EVENT_READ)

    def serve(self) -> Request:
        """Fork for each request. Returns in the child only; the host ends when its client is gone."""
        signal.set_wakeup_fd(self._signals.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for pytest
        while True:
            ready = {key.fileobj for key, _ in self._selector.select()}
            if self._signalled in ready:
                self._signalled.recv(4096)
                self._report_ended()
            if self._control in ready:
                received = _receive_request(self._control)
                if received is None:
                    sys.exit()
                request, (out, err, ended) = received
                if request.has_project and self.project is None:
                    self.project = _parse(request)
                child = os.fork()
                if child == 0:
                    signal.signal(signal.SIGINT, interrupt)
                    self._leave_to_child()
                    os.dup2(out, sys.stdout.fileno())
                    os.dup2(err, sys.stderr.fileno())
                    # Only now, so that no signal meets the handlers of the host.
                    os.write(ended, f"{os.getpid()}\n".encode())
                    for descriptor in (out, err, ended):
                        os.close(descriptor)
                    return request
                os.close(out)
                os.close(err)
                self._running[child] = ended

    def _report_ended(self) -> None:
        """Say the exit status of every child that has ended, as subprocess does: minus the signal that killed it."""
        while self._running:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            ended = self._running.pop(child)
            with suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(ended, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(ended)

    def _leave_to_child(self) -> None:
        """Take back what makes this process a host."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for source in (self._control, self._signalled, self._signals):
            source.close()
        for ended in self._running.values():
            os.close(ended)


def _parse(request: Request) -> "ParsedProject | None":
    """The project for the database of a request; None if that database cannot be used now."""
    from scraper.config import Config  # noqa: PLC0415 - only a host of dbt needs it
    from scraper.database.connection import open_database  # noqa: PLC0415
    from scraper.errors import CannotWork  # noqa: PLC0415
    from scraper.transform.dbt import ParsedProject  # noqa: PLC0415

    before = dict(os.environ)
    # The command of the request may be one that must write no log.
    os.environ.update({**request.environment, "DBT_LOG_PATH": request.environment["DBT_TARGET_PATH"]})
    try:
        database = open_database(Config.model_validate({"DATABASE_URL": request.environment["DATABASE_URL"]}))
        # dbt's parser of models starts threads. So a child parses, and this process reads the result.
        child = os.fork()
        if child == 0:
            # Python would warn of semaphores, which dbt does not release. An error shows in the next lines.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
            with suppress(CannotWork):
                ParsedProject(database)
            os._exit(0)
        os.waitpid(child, 0)
        return ParsedProject(database)
    except (CannotWork, ValueError):
        return None
    finally:
        os.environ.clear()
        os.environ.update(before)
        _prepare_to_fork()


def _use(project: "ParsedProject") -> None:
    """Let dbt run on this project in this process."""
    from scraper.transform import dbt  # noqa: PLC0415 - only a child of a host of dbt needs it

    invoke = dbt._invoke

    def invoke_on_project(*arguments: Any, **options: Any) -> Any:
        return invoke(*arguments, **{**options, "runner": options.get("runner") or project.runner()})

    dbt._invoke = invoke_on_project


def run(request: Request, project: "ParsedProject | None" = None) -> int:
    """Become the command."""
    os.chdir(request.folder)
    if request.program:
        _execute(request.program, request.environment)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    if request.has_project and project is not None:
        _use(project)
    exec(compile(request.before, "before", "exec"), {})
    from scraper.__main__ import main  # noqa: PLC0415 - only the child needs it
    from scraper.config import Config  # noqa: PLC0415

    Config.model_config["env_file"] = None  # the settings of a developer
    return main([request.command])


def _execute(program: list[str], environment: dict[str, str]) -> NoReturn:
    for name in ("SIGPIPE", "SIGXFSZ"):  # which Python ignores, and a new process would go on to ignore
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execve(program[0], program, environment)


def _prepare_to_fork() -> None:
    threads = len(list(Path("/proc/self/task").iterdir())) if sys.platform == "linux" else 1
    assert threads == 1, "something has started threads, which no child has after a fork"
    assert "twisted.internet.reactor" not in sys.modules, (
        "something has installed a reactor, which children cannot share"
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)  # a child lives for seconds; this saves a transform 5%


def _start(control: int, modules: list[str]) -> int:
    for module in modules:
        import_module(module)
    _prepare_to_fork()
    host = Host(socket.socket(fileno=control))
    return run(host.serve(), host.project)


if __name__ == "__main__":
    sys.exit(_start(int(sys.argv[1]), sys.argv[2:]))
