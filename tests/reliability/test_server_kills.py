"""T3: PostgreSQL dies at any moment of a crawl or a transform; what was acknowledged stays, and nobody has to help."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scraper.database.connection import Database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.sample_site.season import Season
from tests.support.commands_runner import Commands
from tests.support.databases import FORGETFUL
from tests.support.faults import Delay, Fault, FaultySite
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.running_command import RunningCommand
from tests.support.soak_table import Tally, trials
from tests.support.waiting import wait_for, wait_until_blocked_by

NAME = "practice_kills"
STORED = "select session_id, content_hash from raw.practice_sessions"


@pytest.fixture
def mortal_server(tmp_path: Path, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    """A server of the test's own, since it is going to be killed."""
    server = EmbeddedServer(tmp_path / "postgres", postgres_programs, FORGETFUL)
    server.start()
    yield server
    server.stop()


def kill(server: EmbeddedServer) -> None:
    """What the kernel does when memory runs out: no farewell, no flush."""
    os.kill(int((server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def stored_pages(database: Database) -> set[tuple[str, str]]:
    """Session pages that are committed, as the server says."""
    with psycopg.connect(database.conninfo) as connection:
        return set(connection.execute(STORED).fetchall())


def wait_for_pages(crawl: RunningCommand, database: Database, count: int) -> set[tuple[str, str]]:
    """Look on until so many pages are stored; what is acknowledged by then."""
    stored: set[tuple[str, str]] = set()
    with psycopg.connect(database.conninfo, autocommit=True) as connection:

        def are_enough() -> bool:
            stored.update(connection.execute(STORED).fetchall())
            return len(stored) >= count

        wait_for(are_enough, crawl)
    return stored


@contextmanager
def held_up_at(database: Database, transform: RunningCommand, table: str) -> Iterator[None]:
    """A transform that stands in the midst of the merge into a table."""
    with (
        suppress(psycopg.OperationalError),  # the connections die with the server
        psycopg.connect(database.conninfo) as holder,
        psycopg.connect(database.conninfo, autocommit=True) as observer,
    ):
        holder.execute(sql.SQL("lock table racing.{} in share mode").format(sql.Identifier(table)))
        wait_until_blocked_by(holder, observer, transform)
        yield


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
        with FaultySite(season) as site:
            arguments = {"LIVERC_BASE_URL": site.base_url, "TRACK": season.tracks[0].slug}
            arguments |= {"FROM": "2025-01-01", "TO": "2025-10-31"}
            # Slow enough that half of the pages are still to come at the kill.
            site.faults = (Fault("p=view_session", Delay(0.5)),)
            crawl = commands.start("crawl", **arguments)
            acknowledged = wait_for_pages(crawl, database, chance.randint(1, len(list(season.sessions())) // 2))
            kill(mortal_server)
            said = crawl.communicate()[1]
            assert crawl.returncode == 1, said
            assert "Traceback" not in said
            mortal_server.start()
            tally.losses += len(acknowledged - stored_pages(database))
            site.faults = ()
            commands.succeed("crawl", **arguments)

        transform = commands.start("transform")
        with held_up_at(database, transform, chance.choice(["races", "race_results", "laps"])):
            kill(mortal_server)
        said = "".join(transform.communicate())
        assert transform.returncode == 1, said
        assert "Traceback" not in said
        mortal_server.start()
        commands.succeed("transform")
        after_kills = final_rows(database, WHEN_WRITTEN)
        commands.succeed("transform", FULL="1")
        tally.losses += len(differences(final_rows(database, WHEN_WRITTEN), after_kills))
        tally.trials += 1
        tally.faults += 2
