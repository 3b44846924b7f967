"""Days whose lists print one wrong figure each, and what the models of reconciliation say then, in every column."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from scraper.sample_site import page_text
from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from scraper.sample_site.statistics import laps_by_class_panel, leaderboard_panel
from tests.expected.analytics import EXPECTED
from tests.expected.analytics.session_facts import session_facts
from tests.expected.natural_keys import event_id

SEASON = Season.generate(tracks=1, days=12)
TRACK = SEASON.tracks[0].slug
DAYS = list(SEASON.days())
DRIVEN = session_facts(DAYS)

Row = dict[str, Any]


def told(model: str, *key: str) -> dict[Any, Row]:
    """The rows of a model, had nothing been damaged, by event and these columns."""
    return {tuple(row[column] for column in ("event_id", *key)): row for row in EXPECTED[model](DRIVEN)}


INTACT_DAYS = told("day_reconciliation")
INTACT_CLASSES = told("class_reconciliation", "class_name")


def most_track_time(day: Day) -> int:
    """The most whole seconds that rounding alone lets the site print: half a second per session more than ours."""
    row = INTACT_DAYS[event_id(day),]
    return int(row["our_track_time_seconds"] + Decimal(row["sessions"]) / 2)


@dataclass(frozen=True)
class Damage:
    """What stands at a place of the list's payload, and the figure that this makes of it."""

    path: str
    text: str
    figure: Any

    @property
    def payload(self) -> str:
        """The damaged payload, in SQL."""
        return f"jsonb_set(payload, '{{{self.path}}}', '\"{self.text}\"')"


TOO_MUCH_TIME = most_track_time(DAYS[1]) + 1
DAMAGES = {
    "laps": Damage("stats,total_laps", "9999", 9999),
    "track time": Damage("stats,total_track_time", page_text.track_time(TOO_MUCH_TIME), TOO_MUCH_TIME),
    "drivers": Damage("stats,unique_drivers", "99", 99),
    "classes": Damage("stats,unique_classes", "99", 99),
    "first start": Damage("stats,first_session", "1:02:03am", time(1, 2, 3)),
    "last start": Damage("stats,last_session", "11:59:59pm", time(23, 59, 59)),
    "best lap": Damage("leaderboard,0,time", "1.234", Decimal("1.234")),
    "best lap of": Damage("leaderboard,1,time", "1.234", Decimal("1.234")),
    "laps of": Damage("laps_by_class,0,laps", "9999", 9999),
}
RENAMING = Damage("laps_by_class,0,label", "No Class of Ours", None)
"""Damages two classes: one that only we have by its name, and one that only the panel has."""
TOLERATED = Damage("stats,total_track_time", page_text.track_time(most_track_time(DAYS[-1])), most_track_time(DAYS[-1]))
"""As much as rounding explains, on the last day."""
UNITS = {"track time": "_seconds"}

UNTOUCHED, RENAMED = DAYS[len(DAMAGES)], DAYS[len(DAMAGES) + 1]
"""Days whose figures nothing is done to, and whose panel names another class."""


def day_of(damage: str) -> Day:
    """Each damage has a day of its own."""
    return DAYS[list(DAMAGES).index(damage)]


def damaged_day(damage: str) -> Row:
    """The row of `day_reconciliation` of the damage's day; what is wrong with a class it tells in words alone."""
    row = INTACT_DAYS[event_id(day_of(damage)),]
    column, unit, site = column_of(damage), UNITS.get(damage, ""), DAMAGES[damage].figure
    if damage.endswith(" of"):
        of_class = INTACT_CLASSES[row["event_id"], class_of(damage)]
        named, ours, changed = f"{damage} {class_of(damage)}", of_class[f"our_{column}"], {}
    else:
        named, ours = damage, row[f"our_{column}{unit}"]
        changed = {f"site_{column}{unit}": site, **difference(damage, ours, site)}
    return {**row, **changed, "verdict": "differs", "differences": [f"{named} {site} by the site and {ours} by us"]}


def damaged_class(damage: str) -> Row:
    """The row of `class_reconciliation` of the damage's day and class."""
    row = INTACT_CLASSES[event_id(day_of(damage)), class_of(damage)]
    site, column = DAMAGES[damage].figure, column_of(damage)
    changed = {f"site_{column}": site, **difference(damage, row[f"our_{column}"], site)}
    return {**row, **changed, "best_lap_mismatch": column == "best_lap"}


def renamed_classes() -> list[Row]:
    """The rows of the class that only we have by its name, and of the one that only the panel has."""
    row = INTACT_CLASSES[event_id(RENAMED), first_class(RENAMED)]
    of_site = dict.fromkeys(row, None) | {
        "event_id": row["event_id"],
        "class_name": RENAMING.text,
        "site_laps": row["our_laps"],
        "laps_difference": -row["our_laps"],
        "best_lap_mismatch": False,
    }
    return [{**row, "site_laps": None, "laps_difference": row["our_laps"]}, of_site]


def difference(damage: str, ours: Any, site: Any) -> Row:
    """The column of the difference: ours minus the site's."""
    if isinstance(ours, time):
        ours, site = (datetime.combine(DAYS[0].date, clock) for clock in (ours, site))
    return {f"{column_of(damage)}_difference": ours - site}


def column_of(damage: str) -> str:
    """The figure in the names of columns."""
    return damage.removesuffix(" of").replace(" ", "_")


def class_of(damage: str) -> str:
    """The class whose figure is damaged."""
    day = day_of(damage)
    return leaderboard_panel(day)[1]["label"] if damage == "best lap of" else first_class(day)


def first_class(day: Day) -> str:
    """The first class of the panel of laps by class."""
    return laps_by_class_panel(day)[0]["label"]
