"""The crawler's page objects read from every rendered page what the season holds."""

from datetime import date
from typing import Any

import pytest

from scraper.pages import DayListPage, MonthPage, SessionPage
from scraper.sample_site import page_text
from scraper.sample_site.driver_names import folded
from scraper.sample_site.practice import Day, Lap, Session
from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season
from scraper.sample_site.statistics import SessionStatistics, site_stats

SLUGS = ("wattlegrove", "Iron-Range", "saltbushflat")


def _listed(session: Session) -> dict[str, str]:
    statistics = SessionStatistics.of(session)
    transponder = f" ({session.transponder})" if session.transponder else ""
    return {
        "session_id": str(session.session_id),
        "driver": folded(session.driver),
        "class_and_transponder": folded(session.class_name + transponder),
        "started_at": f"{session.started_at:%Y-%m-%d %H:%M:%S}",
        "started_at_display": page_text.clock(session.started_at),
        "laps": str(statistics.lap_count),
        "length": page_text.length(session.length_seconds),
        "fast": page_text.number(statistics.fastest),
        "avg": page_text.number(statistics.average),
    }


def _lap(lap: Lap) -> dict[str, str]:
    time = page_text.lap_time(lap.time_ms)
    return {
        "x": str(lap.number),
        "lap_time": time,
        "date": f"{lap.finished_at:%Y-%m-%d}",
        "time": f"{lap.finished_at:%H:%M:%S}",
        "date_time_display": f"{lap.finished_at:%m/%d/%Y} {page_text.clock(lap.finished_at)}",
        "time_display": page_text.clock(lap.finished_at),
        "is_valid": "1" if lap.is_valid else "0",
        "label": f"Lap {lap.number}: {time}" + ("" if lap.is_valid else "*"),
    }


def _session(day: Day, session: Session) -> dict[str, Any]:
    statistics = SessionStatistics.of(session)
    valid = [lap for lap in session.laps if lap.is_valid]
    payload: dict[str, Any] = {
        "track_name": day.track.name,
        "driver": folded(session.driver),
        "class": session.class_name,
        "transponder": session.transponder,
        "date": page_text.long_date(session.started_at.date()),
        "start": page_text.clock(session.started_at),
        "end": page_text.clock(session.ended_at),
        "length": page_text.length(session.length_seconds),
        "num_laps": str(statistics.lap_count),
        "fastest_lap": page_text.number(statistics.fastest),
        "top_3_consec": page_text.number(statistics.top_3_consecutive),
        "avg": page_text.number(statistics.average),
        "top_5": page_text.number(statistics.average_top_5),
        "top_10": page_text.number(statistics.average_top_10),
        "top_15": page_text.number(statistics.average_top_15),
        "std_deviation": page_text.number(statistics.std_deviation),
        "consistency": f"{statistics.consistency}%" if valid else "",
        "valid_lap_range": page_text.lap_range(session.valid_range_ms),
        "laps": [_lap(lap) for lap in session.laps],
    }
    if valid:
        payload["fast_lap"] = _lap(min(valid, key=lambda lap: lap.time_ms))["label"]
    return payload


def test_every_session_page(season: Season) -> None:
    for day in season.days():
        for session in day.sessions:
            html = render_session(season, day.track.slug, session.session_id)
            assert SessionPage(html).payload() == _session(day, session)


def test_every_list(season: Season) -> None:
    for day in season.days():
        page = DayListPage(render_list(season, day.track.slug, day.date), date=day.date.isoformat())
        assert page.payload() == {
            "track_name": day.track.name,
            "date_heading": page_text.long_date(day.date),
            "sessions": [_listed(session) for session in reversed(day.sessions)],
            **(site_stats(day) or {}),
        }


def test_a_list_without_sessions(season: Season) -> None:
    html = render_list(season, "Iron-Range", date(2025, 10, 1))
    assert DayListPage(html, date="2025-10-01").payload() == {
        "track_name": "Iron Range Radio Car Club",
        "date_heading": "October 1, 2025 (Wednesday)",
        "sessions": [],
    }


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("month", [date(2025, 10, 1), date(2025, 9, 1), date(2025, 8, 1), date(2024, 2, 1)])
def test_every_month_and_one_without_days(slug: str, month: date, season: Season) -> None:
    dates = season.dates(slug)
    assert MonthPage(render_month(season, slug, month), month=f"{month:%Y-%m}").payload() == {
        "track_name": season.track(slug).name,
        "month_heading": page_text.month_name(month),
        "available_months": sorted({f"{day:%Y-%m}" for day in dates}, reverse=True),
        "days": [
            {
                "date": day.isoformat(),
                "label": page_text.short_date(day),
                "sessions": str(len(season.day(slug, day).sessions)),
            }
            for day in reversed(dates)
            if day.replace(day=1) == month
        ],
    }
