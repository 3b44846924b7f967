"""Two sessions, or two racers on a day, lap by lap; and the steps to choose them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from service.web.pages.charts import comparison_chart
from service.web.pages.comparison import Side, best_sessions, find_side, pairs, read_side, remarks
from service.web.pages.rendering import page
from service.web.pages.session_laps import racer_label
from service.web.pools import Connection, ThePools
from service.web.queries import days, sessions, tracks
from service.web.rows import TrackSlug

router = APIRouter(include_in_schema=False)

_MOST_DAYS = 1000


@dataclass(frozen=True)
class Wanted:
    """What is to be compared: with `day` the racers `a` and `b`, else the sessions `a` and `b`.

    Until both are chosen, `track` shows its days to choose from, `other_day` the sessions of a day for `b`.
    """

    a: UUID | None = None
    b: UUID | None = None
    day: UUID | None = None
    other_day: UUID | None = None
    track: TrackSlug | None = None


@router.get("/compare")
def compare(request: Request, wanted: Annotated[Wanted, Depends()], pools: ThePools) -> Response:
    """Show both sides, or what there is to choose from."""
    with pools.readers.connection() as connection, connection.transaction():
        if wanted.a is None or wanted.b is None:
            return page(request, "compare_choose.html", **_choices(connection, wanted))
        if wanted.day is None:
            first, second = find_side(connection, wanted.a), find_side(connection, wanted.b)
            own: tuple[Sequence[Mapping[str, Any]], ...] = ()
            of_day: Sequence[Mapping[str, Any]] = ()
        else:
            own = best_sessions(connection, wanted.day, (wanted.a, wanted.b))
            first, second = (read_side(connection, each[0]) for each in own)
            of_day = days.racer_days(connection, wanted.day, (wanted.a, wanted.b))
        track_names = tracks.names_of(connection, {side.session["track_slug"] for side in (first, second)})
    return page(request, "compare.html", **_compared(first, second), own=own, days=of_day, track_names=track_names)


def _compared(first: Side, second: Side) -> dict[str, Any]:
    return {
        "sides": (first, second),
        "pairs": pairs(first.laps, second.laps),
        "remarks": remarks(first.session, second.session),
        "comparison": comparison_chart([(side.label, side.laps) for side in (first, second)]),
    }


def _choices(connection: Connection, wanted: Wanted) -> dict[str, Any]:
    """Return what there is to choose from, by what is chosen already."""
    chosen = None
    event_id = wanted.day or wanted.other_day
    if wanted.day is None and (race_id := wanted.a or wanted.b):
        of_chosen = sessions.day_of_session(connection, race_id)
        chosen = sessions.find_session(connection, of_chosen, race_id)
        event_id = event_id or (of_chosen if wanted.track is None else None)
    of_day = days.sessions_of_day(connection, event_id) if event_id else ()
    day = days.find_day(connection, event_id) if event_id else None
    of_track: Sequence[Mapping[str, Any]] = ()
    if wanted.track is not None:
        track_id, _ = tracks.identify_track(connection, None, wanted.track)
        of_track = days.search_days(connection, track_id, limit=_MOST_DAYS)
    return {
        "chosen": chosen,
        "racer": (wanted.a or wanted.b) if wanted.day else None,
        "day": day,
        "racers": _by_racer(of_day),
        "days": of_track,
        "tracks": tracks.track_names(connection),
        "track": wanted.track,
    }


def _by_racer(of_day: Sequence[Mapping[str, Any]]) -> Sequence[tuple[str, UUID, Sequence[Mapping[str, Any]]]]:
    """Return the racers of a day by name, each with id and sessions."""
    racers: dict[UUID, list[Mapping[str, Any]]] = {}
    for session in of_day:
        racers.setdefault(session["racer_id"], []).append(session)
    named = [(racer_label(own[0]), racer_id, own) for racer_id, own in racers.items()]
    return sorted(named, key=lambda each: (each[0].casefold(), each[1]))
