"""Personal bests, of one person or of those who drove on some days of a track."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from service.web.pools import Connection
from service.web.rows import Row, Seconds, WallClock, select


class PersonalBest(Row):
    """The best lap of a person on a day in a class at a track, which is faster than those of all earlier days."""

    person_id: UUID
    track_slug: str
    class_name: str
    practice_date: date
    event_id: UUID
    race_id: UUID
    start_time: WallClock | None
    name_on_session: str
    best_lap: Seconds
    previous_best_lap: Seconds
    gain_on_previous_best: Seconds
    previous_practice_date: date
    previous_race_id: UUID


_PEOPLE = "select person_id from analytics.class_leaderboard where event_id = any(%s) and person_id is not null"


def bests_of_person(connection: Connection, person_id: UUID, events: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    """Return the personal bests of a person on these days."""
    return select(
        connection,
        PersonalBest,
        """
        from analytics.personal_bests
        where person_id = %(person)s and event_id = any(%(events)s)
        order by practice_date desc, track_slug, class_name
        """,
        person=person_id,
        events=list(events),
    )


def bests_of_days(connection: Connection, track_slug: str, events: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    """Return the personal bests on these days of a track, those of the newest day first."""
    # By the people of the days, so that the model reads their sessions instead of all. A query of its own names them,
    # because planning both models at once takes longer than both queries.
    people = connection.execute(_PEOPLE, [list(events)]).fetchall()
    return select(
        connection,
        PersonalBest,
        """
        from analytics.personal_bests
        where track_slug = %(track)s and event_id = any(%(events)s) and person_id = any(%(people)s)
        order by practice_date desc, class_name, best_lap, person_id
        """,
        track=track_slug,
        events=list(events),
        people=list({person_id for (person_id,) in people}),
    )
