"""Pace, limits and memory of a long crawl over HTTP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.commands import run
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line, Target
from scraper.sample_site.responses import Response
from scraper.sample_site.season import Season
from scraper.sample_site.server import Deliver, Request, SampleSite, Visit

CONCURRENCY = 3
RESPONSE_SECONDS = 0.25
_GAPS = 10
SESSIONS_PER_DAY = 60
_MEGABYTE = 1024 * 1024

_WHY_SLOW = "AutoThrottle waits longer than the delay when responses take longer than the delay times the concurrency"
_WHY_NOT_FLAT = "memory grows with the number of pages"


@dataclass(frozen=True)
class Pace:
    """The times at which the requests of a crawl arrived, with `delay` seconds between two requests as the setting."""

    requests: Sequence[Request]
    delay: float

    @property
    def least_seconds(self) -> float:
        """Return the seconds from the first request to the last that the delay alone requires."""
        return self.delay * (len(self.requests) - 1)

    @property
    def seconds(self) -> float:
        """Return the measured seconds from the first request to the last."""
        return self.requests[-1].arrived_at - self.requests[0].arrived_at

    @property
    def smallest_gap(self) -> float:
        """Return the fewest seconds between two requests. A request recorded late makes the next gap look smaller."""
        return self._smallest_average_of(1)

    @property
    def smallest_average_gap(self) -> float:
        """Return the smallest average of ten consecutive gaps, which one request recorded late hardly changes."""
        return self._smallest_average_of(min(_GAPS, len(self.requests) - 1))

    def _smallest_average_of(self, gaps: int) -> float:
        pairs = zip(self.requests, self.requests[gaps:], strict=False)
        return min(later.arrived_at - earlier.arrived_at for earlier, later in pairs) / gaps


class SlowSite(SampleSite):
    """A sample site that takes `RESPONSE_SECONDS` for each page."""

    def handle(self, visit: Visit) -> tuple[Response, Deliver]:
        """Wait, then respond as usual."""
        if visit.target != "/robots.txt":
            visit.wait(RESPONSE_SECONDS)
        return super().handle(visit)


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield lines for the pace, the limits and the memory of one crawl."""
    delay, days_per_track = settings.delay, max(1, settings.pages // SESSIONS_PER_DAY)
    season = Season.generate(tracks=2, days=days_per_track, sessions_per_day=SESSIONS_PER_DAY)
    days = list(season.days())
    with SlowSite(season) as site:
        crawl = run(
            "crawl",
            scratch.database("crawl"),
            scratch.folder,
            TRACK=" ".join(track.slug for track in season.tracks),
            FROM=f"{days[0].date}",
            TO=f"{days[-1].date}",
            LIVERC_BASE_URL=site.base_url,
            CRAWL_DELAY=f"{delay}",
            CRAWL_CONCURRENCY=f"{CONCURRENCY}",
        )
        pace, most_in_flight = Pace(site.requests, delay), site.highest_in_flight
    what = f"crawl of {len(pace.requests):,} pages, each response after {RESPONSE_SECONDS} s"
    slower = pace.seconds / pace.least_seconds
    yield Line(
        f"{what}: time",
        f"{pace.seconds:.1f} s",
        f"least time with a delay of {delay} s: {pace.least_seconds:.1f} s",
        f"{slower:.3f} ×",
        [Target(slower, 1.05, "within 5 %", _WHY_SLOW, is_ceiling=True)],
    )
    yield Line(
        "the same crawl: most requests in flight",
        f"{most_in_flight}",
        f"concurrency {CONCURRENCY}",
        "",
        [Target(most_in_flight, CONCURRENCY, f"≤ {CONCURRENCY}", is_ceiling=True)],
    )
    gap = pace.smallest_average_gap
    yield Line(
        f"the same crawl: smallest average of {_GAPS} consecutive gaps",
        f"{gap * 1000:.1f} ms; smallest single gap as recorded: {pace.smallest_gap * 1000:.1f} ms",
        f"delay {delay * 1000:.0f} ms",
        f"{gap / delay:.3f} ×",
        [
            Target(
                gap, 0.98 * delay, "≥ 0.98 × the delay, as recorded by the site", "the site recorded some requests late"
            )
        ],
    )
    peak, halfway = (
        crawl.peak_bytes / _MEGABYTE,
        max(crawl.resident_bytes[: len(crawl.resident_bytes) // 2]) / _MEGABYTE,
    )
    yield Line(
        "the same crawl: peak memory",
        f"{peak:.0f} MB",
        f"its first half: {halfway:.0f} MB",
        f"{peak / halfway:.2f} ×",
        [
            Target(peak, 200, "≤ 200 MB", _WHY_NOT_FLAT, is_ceiling=True),
            Target(peak / halfway, 1.05, "flat: second half ≤ 1.05 × the first", _WHY_NOT_FLAT, is_ceiling=True),
        ],
    )
