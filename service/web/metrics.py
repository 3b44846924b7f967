"""Metrics for Prometheus: requests of this process, and jobs and tracks as they are stored."""

from collections.abc import Iterable
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.web.pools import Pools

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_UP = "Whether the database answers and is derived"

_JOBS = "select kind, state, count(*) from jobs.jobs group by kind, state order by kind, state"
_OLDEST = """
select coalesce(extract(epoch from now() - min(created_at)), 0) from jobs.jobs
where state = 'queued' and not is_paused
"""
_TRACKS = """
select track_slug, practice_days, incomplete_days, extract(epoch from last_ingested_at)
from analytics.track_summaries
order by track_slug
"""


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
        self._count.labels(method, route or "none", status).inc()
        self._seconds.labels(route or "none").observe(seconds)


class _Stored(Collector):
    """What the database says at the moment."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools

    def collect(self) -> Iterable[Metric]:
        """Yield whether the database answers, and if it does, jobs and tracks."""
        try:
            jobs, oldest, tracks = self._read()
        except psycopg.Error:
            yield _gauge("practice_database_up", _UP, (), [(0,)])
            return
        yield _gauge("practice_database_up", _UP, (), [(1,)])
        yield _gauge("practice_jobs", "Jobs by kind and state", ("kind", "state"), jobs)
        yield _gauge("practice_jobs_oldest_waiting_seconds", "Age of the oldest job in the queue", (), oldest)
        days = [(track, known) for track, known, _, _ in tracks]
        incomplete = [(track, number) for track, _, number, _ in tracks]
        read_at = [(track, at) for track, _, _, at in tracks]
        yield _gauge("practice_days", "Practice days that are stored", ("track",), days)
        yield _gauge("practice_days_incomplete", "Practice days that are not complete", ("track",), incomplete)
        yield _gauge("practice_track_read_timestamp_seconds", "When a page was read last", ("track",), read_at)

    def _read(self) -> tuple[list[Any], list[Any], list[Any]]:
        with self._pools.jobs.connection() as connection:
            jobs, oldest = connection.execute(_JOBS).fetchall(), connection.execute(_OLDEST).fetchall()
        with self._pools.readers.connection() as connection:
            return jobs, oldest, connection.execute(_TRACKS).fetchall()


def exposition(requests: Requests, pools: Pools) -> bytes:
    """Return all metrics as Prometheus reads them."""
    stored = CollectorRegistry()
    stored.register(_Stored(pools))
    return generate_latest(requests.registry) + generate_latest(stored)


def _gauge(name: str, help_text: str, labels: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, help_text, labels=labels)
    for *values, number in rows:
        gauge.add_metric([str(value) for value in values], float(str(number)))
    return gauge
