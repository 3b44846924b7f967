"""The sample site on a loopback port: serves a season and records the requests."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

from scraper.sample_site.connections import Connection, Listener
from scraper.sample_site.responses import Response, respond
from scraper.sample_site.season import Season


@dataclass(frozen=True, slots=True)
class Request:
    """One request: arrival in seconds of the monotonic clock, path with query, status of the response, User-Agent.

    The status is the intended one, even when the response did not arrive.
    """

    arrived_at: float
    path: str
    status: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the site handles it: the season at that time, path with query, and the running number.

    ``visits_before`` counts earlier requests of the same path with query. ``wait`` pauses for some seconds, or until
    the site stops; it returns whether the site stops.
    """

    season: Season
    target: str
    number: int
    visits_before: int
    wait: Callable[[float], bool]


Deliver = Callable[[Response, Connection], None]
"""Sends a response over a connection."""


def deliver_whole(response: Response, connection: Connection) -> None:
    """Send a complete response and keep the connection open."""
    head = response.head(Content_Length=str(len(response.body)))
    connection.send_last(head + response.body, keep_open=True)


class SampleSite:
    """Serves ``season`` inside a ``with`` block; ``season`` may be replaced at any time.

    ``base_url`` is a value for ``LIVERC_BASE_URL``. A request is in ``requests`` before its response is sent. The end
    of the block closes all connections and raises the first error of the site itself, so that a bug of the site is not
    taken for a bug of the crawler.
    """

    def __init__(self, season: Season, port: int = 0, host: str = "127.0.0.1") -> None:
        """Port 0 is any free port. Raises ``OSError`` when the port is in use."""
        self.season = season
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._visits: Counter[str] = Counter()
        self._visit_numbers = count(1)
        self._in_flight = 0
        self._highest_in_flight = 0
        self._listener = Listener(host, port, self._serve)

    def __enter__(self) -> Self:
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
        """The base URL of the pages, with ``{track}`` in place of the track."""
        host, port = self._listener.server_address[:2]
        return f"http://{host!s}:{port}/{{track}}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests with a response so far, in order of arrival."""
        with self._lock:
            return tuple(sorted(self._requests, key=lambda request: request.arrived_at))

    @property
    def highest_in_flight(self) -> int:
        """The highest number of concurrent requests.

        A request counts until just before the last part of its response is sent, so this is never too high.
        """
        with self._lock:
            return self._highest_in_flight

    def handle(self, visit: Visit) -> tuple[Response, Deliver]:
        """Decide the response to a request and how to send it. A subclass may do both differently."""
        return respond(visit.season, visit.target, visit.number), deliver_whole

    def _serve(self, target: str, user_agent: str, connection: Connection) -> None:
        arrived_at = time.monotonic()
        with self._lock:
            visit = Visit(self.season, target, next(self._visit_numbers), self._visits[target], connection.wait)
            self._visits[target] += 1
            self._in_flight += 1
            self._highest_in_flight = max(self._highest_in_flight, self._in_flight)
        connection.before_last_part(self._one_less_in_flight)
        try:
            response, deliver = self.handle(visit)
            with self._lock:
                self._requests.append(Request(arrived_at, target, response.status, user_agent))
            deliver(response, connection)
        finally:
            connection.finish()

    def _one_less_in_flight(self) -> None:
        with self._lock:
            self._in_flight -= 1
