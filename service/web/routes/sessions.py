"""One session with its laps."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.web.answers import OK, TheAnswering
from service.web.pools import ThePools
from service.web.problems import Refusal, responses
from service.web.routes.days import day_etag
from service.web.rows import select
from service.web.schemas import Lap, LapFlag, Session, SessionDetail

router = APIRouter(prefix="/sessions", tags=["sessions"])

_DAY_OF_SESSION = "select event_id from racing.races where id = %s"
_RESULT = "select id from racing.race_results where race_id = %s"


@router.get("/{race_id:uuid}", response_model=SessionDetail, responses=OK | responses("SESSION_NOT_FOUND"))
def get_session(race_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a session that is on its day's list, with its laps and those that are unusual; as CSV the laps.

    Its `ETag` changes with every row of the day.
    """
    not_found = Refusal("SESSION_NOT_FOUND", "No session has this id, or it has left the list of its day.")
    with pools.readers.connection() as connection:
        event = connection.execute(_DAY_OF_SESSION, [race_id]).fetchone()
        if event is None:
            raise not_found
        if unchanged := answering.unchanged(day_etag(connection, event[0])):
            return unchanged
        with connection.transaction():
            etag = day_etag(connection, event[0])
            result = connection.execute(_RESULT, [race_id]).fetchone()
            # With the day, so that the model reads one day.
            sessions = select(
                connection,
                Session,
                "from analytics.sessions where event_id = %(event_id)s and race_id = %(race_id)s",
                event_id=event[0],
                race_id=race_id,
            )
            if not sessions or result is None:
                raise not_found
            laps = select(
                connection,
                Lap,
                "from racing.laps where race_result_id = %(result)s order by lap_number",
                result=result[0],
            )
            flags = select(
                connection,
                LapFlag,
                """
                from analytics.lap_flags where event_id = %(event_id)s and race_result_id = %(result)s
                order by lap_number, flag
                """,
                event_id=event[0],
                result=result[0],
            )
    return answering.answer({**sessions[0], "lap_list": laps, "flags": flags}, laps, Lap.names(), etag)
