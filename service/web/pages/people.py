"""People: search, and one person over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from scraper.report.drawing import Chart
from service.web.pages.charts import best_laps_chart, consistency_chart
from service.web.pages.rendering import page, with_query
from service.web.pools import ThePools
from service.web.queries import people, tracks

router = APIRouter(include_in_schema=False)

_MOST_PEOPLE = 50
_MOST_CHARTS = 6
RULES = {
    "override": "An analyst has decided it",
    "same_name": "The same name at the same track",
    "same_transponder": "The same name on the same transponder at another track",
    "named_transponder": "Sessions without a name, on a transponder whose other sessions have this name",
}
"""The rules that make a driver a person, in words."""


@dataclass(frozen=True)
class Progress:
    """The days of a person in a class at a track, from the first to the last, and their charts."""

    track_name: str
    class_name: str
    days: Sequence[dict[str, Any]]
    best_laps: Chart
    consistency: Chart | None

    @property
    def best(self) -> dict[str, Any]:
        """The day with the best lap; of equal ones the first."""
        return min((day for day in self.days if day["best_lap"] is not None), key=lambda day: day["best_lap"])


@router.get("/people")
def find_people(
    request: Request,
    pools: ThePools,
    q: Annotated[str, Query(max_length=100)] = "",
    after: UUID | None = None,
) -> Response:
    """Show the form to search people, and those that are found."""
    wanted = "".join(letter if letter.isprintable() else " " for letter in q).strip()  # as a spreadsheet copies it
    found: Sequence[dict[str, Any]] = []
    track_names: Mapping[str, str] = {}
    if len(wanted) >= people.FEWEST_LETTERS:
        with pools.readers.connection() as connection:
            found = people.find_people(connection, wanted, after, _MOST_PEOPLE + 1)
            track_names = tracks.names_of(connection, {slug for person in found for slug in person["tracks"]})
    shown = found[:_MOST_PEOPLE]
    following = with_query("/people", q=wanted, after=shown[-1]["person_id"]) if len(found) > _MOST_PEOPLE else None
    return page(
        request,
        "people.html",
        wanted=wanted,
        people=shown,
        track_names=track_names,
        following=following,
        fewest_letters=people.FEWEST_LETTERS,
        is_further=after is not None,
    )


@router.get("/people/{person_id:uuid}")
def show_person(person_id: UUID, request: Request, pools: ThePools) -> Response:
    """Show a person over time, and why each transponder and name is this person."""
    with pools.readers.connection() as connection, connection.transaction():
        person = people.find_person(connection, person_id)
        days = people.days_of_person(connection, person_id)
        identities = people.identities(connection, person_id)
        track_names = tracks.names_of(connection, {identity["track_slug"] for identity in identities})
    return page(
        request,
        "person.html",
        person=person,
        days=days,
        progress=progress_of(days),
        identities=identities,
        track_names=track_names,
        rules=RULES,
        dates=len({day["event_id"] for day in days}),
    )


def progress_of(days: Sequence[dict[str, Any]]) -> Sequence[Progress]:
    """Return the classes of the tracks with a line to draw, those with most days first, and at most some of them."""

    def place(day: dict[str, Any]) -> tuple[str, str]:
        return day["track_slug"], day["class_name"]

    progress = []
    for (_, class_name), group in groupby(sorted(days, key=place), key=place):
        own = sorted(group, key=lambda day: day["practice_date"])
        if chart := best_laps_chart(own):
            progress.append(Progress(own[0]["track_name"], class_name, own, chart, consistency_chart(own)))
    return sorted(progress, key=lambda each: -len(each.days))[:_MOST_CHARTS]
