"""One session with its laps."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.web.answers import OK, TheAnswering
from service.web.documents import Flags, SessionDetail
from service.web.pools import ThePools
from service.web.problems import responses
from service.web.queries import sessions
from service.web.queries.days import day_etag
from service.web.queries.sessions import Lap, LapFlag

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.get("/{race_id:uuid}", response_model=SessionDetail, responses=OK | responses("SESSION_NOT_FOUND"))
def get_session(race_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a session that is on its day's list, with its laps and those that are unusual; as CSV the laps.

    Its `ETag` changes with every row of the day.
    """
    with pools.readers.connection() as connection:
        event_id = sessions.day_of_session(connection, race_id)
        if unchanged := answering.unchanged(day_etag(connection, event_id)):
            return unchanged
        with connection.transaction():
            etag = day_etag(connection, event_id)
            session = sessions.find_session(connection, event_id, race_id)
            laps = sessions.laps(connection, race_id)
            flags = sessions.flags(connection, event_id, race_id)
    return answering.answer({**session, "lap_list": laps, "flags": flags}, laps, Lap.names(), etag)


@router.get("/{race_id:uuid}/flags", response_model=Flags, responses=OK | responses("SESSION_NOT_FOUND"))
def get_flags(race_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """List the laps of a session that are unusual. Its `ETag` is that of the day."""
    with pools.readers.connection() as connection, connection.transaction():
        event_id = sessions.day_of_session(connection, race_id)
        etag = day_etag(connection, event_id)
        if unchanged := answering.unchanged(etag):
            return unchanged
        sessions.find_session(connection, event_id, race_id)
        flags = sessions.flags(connection, event_id, race_id)
    return answering.answer({"flags": flags}, flags, LapFlag.names(), etag)
