"""The expected rows of ``tracks`` and ``events``."""

from datetime import datetime

from scraper.sample_site.practice import Day, Track
from scraper.sample_site.statistics import DayStatistics, site_stats
from tests.expected.natural_keys import (
    SOURCE,
    Row,
    base_url_of,
    event_id,
    list_url,
    source_event_id,
    track_id,
)


def track_row(track: Track, base_url: str) -> Row:
    """The track's row of ``tracks``."""
    return {
        "id": track_id(track),
        "source": SOURCE,
        "source_track_slug": track.slug,
        "track_name": track.name,
        "track_url": base_url_of(track, base_url),
        "time_zone": None,
    }


def event_row(day: Day, base_url: str) -> Row:
    """The day's row of ``events``."""
    statistics = DayStatistics.of(day)
    return {
        "id": event_id(day),
        "source": SOURCE,
        "source_event_id": source_event_id(day),
        "track_id": track_id(day.track),
        "event_name": f"Practice Day - {day.date}",
        "event_date": day.date,
        "event_entries": 0,
        "event_drivers": statistics.unique_drivers,
        "event_url": list_url(day, base_url),
        "ingest_depth": "partial" if day.unlisted else "laps_full" if day.sessions else "none",
        "event_metadata": {
            "practiceDayStats": {
                "totalLaps": statistics.total_laps,
                "totalTrackTimeSeconds": statistics.printed_track_time,
                "uniqueDrivers": statistics.unique_drivers,
                "uniqueClasses": statistics.unique_classes,
                "timeRangeStart": _iso(statistics.first_start),
                "timeRangeEnd": _iso(statistics.last_start),
            },
            "siteStats": site_stats(day),
        },
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
