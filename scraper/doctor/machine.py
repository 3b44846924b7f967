"""This machine: settings, the file that holds them, and room on the disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from scraper.config import REPOSITORY, Config
from scraper.database.connection import EMBEDDED_HOME
from scraper.doctor.finding import Finding, ok, problem, warning

GIGABYTE = 10**9
# The first holds a full rebuild of some seasons with PostgreSQL's log of it; a night's crawl hardly needs the second.
LITTLE_ROOM = 2 * GIGABYTE
NO_ROOM = GIGABYTE // 5


def check_settings(config: Config) -> Iterator[Finding]:
    """What a scheduled run would do, and whom the site can ask."""
    tracks = ", ".join(config.scheduled_tracks)
    rate = f"{config.crawl_concurrency} at once, {config.crawl_delay} s apart"
    if tracks:
        yield ok("settings", f"scheduled: {tracks}, the last {config.days} days; {config.liverc_base_url}, {rate}")
    else:
        yield ok("settings", f"no TRACKS, so make crawl needs a TRACK=; {config.liverc_base_url}, {rate}")
    if not config.crawl_contact:
        yield warning("settings", "nobody can be asked about these crawls: set CRAWL_CONTACT=me@example.org")


def check_settings_file(path: Path) -> Iterator[Finding]:
    """A `.env` with a password in it is for its owner only."""
    if not path.is_file() or "DATABASE_URL" not in path.read_text(encoding="utf-8", errors="replace"):
        return
    if path.stat().st_mode & 0o077:
        yield warning("settings", f"{path} holds DATABASE_URL and others may read it: chmod 600 {path}")


def check_disk() -> Iterator[Finding]:
    """Room where the embedded server and dbt write."""
    yield disk_finding(EMBEDDED_HOME if EMBEDDED_HOME.exists() else REPOSITORY)


def disk_finding(place: Path) -> Finding:
    """How much room there is at a place."""
    free = shutil.disk_usage(place).free
    room = f"{free / GIGABYTE:.1f} GB free at {place}"
    if free < NO_ROOM:
        return problem("disk", f"{room}: free space there before the next crawl or transform")
    if free < LITTLE_ROOM:
        return warning("disk", f"{room}: free space there soon")
    return ok("disk", room)
