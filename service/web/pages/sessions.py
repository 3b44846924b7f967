"""One session with its laps."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from scraper.report.practice_day import FEWEST_LAPS_FOR_CONSISTENCY
from service.web.pages.charts import session_chart
from service.web.pages.rendering import page, unchanged_or_kept, versioned
from service.web.pages.session_laps import read_laps
from service.web.pools import ThePools, day_snapshot
from service.web.queries import days, sessions

router = APIRouter(include_in_schema=False)


@router.get("/sessions/{race_id:uuid}")
def show_session(race_id: UUID, request: Request, pools: ThePools) -> Response:
    """Show a session with figures and laps, and what it can be compared with. Its ETag changes with the day."""
    with day_snapshot(pools) as connection:
        event_id = sessions.day_of_session(connection, race_id)
        etag = versioned(days.day_etag(connection, event_id) or "")
        if response := unchanged_or_kept(request, etag):
            return response
        day = days.find_day(connection, event_id)
        of_day = days.sessions_of_day(connection, event_id)
        session = next((each for each in of_day if each["race_id"] == race_id), None)
        if session is None:
            raise sessions.session_not_found()
        laps = read_laps(connection, event_id, race_id)
        url = sessions.address(connection, race_id)
    own = [each for each in of_day if each["racer_id"] == session["racer_id"]]
    place = own.index(session)
    return page(
        request,
        "session.html",
        etag=etag,
        session=session,
        head={"track_slug": day["track_slug"], "practice_date": day["event_date"], "track_name": day["track_name"]},
        laps=laps,
        url=url,
        own=own,
        previous=own[place - 1] if place else None,
        following=own[place + 1] if place + 1 < len(own) else None,
        rivals=_rivals(session, own, of_day),
        chart_of_laps=session_chart(laps, session["best_lap_number"]),
        fewest_laps=FEWEST_LAPS_FOR_CONSISTENCY,
    )


def _rivals(
    session: dict[str, Any], own: Sequence[dict[str, Any]], of_day: Sequence[dict[str, Any]]
) -> Sequence[tuple[str, dict[str, Any]]]:
    """Return the sessions in the class to compare with first, each with what it is."""
    others = [each for each in of_day if each["best_lap"] is not None and each["class_name"] == session["class_name"]]
    found = (
        ("the racer's best session in the class", _fastest([each for each in others if each in own])),
        ("the fastest session of the class", _fastest(others)),
    )
    rivals = {each["race_id"]: (words, each) for words, each in found if each and each is not session}
    return list(rivals.values())


def _fastest(of: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    return min(of, key=lambda each: each["best_lap"], default=None)
