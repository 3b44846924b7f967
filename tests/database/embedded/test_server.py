"""Every state that `start` may find the embedded server in. Data must survive all of them."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.embedded import EmbeddedServer
from scraper.database.embedded import server as embedded_server
from scraper.errors import CannotWork
from tests.support.databases import FORGETFUL
from tests.support.soak_table import Tally
from tests.support.waiting import wait_for

START = """
import sys
from pathlib import Path
from scraper.database.embedded import EmbeddedServer
EmbeddedServer(Path(sys.argv[1]), Path(sys.argv[2]), {"fsync": "off"}).start()
"""


@pytest.fixture(autouse=True)
def found_in_a_state(tally: Tally) -> None:
    """Each test is one state."""
    tally.promise = "states of the embedded server: it starts with all data, or names the reason in one line"
    tally.trials = tally.faults = 1


@pytest.fixture
def server(tmp_path: Path, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    """A server that does not exist yet."""
    server = EmbeddedServer(tmp_path / "home", postgres_programs, FORGETFUL)
    yield server
    server.stop()


@pytest.fixture
def crashed_server(server: EmbeddedServer) -> EmbeddedServer:
    """A server that was killed after a commit."""
    server.start()
    store_a_lap(server)
    kill(server)
    return server


def store_a_lap(server: EmbeddedServer) -> None:
    with psycopg.connect(server.conninfo("postgres")) as connection:
        connection.execute("create table laps as select 42.996 as lap_time")


def has_the_lap(server: EmbeddedServer) -> bool:
    with psycopg.connect(server.conninfo("postgres")) as connection:
        return connection.execute("select lap_time::text from laps").fetchall() == [("42.996",)]


def postmaster(server: EmbeddedServer) -> psutil.Process:
    return psutil.Process(int((server.cluster / "postmaster.pid").read_text().split()[0]))


def kill(server: EmbeddedServer) -> None:
    process = postmaster(server)
    process.kill()
    psutil.wait_procs([process])


def start_command(server: EmbeddedServer, programs: Path | None = None) -> list[str]:
    return [sys.executable, "-c", START, str(server.home), str(programs or server.programs.folder)]


def with_initdb_that_never_ends(server: EmbeddedServer, folder: Path) -> Path:
    """The server's programs, with an initdb that creates the cluster, then a file as a signal, and keeps running."""
    folder.mkdir()
    for program in server.programs.folder.iterdir():
        (folder / program.name).symlink_to(program)
    (folder / "initdb").unlink()
    script = f'#!/bin/sh\n{server.programs.folder}/initdb "$@"\ntouch "$2/made"\nexec sleep 600\n'
    (folder / "initdb").write_text(script)
    (folder / "initdb").chmod(0o755)
    return folder


def modes_above(path: Path) -> list[int]:
    return [parent.stat().st_mode for parent in path.parents]


def test_the_first_start_creates_a_private_utf8_cluster_and_reports_it_once(
    server: EmbeddedServer, capfd: pytest.CaptureFixture[str]
) -> None:
    before = modes_above(server.home)
    server.start()
    server.start()
    with psycopg.connect(server.conninfo("postgres")) as connection:
        facts = connection.execute("select lower('ÅÉЖ'), current_setting('listen_addresses'), getdatabaseencoding()")
        assert facts.fetchone() == ("åéж", "", "UTF8")
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert server.cluster.stat().st_mode & 0o777 == 0o700
    assert modes_above(server.home) == before
    output = capfd.readouterr().err.splitlines()
    assert len(output) == 1
    assert "not for production" in output[0]
    assert "DATABASE_URL" in output[0]


def test_a_running_server_is_used(server: EmbeddedServer) -> None:
    server.start()
    first = postmaster(server).pid
    EmbeddedServer(server.home, server.programs.folder).start()
    assert postmaster(server).pid == first


def test_stop_keeps_committed_data_and_returns_whether_the_server_was_running(server: EmbeddedServer) -> None:
    assert not server.stop()
    server.start()
    store_a_lap(server)
    assert server.stop()
    assert not server.is_running()
    assert not server.stop()
    server.start()
    assert has_the_lap(server)


def test_the_server_survives_the_process_and_the_terminal_that_started_it(server: EmbeddedServer) -> None:
    subprocess.run(start_command(server), cwd=REPOSITORY, check=True)
    assert server.is_running()
    assert os.getsid(postmaster(server).pid) != os.getsid(0)


def test_simultaneous_starts_give_one_server(server: EmbeddedServer) -> None:
    with ThreadPoolExecutor() as threads:
        ran = list(
            threads.map(
                lambda _: subprocess.run(start_command(server), cwd=REPOSITORY, check=True, capture_output=True),
                range(3),
            )
        )
    assert b"".join(process.stderr for process in ran).count(b"Creating a PostgreSQL server") == 1
    assert server.is_running()


