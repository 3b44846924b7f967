"""Checks of this machine: settings, the settings file, disk space."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from scraper.config import REPOSITORY, Config
from scraper.database.connection import EMBEDDED_HOME
from scraper.doctor.check import Check, ok, problem, warning

GIGABYTE = 10**9
LITTLE_SPACE = 2 * GIGABYTE  # more than a full transform of several seasons needs, with its write-ahead log
NO_SPACE = GIGABYTE // 5  # more than a nightly crawl needs


def check_settings(config: Config) -> Iterator[Check]:
    """Report what a scheduled run would crawl, and whether the site can reach its operator."""
    tracks = ", ".join(config.scheduled_tracks)
    rate = f"{config.crawl_concurrency} requests at once, {config.crawl_delay} s apart"
    schedule = f"scheduled: {tracks}, the last {config.days} days" if tracks else "no TRACKS: make crawl needs TRACK="
    yield ok("settings", f"{schedule}; {config.liverc_base_url}, {rate}")
    if not config.crawl_contact:
        yield warning("settings", "the site cannot reach you about these crawls: set CRAWL_CONTACT=me@example.org")


def check_settings_file(path: Path) -> Iterator[Check]:
    """Warn when other users can read a `.env` that may hold a password."""
    if not path.is_file() or "DATABASE_URL" not in path.read_text(encoding="utf-8", errors="replace"):
        return
    if path.stat().st_mode & 0o077:
        yield warning("settings", f"{path} holds DATABASE_URL and other users can read it: chmod 600 {path}")


def check_disk() -> Iterator[Check]:
    """Check the disk that the embedded server and dbt write to."""
    yield check_free_space(EMBEDDED_HOME if EMBEDDED_HOME.exists() else REPOSITORY)


def check_free_space(path: Path) -> Check:
    """Check the free space of the disk of `path`."""
    free = shutil.disk_usage(path).free
    space = f"{free / GIGABYTE:.1f} GB free at {path}"
    if free < NO_SPACE:
        return problem("disk", f"{space}: free space before the next crawl or transform")
    if free < LITTLE_SPACE:
        return warning("disk", f"{space}: free space soon")
    return ok("disk", space)
