"""Days whose lists print one wrong figure each, and the expected rows of the reconciliation models."""

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


def intact_rows(model: str, *key: str) -> dict[Any, Row]:
    """Return the expected rows of a model without damage, by event and these columns."""
    return {tuple(row[column] for column in ("event_id", *key)): row for row in EXPECTED[model](DRIVEN)}


INTACT_DAYS = intact_rows("day_reconciliation")
INTACT_CLASSES = intact_rows("class_reconciliation", "class_name")


def most_track_time(day: Day) -> int:
    """Return the most whole seconds that rounding explains: half a second per session more than ours."""
    row = INTACT_DAYS[event_id(day),]
    return int(row["our_track_time_seconds"] + Decimal(row["sessions"]) / 2)


@dataclass(frozen=True)
class Damage:
    """A text at a path of the list payload, and the figure that the models read from it."""

    path: str
    text: str
    figure: Any

    @property
    def payload(self) -> str:
        """Return the damaged payload as an SQL expression."""
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
"""Renames a class of the panel, so that each side has a class that the other side does not have."""
TOLERATED = Damage("stats,total_track_time", page_text.track_time(most_track_time(DAYS[-1])), most_track_time(DAYS[-1]))
"""The largest difference that rounding explains, on the last day."""
UNITS = {"track time": "_seconds"}

UNTOUCHED, RENAMED = DAYS[len(DAMAGES)], DAYS[len(DAMAGES) + 1]
"""A day without damage, and the day with the renamed class."""


def day_of(damage: str) -> Day:
    """Return the day of the damage; each damage has its own."""
    return DAYS[list(DAMAGES).index(damage)]


def damaged_day(damage: str) -> Row:
    """Return the row of `day_reconciliation` of the damaged day. Damage of a class appears only in `differences`."""
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
    """Return the row of `class_reconciliation` of the damaged day and class."""
    row = INTACT_CLASSES[event_id(day_of(damage)), class_of(damage)]
    site, column = DAMAGES[damage].figure, column_of(damage)
    changed = {f"site_{column}": site, **difference(damage, row[f"our_{column}"], site)}
    return {**row, **changed, "best_lap_mismatch": column == "best_lap"}


def renamed_classes() -> list[Row]:
    """Return the rows of the class that only we have, and of the class that only the panel has."""
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
    """Return the column of the difference: ours minus the site's."""
    if isinstance(ours, time):
        ours, site = (datetime.combine(DAYS[0].date, clock) for clock in (ours, site))
    return {f"{column_of(damage)}_difference": ours - site}


def column_of(damage: str) -> str:
    """Return the figure as it is written in column names."""
    return damage.removesuffix(" of").replace(" ", "_")


def class_of(damage: str) -> str:
    """Return the class whose figure is damaged."""
    day = day_of(damage)
    return leaderboard_panel(day)[1]["label"] if damage == "best lap of" else first_class(day)


def first_class(day: Day) -> str:
    """Return the first class of the panel of laps by class."""
    return laps_by_class_panel(day)[0]["label"]
