"""What a crawl has done, and what it did not have to do, in words."""

from collections.abc import Iterator, Mapping

from scraper.console import counted
from scraper.crawl.stats import CrawlStats


def summary(
    crawl_id: int, outcome: str, stats: CrawlStats, figures: Mapping[str, int], seconds: float
) -> Iterator[str]:
    """Its lines. `figures` are those of `raw.crawls`, without the drivers if the database is gone."""
    yield f"Crawl {crawl_id} {outcome} after {seconds:.1f} s and {figures['requests']} requests"
    yield (
        f"  sessions  {figures['sessions_listed']} listed, {figures['sessions_ingested']} captured, "
        f"{figures['sessions_unchanged']} unchanged, {figures['sessions_failed']} failed"
    )
    drivers = figures.get("drivers_created_or_matched")
    by_drivers = "" if drivers is None else f", by {drivers} drivers"
    yield f"  laps      {figures['laps_ingested']} in {figures['sessions_with_laps']} sessions{by_drivers}"
    if not_asked := ", ".join(_not_asked(stats)):
        yield f"  skipped   {not_asked}"
    if stats["pages_failed"]:
        yield f"  failures  {stats['pages_failed']} on record, to be tried again by the next crawl"
    if outcome == "interrupted":
        yield "  the same command goes on from here"


def _not_asked(stats: CrawlStats) -> Iterator[str]:
    """What was not asked for, and why, beside the unchanged sessions of the lists that were read."""
    if days := stats["days_unchanged"]:
        yield f"{counted(days, 'unchanged day')} with {counted(stats['sessions_on_unchanged_days'], 'session')}"
    if days := stats["days_absent"]:
        yield f"{counted(days, 'day')} without practice"
    if sessions := stats["sessions_left"]:
        yield f"{counted(sessions, 'session page')} left for later (LIST_ONLY)"
    if pages := stats["pages_forbidden"]:
        yield f"{counted(pages, 'page')} that robots.txt does not allow"
