"""The fields of the page objects by BeautifulSoup and `html.parser`, as most people would write it.

Each function returns the same payload as `scraper.pages` for a well-formed page. It handles no malformed pages.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag

_SESSION_CELLS = {
    "Driver": "driver",
    "Class": "class",
    "Transponder": "transponder",
    "Num Laps": "num_laps",
    "Fastest Lap": "fastest_lap",
    "Top 3 Consec": "top_3_consec",
}
_SESSION_LINES = {
    "Date": "date",
    "Start": "start",
    "End": "end",
    "Length of Session": "length",
    "Avg": "avg",
    "Top 5": "top_5",
    "Top 10": "top_10",
    "Top 15": "top_15",
    "Std Deviation": "std_deviation",
    "Consistency": "consistency",
}


def month(html: str) -> dict[str, Any]:
    """Return the payload of a month page."""
    soup = BeautifulSoup(html, "html.parser")
    panel = _panel(soup, "Practice Dates for")
    days = []
    for row in panel.select("table.table tr"):
        if cells := row.select("td"):
            label, sessions = (_text(cell) for cell in cells)
            days.append({"date": _query(cells[0].select("a")[0], "d"), "label": label, "sessions": sessions})
    return {
        "track_name": _text(soup.select("h1.page-header")[0]),
        "month_heading": _text(panel.select(".panel-heading")[0]).removeprefix("Practice Dates for "),
        "available_months": [str(option["value"]) for option in soup.select("#available_session_months option")],
        "days": days,
    }


def day_list(html: str) -> dict[str, Any]:
    """Return the payload of a list page."""
    soup = BeautifulSoup(html, "html.parser")
    payload = {
        "track_name": _text(soup.select("h1.page-header")[0]),
        "date_heading": _text(soup.select("h5.page-header")[0]),
        "sessions": [_listed_session(row) for row in soup.select("table.practice_session_list tbody tr")],
    }
    if not payload["sessions"]:
        return payload
    stats = _panel(soup, "Practice Stats for")
    leaderboard = _panel(soup, "Practice Leaderboard for")
    counts = _array(stats, r"var data = (\[.*?\]);")
    return payload | {
        "stats": _stats(stats),
        "leaderboard": [_leader(row) for row in leaderboard.select("tr")],
        "laps_by_class": [{"label": count["label"], "laps": str(count["data"])} for count in counts],
    }


def session(html: str) -> dict[str, Any]:
    """Return the payload of a session page."""
    soup = BeautifulSoup(html, "html.parser")
    payload: dict[str, Any] = {"track_name": _text(soup.select("h1.page-header")[0])}
    for row in soup.select("#page-wrapper table.table")[0].select("tr"):
        label, cell = _text(row.select("th")[0]), row.select("td")[0]
        if label in _SESSION_CELLS:
            payload[_SESSION_CELLS[label]] = _text(cell)
        elif label == "Valid Lap Range":
            payload["valid_lap_range"] = _lines(cell)[0]
        else:
            payload |= {_SESSION_LINES[name]: value for name, value in _labelled(cell).items()}
    spans = soup.select("div.laps_list span")
    labels = {text.split(":")[0].removeprefix("Lap "): text for text in map(_text, spans)}
    laps = _array(soup, r"var lapsObj = (\[.*?\]);")
    payload["laps"] = [{**lap, "label": labels[lap["x"]]} for lap in laps]
    if fast_lap := soup.select("div.laps_list span.fast_lap"):
        payload["fast_lap"] = _text(fast_lap[0])
    return payload


def _listed_session(row: Tag) -> dict[str, str]:
    who, when, how_long, how_fast = row.select("td")
    link = who.select("a")[0]
    started_at = _text(when.select("div.hidden")[0])
    laps, length = _lines(how_long)
    times = _labelled(how_fast)
    return {
        "session_id": _query(link, "id"),
        "driver": _text(link),
        "class_and_transponder": _text(who.select("small")[0]),
        "started_at": started_at,
        "started_at_display": _text(when).removeprefix(started_at).strip(),
        "laps": laps,
        "length": length,
        "fast": times.get("Fast", ""),
        "avg": times.get("Avg", ""),
    }


def _stats(panel: Tag) -> dict[str, str]:
    stats: dict[str, str] = {}
    for row in panel.select("tr"):
        label, cell = _text(row.select("th")[0]), row.select("td")[0]
        if label == "Time Range":
            stats |= {_key(name): value for name, value in _labelled(cell).items()}
        elif label != "Laps-by-Class":
            stats[_key(label)] = _text(cell)
    return stats


def _leader(row: Tag) -> dict[str, str]:
    link = row.select("td a")[0]
    leader = {"label": _text(row.select("th")[0]), "time": _text(link), "session_id": _query(link, "id")}
    driver, *class_name = map(_text, row.select("small"))
    if class_name:
        return leader | {"driver": driver, "class": class_name[0]}
    return leader | {"driver": driver.removeprefix("(").removesuffix(")")}


def _panel(soup: BeautifulSoup, heading: str) -> Tag:
    return next(
        panel for panel in soup.select("div.panel") if _text(panel.select(".panel-heading")[0]).startswith(heading)
    )


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _lines(cell: Tag) -> list[str]:
    return [" ".join(text.split()) for text in cell.find_all(string=True) if text.strip()]


def _labelled(cell: Tag) -> dict[str, str]:
    return {label: value.strip() for label, _, value in (line.partition(":") for line in _lines(cell))}


def _key(label: str) -> str:
    return label.lower().replace(" ", "_")


def _query(link: Tag, name: str) -> str:
    return parse_qs(urlsplit(str(link["href"])).query)[name][0]


def _array(soup: Tag, assignment: str) -> list[dict[str, Any]]:
    for script in soup.select("script"):
        if found := re.search(assignment, script.string or "", re.DOTALL):
            return list(json.loads(found[1]))
    return []