def test_a_killed_first_start_leaves_no_incomplete_cluster(server: EmbeddedServer, tmp_path: Path) -> None:
    programs = with_initdb_that_never_ends(server, tmp_path / "programs")
    starting = subprocess.Popen(start_command(server, programs), cwd=REPOSITORY, start_new_session=True, text=True)
    wait_for(lambda: list(server.home.glob("unfinished-cluster-*/made")), starting)
    os.killpg(starting.pid, signal.SIGKILL)
    assert starting.wait() == -signal.SIGKILL
    assert not server.cluster.exists()
    server.start()
    assert not list(server.home.glob("unfinished-*"))


def test_a_killed_server_recovers(crashed_server: EmbeddedServer) -> None:
    crashed_server.start()
    assert has_the_lap(crashed_server)


def test_a_killed_server_recovers_while_its_last_processes_are_still_busy(server: EmbeddedServer) -> None:
    server.start()
    store_a_lap(server)
    with psycopg.connect(server.conninfo("postgres")) as connection:
        busy = psutil.Process(connection.info.backend_pid)
        busy.suspend()  # holds the shared memory until it is resumed
        kill(server)
        with ThreadPoolExecutor() as threads:
            starting = threads.submit(server.start)
            try:
                wait_for(lambda: starting.done() or b"is still in use" in server.log.read_bytes())
                assert not starting.done()
            finally:
                busy.resume()
            starting.result()
    assert has_the_lap(server)


def test_a_pid_file_of_another_program_is_ignored(crashed_server: EmbeddedServer) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        for file in (crashed_server.cluster / "postmaster.pid", crashed_server.socket_folder / ".s.PGSQL.5432.lock"):
            lines = file.read_text().splitlines()
            file.write_text("\n".join([str(other.pid), *lines[1:], ""]))
        try:
            crashed_server.start()
            assert other.poll() is None
        finally:
            other.kill()
    assert has_the_lap(crashed_server)


def test_a_pid_file_of_a_zombie_process_is_ignored(crashed_server: EmbeddedServer) -> None:
    with subprocess.Popen(["true"]) as dead:
        os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
        (crashed_server.cluster / "postmaster.pid").write_text(f"{dead.pid}\n")
        crashed_server.start()
        assert has_the_lap(crashed_server)


def test_a_half_written_pid_file_is_ignored(crashed_server: EmbeddedServer) -> None:
    for half in (b"", b"not a number\n", b"\x00\x00", b"99999999999999999999\n"):
        (crashed_server.cluster / "postmaster.pid").write_bytes(half)
        crashed_server.start()
        assert has_the_lap(crashed_server)
        kill(crashed_server)


def test_a_cluster_of_another_major_version_is_not_changed(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("12\n")
    ours = server.programs.major_version()
    with pytest.raises(CannotWork, match=rf"created by PostgreSQL 12, and this server is {ours}: dump it"):
        server.start()


def test_a_folder_that_is_not_a_cluster_is_not_changed(server: EmbeddedServer) -> None:
    server.cluster.mkdir(parents=True)
    (server.cluster / "season.txt").write_text("mine")
    with pytest.raises(CannotWork, match="is not a PostgreSQL cluster"):
        server.start()
    assert (server.cluster / "season.txt").read_text() == "mine"


def test_a_folder_without_write_permission_is_named(tmp_path: Path, postgres_programs: Path | None) -> None:
    server = EmbeddedServer(tmp_path, postgres_programs)
    tmp_path.chmod(0o555)
    try:
        if os.getuid() == 0:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        with pytest.raises(CannotWork, match="no permission to write .*: run as the owner"):
            server.start()
    finally:
        os.seteuid(os.getuid())
        tmp_path.chmod(0o755)


def test_a_server_that_does_not_start_names_the_reason_and_its_log(
    crashed_server: EmbeddedServer,
) -> None:
    (crashed_server.cluster / "global" / "pg_control").unlink()
    with pytest.raises(
        CannotWork, match=r"does not start \(could not find the database system.*server\.log"
    ) as problem:
        crashed_server.start()
    assert "\n" not in str(problem.value)


def test_a_server_in_a_long_recovery_is_not_disturbed(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.start()
    server.stop()
    # Without hot_standby a standby replays for ever and accepts no connection.
    (server.cluster / "standby.signal").touch()
    recovering = EmbeddedServer(server.home, server.programs.folder, {**FORGETFUL, "hot_standby": "off"})
    monkeypatch.setattr(embedded_server, "TIMEOUT_SECONDS", 5)  # enough for the process to start
    with pytest.raises(CannotWork, match="accepts no connections after 5 s, though its process is running"):
        recovering.start()
    assert recovering.is_running()
    assert recovering.stop()


def test_missing_programs_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWork, match="cannot use .*/nowhere/"):
        EmbeddedServer(tmp_path / "home", tmp_path / "nowhere").start()
