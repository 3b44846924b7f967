"""Atom feeds of a track and of a person: new days, new personal bests, and new records of a track."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from fastapi import APIRouter, Request, Response

from scraper.report.wording import counted, lap_time, long_date, short_name
from service.web.answers import Answering
from service.web.pages.atom import MEDIA_TYPE, Entry, Feed, atom
from service.web.pages.rendering import day_path
from service.web.pools import ThePools
from service.web.queries import bests, days, people, tracks
from service.web.rows import TrackSlug

router = APIRouter(include_in_schema=False)

_DAYS_OF_A_TRACK = 10
_DAYS_OF_A_PERSON = 20

_Row = Mapping[str, Any]


@router.get("/tracks/{slug}/feed.atom")
def track_feed(slug: TrackSlug, request: Request, pools: ThePools) -> Response:
    """Return the last days of a track, with the personal bests and class records of these days."""
    with pools.readers.connection() as connection, connection.transaction():
        track = tracks.find_track(connection, slug)
        last_days = days.search_days(connection, track["track_id"], limit=_DAYS_OF_A_TRACK)
        new_bests = bests.bests_of_days(connection, track["track_slug"], _events(last_days))
        all_records = tracks.records(connection, track["track_slug"])
    by_date = {day["event_date"]: day for day in last_days}
    entries = [
        *(_day(day) for day in last_days),
        *(
            _record(record, by_date[record["practice_date"]])
            for record in all_records
            if record["practice_date"] in by_date
        ),
        *(_best(best, by_date[best["practice_date"]]) for best in new_bests),
    ]
    name = short_name(track["track_name"])
    path = f"/tracks/{quote(track['track_slug'])}"
    return _answer(request, Feed(track["track_id"], f"{name}: practice", name, path, entries))


@router.get("/people/{person_id:uuid}/feed.atom")
def person_feed(person_id: UUID, request: Request, pools: ThePools) -> Response:
    """Return the last days of a person, with the personal bests of these days."""
    with pools.readers.connection() as connection, connection.transaction():
        person = people.find_person(connection, person_id)
        classes = people.days_of_person(connection, person_id)
        events = list(dict.fromkeys(each["event_id"] for each in classes))[:_DAYS_OF_A_PERSON]
        last_days = days.find_days(connection, events)
        new_bests = bests.bests_of_person(connection, person_id, events)
    by_event = {day["event_id"]: day for day in last_days}
    entries = [
        *(
            _day_of_person(person_id, day, [each for each in classes if each["event_id"] == event])
            for event, day in by_event.items()
        ),
        *(_best(best, by_event[best["event_id"]]) for best in new_bests),
    ]
    name = short_name(person["person_name"])
    return _answer(request, Feed(person_id, f"{name}: practice", name, f"/people/{person_id}", entries))


def _events(last_days: Sequence[_Row]) -> list[UUID]:
    return [day["event_id"] for day in last_days]


def _day(day: _Row) -> Entry:
    numbers = [counted(day[each], each[:-1]) for each in ("sessions", "laps", "drivers") if day[each] is not None]
    return Entry(
        id=day["event_id"],
        title=long_date(day["event_date"]),
        summary=", ".join(numbers) or "Not compared with the site's totals yet.",
        path=day_path(day["track_slug"], day["event_date"]),
        updated=day["last_ingested_at"],
    )


def _day_of_person(person_id: UUID, day: _Row, classes: Sequence[_Row]) -> Entry:
    return Entry(
        id=uuid5(day["event_id"], f"day of {person_id}"),
        title=f"{long_date(day['event_date'])}, {short_name(day['track_name'])}",
        summary=". ".join(_class_in_words(each) for each in classes),
        path=day_path(day["track_slug"], day["event_date"]),
        updated=day["last_ingested_at"],
    )


def _class_in_words(own: _Row) -> str:
    sessions, best = counted(own["sessions"], "session"), lap_time(own["best_lap"])
    return f"{short_name(own['class_name'])}: {sessions}, best lap {best}"


def _best(best: _Row, day: _Row) -> Entry:
    return _lap(
        f"personal best of {best['person_id']} in {best['class_name']}",
        f"Personal best of {short_name(best['name_on_session'])}",
        best,
        day,
    )


def _record(record: _Row, day: _Row) -> Entry:
    return _lap(
        f"record in {record['class_name']}",
        f"Class record by {short_name(record['name_on_session'])}",
        record,
        day,
    )


def _lap(key: str, what: str, lap: _Row, day: _Row) -> Entry:
    """Return the entry of a lap that beat another one, if it beat one. The key is unique in the day."""
    summary = f"{short_name(lap['class_name'])} at {short_name(day['track_name'])}, {long_date(lap['practice_date'])}."
    if lap["previous_best_lap"] is not None:
        summary += f" Before: {lap_time(lap['previous_best_lap'])} on {long_date(lap['previous_practice_date'])}."
    return Entry(
        id=uuid5(day["event_id"], key),
        title=f"{what}: {lap_time(lap['best_lap'])} in {short_name(lap['class_name'])}",
        summary=summary,
        path=f"/sessions/{lap['race_id']}",
        updated=day["last_ingested_at"],
    )


def _answer(request: Request, feed: Feed) -> Response:
    """Answer with the feed, or that the reader has it already."""
    origin = f"{request.url.scheme}://{request.url.netloc}"
    document = atom(feed, origin, request.url.path)
    etag = hashlib.sha256(document).hexdigest()[:32]
    if response := Answering(request).unchanged(etag):
        return response
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{etag}"'}
    return Response(document, headers=headers, media_type=MEDIA_TYPE)
