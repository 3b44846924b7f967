"""Metrics for Prometheus: requests of this process; and jobs, crawls, transforms and tracks as they are stored."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.web.kept import Kept
from service.web.pools import Pools
from service.web.queries.all_tracks import AllTracks

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class _Gauges:
    """Gauges of one query. Its rows have the values of the labels, then the number of each gauge, null for none."""

    query: str
    labels: Sequence[str]
    named: dict[str, str]
    """Descriptions by name, in the order of the numbers."""


_JOBS = (
    _Gauges(
        "select kind, state, count(*) from jobs.jobs group by kind, state order by kind, state",
        ("kind", "state"),
        {"practice_jobs": "Jobs by kind and state"},
    ),
    _Gauges(
        """
        select coalesce(extract(epoch from now() - min(created_at)), 0) from jobs.jobs
        where state = 'queued' and not is_paused
        """,
        (),
        {"practice_jobs_oldest_waiting_seconds": "Age of the oldest job in the queue"},
    ),
    _Gauges(
        """
        select outcome, crawls, requests, sessions_ingested, sessions_failed, extract(epoch from last_started_at)
        from jobs.crawl_totals
        order by outcome
        """,
        ("outcome",),
        {
            "practice_crawls": "Crawls by outcome",
            "practice_crawl_requests": "Requests that crawls have sent",
            "practice_crawl_sessions": "Session pages that crawls have stored",
            "practice_crawl_sessions_failed": "Session pages that crawls have failed to read",
            "practice_crawl_timestamp_seconds": "When the last crawl of this outcome began",
        },
    ),
    _Gauges(
        """
        select track_slug, page_kind, reason_kind, pages, extract(epoch from first_failed_at)
        from jobs.failed_page_totals
        order by track_slug, page_kind, reason_kind
        """,
        ("track", "page_kind", "reason"),
        {
            "practice_failed_pages": "Pages that have failed and are still not captured",
            "practice_failed_pages_since_timestamp_seconds": "When the first of them failed",
        },
    ),
    _Gauges(
        """
        select outcome, transforms, seconds, extract(epoch from last_ended_at) from jobs.transform_totals
        order by outcome
        """,
        ("outcome",),
        {
            "practice_transforms": "Transforms by outcome",
            "practice_transform_seconds": "Seconds that transforms have taken together",
            "practice_transform_timestamp_seconds": "When the last transform of this outcome ended",
        },
    ),
    _Gauges(
        "select entries, extract(epoch from first_queued_at) from jobs.transform_backlog",
        (),
        {
            "practice_underived_pages": "Page versions that are stored and not derived",
            "practice_underived_pages_since_timestamp_seconds": "When the first of them was stored",
        },
    ),
)
_OF_TRACKS = (
    ("practice_days", "Practice days that are stored"),
    ("practice_days_incomplete", "Practice days that are not complete"),
)
_READS = _Gauges(
    "select track_slug, extract(epoch from last_read_at) from analytics.track_reads order by track_slug",
    ("track",),
    {"practice_track_read_timestamp_seconds": "When a month page was read last, changed or not"},
)

_SECONDS = 5.0
_SECONDS_TO_WAIT = 2.0
"""Whoever reads the metrics waits ten seconds at most, as Prometheus does, also while the database is gone."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
"""A client may invent others, and each would be a line for ever."""


class Requests:
    """Counts the requests that this process has answered, by path and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._count = Counter("practice_requests", "Requests that were answered", labels, registry=self.registry)
        self._seconds = Histogram(
            "practice_request_seconds", "Seconds until the answer had ended", ("route",), registry=self.registry
        )

    def note(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count a request; `route` is None for a path that does not exist."""
        method = method if method in _METHODS else "other"
        self._count.labels(method, route or "none", status).inc()
        self._seconds.labels(route or "none").observe(seconds)

    def text(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        return generate_latest(self.registry)


class Stored:
    """What the database says, read every five seconds at most: whoever asks on and on does not keep others waiting."""

    def __init__(self, tracks: AllTracks, clock: Callable[[], float] = time.monotonic) -> None:
        self._tracks = tracks
        self._kept: Kept[bytes] = Kept(_SECONDS, clock)
        self._one_at_a_time = Lock()

    def text(self, pools: Pools) -> bytes:
        """Return the metrics as Prometheus reads them."""
        with self._one_at_a_time:
            return self._kept.get(lambda: _text(_OfDatabase(pools, self._tracks)))


class _OfDatabase(Collector):
    """Whether the database answers, whether it is derived, and what can be read of it."""

    def __init__(self, pools: Pools, tracks: AllTracks) -> None:
        self._pools = pools
        self._tracks = tracks

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics of jobs, then those of tracks; of what does not answer only that it does not."""
        yield from _collected("practice_database_up", "Whether the database answers", self._jobs)
        yield from _collected("practice_database_derived", "Whether the analytics answer", self._days)

    def _jobs(self) -> Sequence[Metric]:
        with self._pools.jobs.connection(_SECONDS_TO_WAIT) as connection:
            rows = [connection.execute(each.query.encode()).fetchall() for each in _JOBS]
        return [family for each, found in zip(_JOBS, rows, strict=True) for family in _families(each, found)]

    def _days(self) -> Sequence[Metric]:
        families = [GaugeMetricFamily(name, help_text, labels=("track",)) for name, help_text in _OF_TRACKS]
        for track in self._tracks.read(self._pools, timeout=_SECONDS_TO_WAIT):
            figures = track["practice_days"], track["incomplete_days"]
            for family, figure in zip(families, figures, strict=True):
                family.add_metric([track["track_slug"]], figure)
        with self._pools.readers.connection(_SECONDS_TO_WAIT) as connection:
            return [*families, *_families(_READS, connection.execute(_READS.query.encode()).fetchall())]


def _collected(name: str, help_text: str, read: Callable[[], Sequence[Metric]]) -> Iterable[Metric]:
    try:
        metrics = read()
    except psycopg.Error:
        return [GaugeMetricFamily(name, help_text, 0)]
    return [GaugeMetricFamily(name, help_text, 1), *metrics]


def _text(collector: Collector) -> bytes:
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry)


def _families(gauges: _Gauges, rows: Sequence[tuple[Any, ...]]) -> Iterable[Metric]:
    labels = len(gauges.labels)
    for place, (name, help_text) in enumerate(gauges.named.items(), start=labels):
        family = GaugeMetricFamily(name, help_text, labels=gauges.labels)
        for row in rows:
            if row[place] is not None:
                family.add_metric([str(value) for value in row[:labels]], float(row[place]))
        yield family
