"""The final tables by SQLAlchemy with one upsert per row, as importers of this kind are usually written."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func
from sqlalchemy.dialects.postgresql import insert

from scraper.database import tables
from scraper.database.connection import Database
from scraper.raw.items import CapturedPage

_NAMESPACE = uuid.UUID("6f1f0f0e-4c8b-5d0e-9a57-0c1d2e3f4a5b")
_SOURCE = {"source": "liverc"}


def load(database: Database, items: Sequence[CapturedPage]) -> None:
    """Upsert every session with its track, day, driver, result and laps, in one transaction per session."""
    engine = create_engine(database.url)
    try:
        with engine.connect() as connection:
            for item in items:
                if item.page.kind == "session":
                    with connection.begin():
                        _save(connection, item)
    finally:
        engine.dispose()


def _save(connection: Connection, item: CapturedPage) -> None:
    page, slug = item.payload, item.page.track_slug
    day = datetime.strptime(page["date"].partition(" (")[0], "%B %d, %Y").date()  # noqa: DTZ007 - wall clock
    driver_key = page["transponder"] or f"practice_session_{item.page.key}"
    names = {"display_name": page["driver"], "transponder_number": page["transponder"] or None}
    track = _upsert(
        connection,
        tables.tracks,
        (slug,),
        **_SOURCE,
        source_track_slug=slug,
        track_name=page["track_name"],
        track_url=item.url.partition("/practice/")[0],
    )
    event = _upsert(connection, tables.events, (slug, day), **_SOURCE, track_id=track, **_event(slug, day))
    race = _upsert(connection, tables.races, (event, item.page.key), event_id=event, **_race(item, day))
    driver = _upsert(connection, tables.drivers, (driver_key,), **_SOURCE, source_driver_id=driver_key, **names)
    race_driver = _upsert(
        connection,
        tables.race_drivers,
        (race, driver_key),
        **_SOURCE,
        race_id=race,
        driver_id=driver,
        source_driver_id=driver_key,
        **names,
    )
    result = _upsert(
        connection, tables.race_results, (race,), race_id=race, race_driver_id=race_driver, **_result(page)
    )
    for lap in _laps(page):
        values = {"race_result_id": result, **lap}
        keys = ["race_result_id", "lap_number"]
        connection.execute(insert(tables.laps).values(values).on_conflict_do_update(index_elements=keys, set_=lap))


def _upsert(connection: Connection, table: Table, key: tuple[Any, ...], **values: Any) -> uuid.UUID:
    row_id = uuid.uuid3(_NAMESPACE, "|".join([table.name, *map(str, key)]))
    statement = insert(table).values(id=row_id, **values).on_conflict_do_update(index_elements=["id"], set_=values)
    connection.execute(statement)
    return row_id


def _event(slug: str, day: date) -> dict[str, Any]:
    return {
        "source_event_id": f"{slug}-practice-{day}",
        "event_name": f"Practice Day - {day}",
        "event_date": day,
        "event_entries": 0,
        "event_drivers": 0,
        "event_url": "",
        "ingest_depth": "partial",
        "last_ingested_at": func.now(),
        "event_metadata": {},
    }


def _race(item: CapturedPage, day: date) -> dict[str, Any]:
    page = item.payload
    return {
        **_SOURCE,
        "source_race_id": item.page.key,
        "class_name": page["class"],
        "race_label": f"Practice - {page['driver']}",
        "race_url": item.url,
        "start_time": datetime.strptime(f"{day} {page['start']}", "%Y-%m-%d %I:%M:%S%p"),  # noqa: DTZ007 - wall clock
        "session_type": "practiceday",
        "detail_status": "captured",
    }


def _result(page: dict[str, Any]) -> dict[str, Any]:
    return {
        "position_final": 1,
        "laps_completed": int(page["num_laps"]),
        "total_time_raw": page["length"],
        "total_time_seconds": sum(Decimal(lap["lap_time"]) for lap in page["laps"]),
        "fast_lap_time": Decimal(page["fastest_lap"]),
        "avg_lap_time": Decimal(page["avg"]),
        "consistency": Decimal(page["consistency"].removesuffix("%")),
    }


def _laps(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    elapsed = Decimal()
    for lap in page["laps"]:
        elapsed += Decimal(lap["lap_time"])
        yield {
            "lap_number": int(lap["x"]),
            "lap_time_raw": lap["lap_time"],
            "lap_time_seconds": Decimal(lap["lap_time"]),
            "elapsed_race_time": elapsed,
            "is_valid": lap["is_valid"] != "0",
            "finished_at": datetime.fromisoformat(f"{lap['date']} {lap['time']}"),
        }
