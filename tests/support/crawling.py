"""Crawling the sample site over real HTTP into the test's own database, and looking at what came of it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.sample_site.practice import Session
from scraper.sample_site.season import Season
from tests.support.commands_runner import Commands
from tests.support.faults import Fault, FaultySite
from tests.support.running_command import RunningCommand
from tests.support.waiting import LONGEST_SECONDS, Process, wait_for

SEASON = Season.generate(tracks=2, days=4, sessions_per_day=4)
TRACK, OTHER_TRACK = (track.slug for track in SEASON.tracks)
DAY = date(2025, 10, 19)
ONE_DAY = {"TRACK": TRACK, "DATE": DAY.isoformat()}
SESSIONS: tuple[Session, ...] = SEASON.day(TRACK, DAY).sessions
"""Three of them, on a day on which the other track has 22."""
LET_PAUSES_PASS = """
update raw.failed_pages
set first_failed_at = first_failed_at - interval '1 week', last_failed_at = last_failed_at - interval '1 week'
"""


@dataclass
class Crawler:
    """`make crawl` on a site that may misbehave, and a database to look into."""

    commands: Commands
    site: FaultySite

    @property
    def database(self) -> Database:
        """Where the pages go."""
        return self.commands.database

    def start(self, before: str = "", **settings: str) -> RunningCommand:
        """Start a crawl, of one small day unless the settings name another track; do not wait for it.

        `before` is Python that its process does first.
        """
        asked = settings if "TRACK" in settings or "TRACKS" in settings else ONE_DAY | settings
        return self.commands.start("crawl", before, **({"LIVERC_BASE_URL": self.site.base_url} | asked))

    def run(self, before: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """Crawl to the end."""
        with self.start(before, **settings) as process:
            out, err = process.communicate(timeout=LONGEST_SECONDS)
        assert "Traceback" not in out + err, out + err
        return subprocess.CompletedProcess("crawl", process.returncode, out, err)

    def succeed(self, before: str = "", **settings: str) -> str:
        """Crawl, which must end with status 0; what it said."""
        done = self.run(before, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def fail(self, before: str = "", **settings: str) -> str:
        """Crawl, which must end with status 1 and one line that says why; that line."""
        done = self.run(before, **settings)
        assert done.returncode == 1, done.stdout + done.stderr
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("crawl: ")]
        assert done.stderr.endswith(f"{line}\n")
        return line

    def misbehave(self, *faults: Fault) -> None:
        """Let the site do so from now on."""
        self.site.faults = faults

    def asked(self, since: int = 0) -> list[str]:
        """What was asked of the site, robots.txt left out, the first `since` requests too."""
        return [request.path for request in self.site.requests[since:] if request.path != "/robots.txt"]

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            return connection.execute(query, parameters).fetchall()

    def change(self, statement: str, *parameters: Any) -> None:
        """Do something to the database behind the crawler's back."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(statement, parameters or None)

    def let_pauses_pass(self) -> None:
        """Let every failed page be due."""
        self.change(LET_PAUSES_PASS)

    def failures(self) -> list[tuple[Any, ...]]:
        """Kind and key of each page whose failure is on record and not resolved, with the kind of reason."""
        return self.rows(
            "select page_kind, page_key, reason_kind from raw.failed_pages where resolved_at is null order by 1, 2"
        )

    def captured(self) -> set[str]:
        """The sessions that are stored."""
        return {session_id for (session_id,) in self.rows("select session_id from raw.practice_sessions")}


def session_ids(season: Season, track: str, day: date) -> set[str]:
    """The ids of a day's sessions, as the pages print them."""
    return {str(session.session_id) for session in season.day(track, day).sessions}


def wait_for_sessions(crawler: Crawler, crawl: Process, count: int) -> None:
    """Look on until so many sessions are stored."""
    wait_for(lambda: len(crawler.captured()) >= count, crawl)


@pytest.fixture
def crawler(commands: Commands) -> Iterator[Crawler]:
    """A crawler, and a site that serves the small season."""
    with FaultySite(SEASON) as site:
        yield Crawler(commands, site)
