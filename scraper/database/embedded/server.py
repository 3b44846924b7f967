"""Create, start and stop the embedded server with PostgreSQL's own `initdb` and `pg_ctl`.

Its folder holds `cluster/` (the data), `server.log`, `server.lock`, the settings, and usually the socket. The server
is a daemon: it runs until `stop`, whichever command started it.
"""

import fcntl
import os
import pwd
import re
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from scraper.database.embedded.account import ServerAccount
from scraper.database.embedded.cluster import check_cluster, has_living_postmaster, make_cluster
from scraper.database.embedded.programs import ServerPrograms, bundled_programs, last_line
from scraper.database.embedded.settings import HOST_BASED_ACCESS, SUPERUSER, configuration_file, identity_file
from scraper.database.embedded.socket_folder import prepare, socket_folder
from scraper.errors import CannotWork

# Recovery after a crash replays up to max_wal_size of the log, which takes this long on a slow disk.
TIMEOUT_SECONDS = 60


class EmbeddedServer:
    """One PostgreSQL cluster in a folder of ours, which accepts connections on a private Unix socket only.

    `settings` replace those of `settings.py`. Every method raises CannotWork for what a user can remedy.
    """

    def __init__(self, home: Path, programs: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        self.programs = ServerPrograms(programs or bundled_programs(), reaching=[self.home])
        self.settings = dict(settings or {})
        self.cluster = self.home / "cluster"
        self.log = self.home / "server.log"
        self.lock = self.home / "server.lock"
        self.socket_folder = socket_folder(self.home)

    def parameters(self, database: str) -> dict[str, str]:
        """Return libpq's parameters for a database of this server."""
        return {"host": str(self.socket_folder), "port": "5432", "user": SUPERUSER, "dbname": database}

    def conninfo(self, database: str) -> str:
        """Return the connection string for psycopg."""
        return make_conninfo(**self.parameters(database))

    def is_running(self) -> bool:
        """Whether the server responds; it may still be starting up."""
        return self._ping() in (Ping.OK, Ping.REJECT)

    def start(self) -> None:
        """Create the cluster and start the server where needed, and wait until it accepts connections.

        Several processes may call it at once. It takes a few milliseconds when the server is running.
        """
        with self._explained():
            self.home.mkdir(parents=True, exist_ok=True)
            self.lock.touch()  # fails at once without permission to write here
            account = ServerAccount()
            prepare(self.socket_folder, {os.geteuid(), account.uid, self.home.stat().st_uid})
            if self._ping() == Ping.OK:
                return
            with self._locked():
                self._start_locked(account)

    def stop(self) -> bool:
        """Stop the server and all its connections; committed data stays. Return False when it was not running."""
        if not self.home.is_dir():
            return False
        with self._explained(), self._locked():
            if not self._is_alive():
                return False
            done = self._pg_ctl("stop", "-m", "fast")
            if done.returncode != 0:
                raise CannotWork(
                    f"the embedded server does not stop ({last_line(done.stderr)}): see its log, {self.log}"
                )
            return True

    def _ping(self) -> Ping:
        return Ping(PGconn.ping(make_conninfo(**self.parameters("postgres"), connect_timeout="5").encode()))

    def _is_alive(self) -> bool:
        return has_living_postmaster(self.cluster) or self.is_running()

    def _pg_ctl(self, action: str, *options: str) -> CompletedProcess[str]:
        return self.programs.run("pg_ctl", action, "-D", str(self.cluster), "-w", "-t", str(TIMEOUT_SECONDS), *options)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time create, start or stop the server; the others wait."""
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as problem:
            raise CannotWork(
                f"no permission to write {problem.filename}: run as the owner of {self.home}, "
                "move that folder away to start with an empty one, or set DATABASE_URL"
            ) from None
        except OSError as problem:
            place = problem.filename or self.home
            raise CannotWork(
                f"the embedded server cannot use {place} ({problem.strerror}): fix that, or set DATABASE_URL"
            ) from None

    def _start_locked(self, account: ServerAccount) -> None:
        """Launch the server unless it is alive; wait for one that is recovering or shutting down."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self._ping() != Ping.OK:
            if time.monotonic() > deadline:
                raise CannotWork(self._still_starting())
            if self._is_alive():
                time.sleep(0.05)
                continue
            if not self.cluster.exists():
                make_cluster(self.cluster, account, self.programs)
            check_cluster(self.cluster, account, self.programs)
            self._prepare_launch(account)
            self._launch()

    def _prepare_launch(self, account: ServerAccount) -> None:
        files = {"hba_file": str(self.home / "pg_hba.conf"), "ident_file": str(self.home / "pg_ident.conf")}
        text_of = {
            "postgresql.conf": configuration_file(self.socket_folder, {**files, **self.settings}),
            "pg_hba.conf": HOST_BASED_ACCESS,
            "pg_ident.conf": identity_file(pwd.getpwuid(os.geteuid()).pw_name, self.programs.major_version()),
        }
        for name, text in text_of.items():
            (self.home / name).write_text(text, encoding="utf-8")
            (self.home / name).chmod(0o644)  # also under a strict umask: the server may run as another account
        self.log.touch(mode=0o600)
        account.take_ownership(self.log)
        account.take_ownership(self.socket_folder)
        # The server is dead, but PostgreSQL refuses to start when another process has the pid in these files. It still
        # notices processes of a killed server by their shared memory.
        for stale in (self.cluster / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)

    def _launch(self) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            log_before = self.log.stat().st_size
            options = shlex.join(["-c", f"config_file={self.home / 'postgresql.conf'}"])
            started = self._pg_ctl("start", "-l", str(self.log), "-o", options)
            if started.returncode == 0:
                return
            if has_living_postmaster(self.cluster):
                raise CannotWork(self._still_starting())
            logged = self._logged_since(log_before)
            # The last processes of a killed server are still ending; they end by themselves.
            if "is still in use" not in logged or time.monotonic() > deadline:
                reasons = re.findall(r"(?:^postgres|\b(?:FATAL|PANIC)): +(.+)", logged, flags=re.MULTILINE)
                cause = reasons[-1].strip() if reasons else last_line(started.stderr)
                raise CannotWork(f"the embedded server does not start ({cause}): fix that; its log is {self.log}")
            time.sleep(0.1)

    def _still_starting(self) -> str:
        return (
            f"the embedded server accepts no connections after {TIMEOUT_SECONDS} s, though its process is running: "
            f"if it is recovering, run this again in a minute; else run make db-stop first; its log is {self.log}"
        )

    def _logged_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", errors="replace")
