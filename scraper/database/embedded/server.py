"""The PostgreSQL that comes with the project: made, started and stopped by its own `initdb` and `pg_ctl`.

Its folder holds `cluster/` (the data), `server.log`, `server.lock`, the settings, and mostly the socket. The server
belongs to no process: it stays until `stop`, so that crawler, dbt and psql may come and go.
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
from scraper.database.embedded.cluster import has_living_postmaster, make_cluster, refuse_unfit_cluster
from scraper.database.embedded.programs import ServerPrograms, bundled_programs, last_line
from scraper.database.embedded.settings import HOST_BASED_ACCESS, SUPERUSER, configuration_file, identity_file
from scraper.database.embedded.socket_folder import prepare, socket_folder
from scraper.errors import CannotWork

# Recovery after a crash replays up to max_wal_size of log, which takes a slow disk this long.
PATIENCE_SECONDS = 60


class EmbeddedServer:
    """One PostgreSQL cluster in a folder of ours, reached by a private Unix socket only.

    `settings` are laid over those of `settings.py`. Every method raises CannotWork, with one line, for what
    users can do something about.
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
        """How to connect to a database of this server: libpq's parameters."""
        return {"host": str(self.socket_folder), "port": "5432", "user": SUPERUSER, "dbname": database}

    def conninfo(self, database: str) -> str:
        """The same as one string, for psycopg."""
        return make_conninfo(**self.parameters(database))

    def is_running(self) -> bool:
        """Whether the server answers, be it that it is still starting up."""
        return self._answer() in (Ping.OK, Ping.REJECT)

    def start(self) -> None:
        """Make the cluster if there is none, start the server if it does not run, and wait until it takes connections.

        Safe when several processes do so at once; a few milliseconds when it runs already.
        """
        with self._explained():
            self.home.mkdir(parents=True, exist_ok=True)
            self.lock.touch()  # tells at once who may not write here
            account = ServerAccount()
            prepare(self.socket_folder, {os.geteuid(), account.uid, self.home.stat().st_uid})
            if self._answer() == Ping.OK:
                return
            with self._alone():
                self._bring_up(account)

    def stop(self) -> bool:
        """End the server and everyone's connections to it; what was committed stays. False when none was running."""
        if not self.home.is_dir():
            return False
        with self._explained(), self._alone():
            if not self._is_there():
                return False
            done = self._pg_ctl("stop", "-m", "fast")
            if done.returncode != 0:
                raise CannotWork(
                    f"the embedded server does not stop ({last_line(done.stderr)}): see its log, {self.log}"
                )
            return True

    def _answer(self) -> Ping:
        return Ping(PGconn.ping(make_conninfo(**self.parameters("postgres"), connect_timeout="5").encode()))

    def _is_there(self) -> bool:
        return has_living_postmaster(self.cluster) or self.is_running()

    def _pg_ctl(self, action: str, *options: str) -> CompletedProcess[str]:
        return self.programs.run("pg_ctl", action, "-D", str(self.cluster), "-w", "-t", str(PATIENCE_SECONDS), *options)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time makes, starts or stops the server; the others wait."""
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
                "move that folder away to begin anew, or set DATABASE_URL"
            ) from None
        except OSError as problem:
            place = problem.filename or self.home
            raise CannotWork(
                f"the embedded server cannot use {place} ({problem.strerror}): mend that, or set DATABASE_URL"
            ) from None

    def _bring_up(self, account: ServerAccount) -> None:
        """Launch the server unless it is there; one that recovers or shuts down just now is given its time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._answer() != Ping.OK:
            if time.monotonic() > deadline:
                raise CannotWork(self._still_starting())
            if self._is_there():
                time.sleep(0.05)
                continue
            if not self.cluster.exists():
                make_cluster(self.cluster, account, self.programs)
            refuse_unfit_cluster(self.cluster, account, self.programs)
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
            (self.home / name).chmod(0o644)  # whatever the umask: the server may run as another account
        self.log.touch(mode=0o600)
        account.give(self.log)
        account.give(self.socket_folder)
        # No server of ours is alive; yet these name a process, and PostgreSQL refuses if that number lives again.
        # It still notices processes of a killed server, by their shared memory.
        for stale in (self.cluster / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)

    def _launch(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            log_before = self.log.stat().st_size
            server_message = shlex.join(["-c", f"config_file={self.home / 'postgresql.conf'}"])
            started = self._pg_ctl("start", "-l", str(self.log), "-o", server_message)
            if started.returncode == 0:
                return
            if has_living_postmaster(self.cluster):
                raise CannotWork(self._still_starting())
            logged = self._logged_since(log_before)
            # A killed server's last processes are still leaving; they go by themselves.
            if "is still in use" not in logged or time.monotonic() > deadline:
                reasons = re.findall(r"(?:^postgres|\b(?:FATAL|PANIC)): +(.+)", logged, flags=re.MULTILINE)
                cause = reasons[-1].strip() if reasons else last_line(started.stderr)
                raise CannotWork(f"the embedded server does not start ({cause}): mend that; its log is {self.log}")
            time.sleep(0.1)

    def _still_starting(self) -> str:
        return (
            f"the embedded server takes no connections after {PATIENCE_SECONDS} s, though its process runs: if it is "
            f"recovering, try again in a minute; else run make db-stop first; its log is {self.log}"
        )

    def _logged_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", errors="replace")
