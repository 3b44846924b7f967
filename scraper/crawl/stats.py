"""What a crawl counts, in Scrapy's stats: one name for each figure, for the summary, the record and the progress."""

from typing import cast

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from scraper.raw.items import FailedPage, Page, PracticeList, PracticeSession

_PREFIX = "practice/"


class CrawlStats:
    """The figures of one crawl. Pages count as stored or failed once that is committed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def _stats(self) -> StatsCollector:
        return self._crawler.stats

    def __getitem__(self, figure: str) -> int:
        return int(self._stats.get_value(_PREFIX + figure, 0))

    def add(self, figure: str, count: int = 1) -> None:
        """Count."""
        self._stats.inc_value(_PREFIX + figure, count)

    def stop(self, why: str) -> None:
        """The crawl cannot do its work; the first reason is the one to tell."""
        if not self.stop_reason:
            self._stats.set_value(_PREFIX + "stop_reason", why)

    @property
    def stop_reason(self) -> str | None:
        """Why the crawl could not do its work, in one line; None while it can."""
        return cast(str | None, self._stats.get_value(_PREFIX + "stop_reason"))

    @property
    def finish_reason(self) -> str:
        """How it ended, in Scrapy's words."""
        return str(self._stats.get_value("finish_reason"))

    @property
    def requests(self) -> int:
        """Requests sent to the site, robots.txt and retries included."""
        return int(self._stats.get_value("downloader/request_count", 0))

    @property
    def pages_done(self) -> int:
        """Pages stored or failed."""
        return self["pages_stored"] + self["pages_failed"]

    @property
    def last_failure(self) -> str | None:
        """URL and reason of the page that failed last."""
        return cast(str | None, self._stats.get_value(_PREFIX + "last_failure"))

    def page_failed(self, failed: FailedPage) -> None:
        """A page's failure is on record."""
        self.add("pages_failed")
        self.add(f"{failed.kind}s_failed")
        self._stats.set_value(_PREFIX + "last_failure", f"{failed.url}: {failed.reason}")

    def page_stored(self, page: Page, *, is_new: bool) -> None:
        """A page is committed: as a new version, or seen again as it was."""
        self.add("pages_stored")
        if isinstance(page, PracticeSession):
            self._session_stored(page, is_new=is_new)
        elif isinstance(page, PracticeList):
            self.add("lists_stored")

    def _session_stored(self, session: PracticeSession, *, is_new: bool) -> None:
        if not is_new:
            self.add("sessions_same")
            return
        laps = len(session.payload.get("laps", []))
        self.add("sessions_captured")
        self.add("sessions_with_laps", 1 if laps else 0)
        self.add("laps", laps)

    @property
    def figures(self) -> dict[str, int]:
        """The figures of `raw.crawls`, by column; but for the drivers, whom only the tables can count."""
        return {
            "requests": self.requests,
            "sessions_listed": self["sessions_listed"],
            "sessions_ingested": self["sessions_captured"],
            "sessions_unchanged": self["sessions_unasked"] + self["sessions_same"],
            "sessions_failed": self["sessions_failed"],
            "sessions_with_laps": self["sessions_with_laps"],
            "laps_ingested": self["laps"],
        }
