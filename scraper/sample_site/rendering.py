"""The three kinds of practice pages as HTML in LiveRC's structure, irregularities included.

``visit`` is the running number of the request. Asset versions and the copyright year depend on it, because two
responses of the real site are never the same bytes, even for an unchanged page.
"""

import json
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scraper.sample_site import page_text
from scraper.sample_site.practice import Day, Lap, Session, Track
from scraper.sample_site.season import Season
from scraper.sample_site.statistics import SessionStatistics, laps_by_class_panel, leaderboard_panel, stats_panel

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render_month(season: Season, slug: str, month: date, visit: int = 0) -> str:
    """Render a month's practice dates and today's sessions. ``month`` is any day of it. ``KeyError``: no such track."""
    dates = season.dates(slug)
    months = sorted({day.replace(day=1) for day in dates}, reverse=True)
    shown = month.replace(day=1)
    days = [season.day(slug, day) for day in reversed(dates) if day.replace(day=1) == shown]
    return _page(
        "month.html",
        season.track(slug),
        visit,
        month=page_text.month_name(shown),
        months=[(f"{each:%Y-%m}", page_text.month_name(each), each == shown) for each in months],
        days=[
            (_list_href(day), page_text.short_date(day.date), page_text.count(len(day.sessions) + day.unlisted))
            for day in days
        ],
        list_date=page_text.long_date(season.today),
        rows=_rows(season.day(slug, season.today)),
    )


def render_list(season: Season, slug: str, practice_date: date, visit: int = 0) -> str:
    """Render the sessions of one date, newest first, with the day's panels. ``KeyError`` for no such track."""
    day = season.day(slug, practice_date)
    classes = laps_by_class_panel(day)
    return _page(
        "list.html",
        day.track,
        visit,
        list_date=page_text.long_date(practice_date),
        rows=_rows(day),
        stats=stats_panel(day) if day.sessions else None,
        leaders=[{**leader, "href": session_href(int(leader["session_id"]))} for leader in leaderboard_panel(day)],
        laps_by_class=_script_json([{"label": each["label"], "data": int(each["laps"])} for each in classes]),
    )


def render_session(season: Season, slug: str, session_id: int, visit: int = 0) -> str:
    """Render one session with its laps. ``KeyError`` for no such track or session."""
    session = season.session(slug, session_id)
    fastest_lap = _fastest_lap_number(session)
    return _page(
        "session.html",
        season.track(slug),
        visit,
        session=session,
        date=page_text.long_date(session.started_at.date()),
        start=page_text.clock(session.started_at),
        end=page_text.clock(session.ended_at),
        length=page_text.length(session.length_seconds),
        valid_lap_range=page_text.lap_range(session.valid_range_ms),
        statistics=SessionStatistics.of(session),
        laps=[(_lap_label(lap), lap.number == fastest_lap) for lap in session.laps],
        laps_json=_script_json([_lap_object(lap) for lap in session.laps]),
    )


def session_href(session_id: int) -> Markup:
    """Return the link to a session. As on the site, ampersands are not escaped, and the order of parameters varies."""
    if session_id % 5 == 0:
        return Markup("/practice/?id={}&p=view_session").format(session_id)
    return Markup("/practice/?p=view_session&id={}").format(session_id)


def _page(template: str, track: Track, visit: int, **values: object) -> str:
    return _templates.get_template(template).render(
        track=track, asset_version=1100 + visit, copyright_year=2025 + visit % 2, number=page_text.number, **values
    )


def _rows(day: Day) -> list[dict[str, object]]:
    return [_row(session) for session in reversed(day.sessions)]


def _row(session: Session) -> dict[str, object]:
    statistics = SessionStatistics.of(session)
    transponder = f"({session.transponder})" if session.transponder else ""
    return {
        "href": session_href(session.session_id),
        "driver": session.driver,
        "class_and_transponder": f"{session.class_name} {transponder}".strip(),
        "started_at": session.started_at,
        "start": page_text.clock(session.started_at),
        "laps": statistics.lap_count,
        "length": page_text.length(session.length_seconds),
        "fast": page_text.number(statistics.fastest),
        "avg": page_text.number(statistics.average),
    }


def _list_href(day: Day) -> Markup:
    return Markup("/practice/?p=session_list&d={}").format(day.date)


def _fastest_lap_number(session: Session) -> int | None:
    fastest = min((lap for lap in session.laps if lap.is_valid), key=lambda lap: lap.time_ms, default=None)
    return fastest.number if fastest else None


def _lap_label(lap: Lap) -> str:
    return f"Lap {lap.number}: {page_text.lap_time(lap.time_ms)}{'' if lap.is_valid else '*'}"


def _lap_object(lap: Lap) -> dict[str, str]:
    finished_at = lap.finished_at
    return {
        "x": str(lap.number),
        "lap_time": page_text.lap_time(lap.time_ms),
        "date": f"{finished_at:%Y-%m-%d}",
        "time": f"{finished_at:%H:%M:%S}",
        "date_time_display": f"{finished_at:%m/%d/%Y} {page_text.clock(finished_at)}",
        "time_display": page_text.clock(finished_at),
        "is_valid": "1" if lap.is_valid else "0",
    }


def _script_json(value: object) -> str:
    r"""JSON for a script element. Slashes are escaped as on the site (``1\/10``), so ``</script>`` cannot occur."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")
