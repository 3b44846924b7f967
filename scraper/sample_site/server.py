"""The sample site on a loopback port: serves a season, misbehaves on request, and remembers who asked for what."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from types import TracebackType

from scraper.sample_site.connections import Connection, Listener
from scraper.sample_site.deliveries import DeliveryFault, Whole
from scraper.sample_site.faults import Fault, PageFault
from scraper.sample_site.responses import answer
from scraper.sample_site.season import Season


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``arrived_at`` in seconds on the monotonic clock, ``path`` with its query, the answer's status.

    The status is the intended one, also where a fault keeps it from arriving.
    """

    arrived_at: float
    path: str
    status: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class _Visit:
    season: Season
    target: str
    number: int
    wait: Callable[[float], None]


class SampleSite:
    """Serves ``season`` while the ``with`` block lasts; ``season`` and ``faults`` may be set anew at any time.

    ``base_url`` is what goes into ``LIVERC_BASE_URL``. A request is in ``requests`` before its answer leaves.
    Leaving the block ends all connections and raises what went wrong in the site itself, so that a bug of the site is
    not taken for one of the crawler.
    """

    def __init__(self, season: Season, faults: Iterable[Fault] = (), port: int = 0, host: str = "127.0.0.1") -> None:
        """Takes any free port when ``port`` is 0; ``OSError`` when the given one is taken."""
        self.season = season
        self.faults = tuple(faults)
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._visits: Counter[str] = Counter()
        self._visit_numbers = count(1)
        self._in_flight = 0
        self._highest_in_flight = 0
        self._listener = Listener(host, port, self._serve)

    def __enter__(self) -> "SampleSite":
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.stop()
        if self._listener.errors:
            raise self._listener.errors[0]

    @property
    def base_url(self) -> str:
        """Where the pages are, with ``{track}`` in place of the track."""
        host, port = self._listener.server_address[:2]
        return f"http://{host!s}:{port}/{{track}}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests answered so far, in order of arrival."""
        with self._lock:
            return tuple(sorted(self._requests, key=lambda request: request.arrived_at))

    @property
    def highest_in_flight(self) -> int:
        """How many requests were being answered at once at most.

        A request stops counting just before the last part of its answer leaves, so this is never too high.
        """
        with self._lock:
            return self._highest_in_flight

    def _serve(self, target: str, user_agent: str, connection: Connection) -> None:
        arrived_at = time.monotonic()
        with self._lock:
            visits_before = self._visits[target]
            self._visits[target] += 1
            self._in_flight += 1
            self._highest_in_flight = max(self._highest_in_flight, self._in_flight)
            visit = _Visit(self.season, target, next(self._visit_numbers), connection.wait)
            faults = [fault.does for fault in self.faults if fault.fits(target, visits_before)]
        connection.before_last_part(self._one_less_in_flight)
        try:
            response = answer(visit.season, target, visit.number)
            for fault in faults:
                if isinstance(fault, PageFault):
                    response = fault.alter(response, visit)
            with self._lock:
                self._requests.append(Request(arrived_at, target, response.status, user_agent))
            deliveries = [fault for fault in faults if isinstance(fault, DeliveryFault)]
            (deliveries or [Whole()])[0].deliver(response, connection)
        finally:
            connection.finish()

    def _one_less_in_flight(self) -> None:
        with self._lock:
            self._in_flight -= 1
