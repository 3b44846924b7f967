"""A long crawl over real HTTP: does it keep its pace, its limits and its memory?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.commands import run
from bench.scratch import Scratch
from bench.table import Line, Target
from scraper.sample_site.faults import Delay, Fault
from scraper.sample_site.season import Season
from scraper.sample_site.server import Request, SampleSite

CONCURRENCY = 3
SECONDS_TO_ANSWER = 0.25
_GAPS = 10
SESSIONS_PER_DAY = 60
_MEGABYTE = 1024 * 1024

_WHY_SLOW = "AutoThrottle waits longer than the delay when answers take longer than the delay times the concurrency"
_WHY_NOT_FLAT = "memory grows with the pages"


@dataclass(frozen=True)
class Pace:
    """When the requests of a crawl came to the site, which had set `delay` seconds between two of them."""

    requests: Sequence[Request]
    delay: float

    @property
    def dictated_seconds(self) -> float:
        """What the delay alone makes of it, from the first request to the last."""
        return self.delay * (len(self.requests) - 1)

    @property
    def seconds(self) -> float:
        """What it took, from the first request to the last."""
        return self.requests[-1].arrived_at - self.requests[0].arrived_at

    @property
    def smallest_gap(self) -> float:
        """Seconds between two requests, at least. One that was noticed late makes the next gap look smaller."""
        return self._smallest_average_of(1)

    @property
    def smallest_average_gap(self) -> float:
        """The same, averaged over ten gaps in a row: it hardly matters then how late a single one was noticed."""
        return self._smallest_average_of(min(_GAPS, len(self.requests) - 1))

    def _smallest_average_of(self, gaps: int) -> float:
        pairs = zip(self.requests, self.requests[gaps:], strict=False)
        return min(later.arrived_at - earlier.arrived_at for earlier, later in pairs) / gaps


def measure(scratch: Scratch, pages: int, delay: float) -> Iterator[Line]:
    """Lines for pace, politeness and memory of one crawl of about so many pages."""
    season = Season.generate(tracks=2, days=max(1, pages // SESSIONS_PER_DAY), sessions_per_day=SESSIONS_PER_DAY)
    days = list(season.days())
    with SampleSite(season, faults=[Fault("practice", Delay(SECONDS_TO_ANSWER))]) as site:
        done = run(
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
    asked = f"crawl of {len(pace.requests):,} pages, each answered after {SECONDS_TO_ANSWER} s"
    slower = pace.seconds / pace.dictated_seconds
    yield Line(
        f"{asked}: time",
        f"{pace.seconds:.1f} s",
        f"what a delay of {delay} s dictates: {pace.dictated_seconds:.1f} s",
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
        f"the same crawl: smallest gap, over {_GAPS} in a row",
        f"{gap * 1000:.1f} ms; the smallest single one looked like {pace.smallest_gap * 1000:.1f} ms",
        f"delay {delay * 1000:.0f} ms",
        f"{gap / delay:.3f} ×",
        [Target(gap, 0.98 * delay, "≥ 0.98 × the delay, as noticed by the site", "the site noticed some late")],
    )
    peak, halfway = done.peak_bytes / _MEGABYTE, max(done.resident_bytes[: len(done.resident_bytes) // 2]) / _MEGABYTE
    yield Line(
        "the same crawl: most memory",
        f"{peak:.0f} MB",
        f"its first half: {halfway:.0f} MB",
        f"{peak / halfway:.2f} ×",
        [
            Target(peak, 200, "≤ 200 MB", _WHY_NOT_FLAT, is_ceiling=True),
            Target(peak / halfway, 1.05, "flat: second half ≤ 1.05 × the first", _WHY_NOT_FLAT, is_ceiling=True),
        ],
    )
