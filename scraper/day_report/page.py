"""The page: everything of a practice day in one file that needs no network and runs no script but its own."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from scraper.day_report import charts, wording
from scraper.day_report.charts import Chart
from scraper.day_report.pace import Pace, paces_of
from scraper.day_report.practice_day import Place, PracticeDay, Record, Session
from scraper.day_report.racers import FEWEST_LAPS_FOR_CONSISTENCY, Racer, racers_of

_HERE = Path(__file__).parent
_FEWEST_RUNS_FOR_A_LINE = 2


@dataclass(frozen=True)
class ClassOfDay:
    """A class with its leaderboard, how its racers' laps spread, and its record."""

    name: str
    places: list[Place]
    paces: list[Pace]
    pace_chart: Chart | None
    record: Record | None


@dataclass(frozen=True)
class RacerOnPage:
    """A racer with the charts that there are figures for."""

    racer: Racer
    progress_chart: Chart | None
    lap_chart: Chart | None


@dataclass(frozen=True)
class HourlyBests:
    """The best lap of each class by the hour in which the run began."""

    classes: list[str]
    hours: list[tuple[int, list[Decimal | None]]]


def render(day: PracticeDay) -> str:
    """The whole page. The same rows give the same page."""
    racers = racers_of(day)
    labels = {racer.racer_id: racer.label for racer in racers}
    # A day when all times are known by list only has them in the leaderboards, too.
    day_chart = charts.day_chart(day.sessions, labels) if any(session.best_lap for session in day.sessions) else None
    return (
        _environment()
        .get_template("day.html")
        .render(
            head=day.head,
            day=day,
            racers=[_on_page(racer) for racer in racers],
            by_id={racer.racer_id: racer for racer in racers},
            classes=_classes(day, racers),
            day_chart=day_chart,
            hourly=hourly_bests(day.sessions),
            captured=sum(session.detail_status == "captured" for session in day.sessions),
            invalid_laps=sum(not lap.is_valid for lap in day.laps),
            fastest=min(day.places, key=lambda place: place.best_lap, default=None),
            improved=[each for each in day.driver_days if each.is_most_improved],
            steadiest=max(racers, key=_steadiness, default=None),
            busiest=max(racers, key=lambda racer: racer.laps, default=None),
            fewest_laps=FEWEST_LAPS_FOR_CONSISTENCY,
            styles=Markup(_text("page.css")),  # noqa: S704 - our own files
            scripts=[Markup(script) for script in _scripts()],  # noqa: S704 - our own files
            script_hashes=[_hash(script) for script in _scripts()],
        )
    )


def hourly_bests(sessions: Sequence[Session]) -> HourlyBests:
    """What the chart of the day shows, in figures."""
    bests: dict[tuple[int, str], Decimal] = {}
    for session in sessions:
        if session.best_lap is not None and session.start_time is not None:
            key = (session.start_time.hour, session.class_name)
            bests[key] = min(session.best_lap, bests.get(key, session.best_lap))
    classes = sorted({class_name for _, class_name in bests})
    hours = sorted({hour for hour, _ in bests})
    return HourlyBests(classes, [(hour, [bests.get((hour, name)) for name in classes]) for hour in hours])


def _classes(day: PracticeDay, racers: Sequence[Racer]) -> list[ClassOfDay]:
    records = {record.class_name: record for record in day.records}
    found = []
    for name, group in groupby(day.places, key=lambda place: place.class_name):
        places = list(group)
        paces = paces_of(name, places, racers)
        chart = charts.pace_chart(paces) if paces else None
        found.append(ClassOfDay(name, places, paces, chart, records.get(name)))
    return found


def _on_page(racer: Racer) -> RacerOnPage:
    runs_with_a_lap = [run for run in racer.runs if run.session.best_lap is not None]
    has_laps = any(lap.seconds is not None for run in racer.runs for lap in run.laps)
    return RacerOnPage(
        racer,
        charts.progress_chart(racer) if len(runs_with_a_lap) >= _FEWEST_RUNS_FOR_A_LINE else None,
        charts.lap_chart(racer) if has_laps else None,
    )


def _steadiness(racer: Racer) -> Decimal:
    run = racer.most_consistent_run
    return (run.comparable_consistency if run else None) or Decimal(-1)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(wording, name) for name in wording.FILTERS}
    environment.globals["flag_words"] = wording.FLAGS
    return environment


@lru_cache(maxsize=1)
def _scripts() -> tuple[str, ...]:
    """In the order of the page: plotly's own, and ours."""
    return get_plotlyjs(), _text("page.js")


def _text(name: str) -> str:
    return (_HERE / "templates" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """By which the page's policy knows a script; no other one runs."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
