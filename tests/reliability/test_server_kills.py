"""T3: PostgreSQL dies at any moment of a crawl or a transform; what was acknowledged stays, and nobody has to help."""

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scraper.database import Database, open_embedded
from scraper.embedded_server import EmbeddedServer
from scraper.migrate import upgrade
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.commands_runner import Commands
from tests.conftest import FORGETFUL
from tests.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.soak_table import Tally, trials

NAME = "practice_kills"


@pytest.fixture
def mortal_server(tmp_path: Path, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    """A server of the test's own, since it is going to be killed."""
    server = EmbeddedServer(tmp_path / "postgres", postgres_programs, FORGETFUL)
    server.start()
    yield server
    server.stop()


def kill(server: EmbeddedServer) -> None:
    """What the kernel does when memory runs out: no farewell, no flush."""
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        pid_file = connection.execute("select current_setting('data_directory') || '/postmaster.pid'").fetchone()
    assert pid_file
    os.kill(int(Path(pid_file[0]).read_text().splitlines()[0]), signal.SIGKILL)


def stored_pages(database: Database) -> set[tuple[str, str]]:
    """Session pages that are committed, as the server says."""
    with psycopg.connect(database.conninfo) as connection:
        rows = connection.execute("select session_id, content_hash from raw.practice_sessions").fetchall()
    return {(session_id, content_hash) for session_id, content_hash in rows}


def watch(process: subprocess.Popen[str], database: Database, pages: int) -> set[tuple[str, str]]:
    """Look on until so many pages are stored or the process has ended; what was acknowledged by then."""
    stored: set[tuple[str, str]] = set()
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        while len(stored) < pages and process.poll() is None:
            rows = connection.execute("select session_id, content_hash from raw.practice_sessions").fetchall()
            stored = {(session_id, content_hash) for session_id, content_hash in rows}
    return stored


def wait_for_model(process: subprocess.Popen[str], database: Database, table: str) -> None:
    """Look on until a statement of dbt touches the table, or the process has ended."""
    doing = "select count(*) from pg_stat_activity where state = 'active' and query ~ %s and pid != pg_backend_pid()"
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        while process.poll() is None:
            (active,) = connection.execute(doing, [f'racing"?[.]"?{table}']).fetchone() or (0,)
            if active:
                return


def test_no_acknowledged_page_is_lost_when_the_server_is_killed(
    mortal_server: EmbeddedServer, dbt_artifacts: Path, tally: Tally
) -> None:
    tally.promise = "acknowledged pages lost when PostgreSQL is killed"
    season = Season.generate(tracks=1, days=2, sessions_per_day=12)
    chance = random.Random(7)
    for _ in range(trials(quick=2, full=20)):
        with psycopg.connect(mortal_server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database if exists {NAME} with (force)")
        database = open_embedded(mortal_server, NAME, "practice test")
        upgrade(database)
        commands = Commands(database, dbt_artifacts)
        with SampleSite(season) as site:
            arguments = {"LIVERC_BASE_URL": site.base_url, "TRACK": season.tracks[0].slug}
            arguments |= {"FROM": "2025-01-01", "TO": "2025-10-31"}
            crawl = commands.start("crawl", **arguments)
            acknowledged = watch(crawl, database, pages=chance.randint(1, 20))
            kill(mortal_server)
            said = crawl.communicate()[1]
            assert crawl.returncode == 1, said
            assert "Traceback" not in said
            mortal_server.start()
            tally.losses += len(acknowledged - stored_pages(database))
            commands.succeed("crawl", **arguments)

        transform = commands.start("transform")
        wait_for_model(transform, database, chance.choice(["races", "race_results", "laps"]))
        kill(mortal_server)
        transform.communicate()
        mortal_server.start()
        commands.succeed("transform")
        after_kills = final_rows(database, WHEN_WRITTEN)
        commands.succeed("transform", FULL="1")
        tally.losses += len(differences(final_rows(database, WHEN_WRITTEN), after_kills))
        tally.trials += 1
        tally.faults += 2
