"""The days of a month by the stored month page, beside what is stored of each."""

import json
from datetime import date

import httpx
import psycopg

from tests.service.web.conftest import API, exact, problem
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON

TRACK = SEASON.tracks[0].slug
OCTOBER = {"track_slug": TRACK, "year": 2025, "month": 10}


def days_of(month: int) -> list[date]:
    """The track's days of a month of 2025."""
    days = {day.date for day in SEASON.days() if day.track.slug == TRACK}
    return sorted(day for day in days if (day.year, day.month) == (2025, month))


def test_a_month_has_the_days_of_its_page_and_what_is_stored(client: httpx.Client) -> None:
    month = exact(client.post(f"{API}/practice-days/discover", json={**OCTOBER, "track_slug": TRACK.upper()}))
    assert (month["track_slug"], month["month"], month["is_fresh"]) == (TRACK, "2025-10", True)
    assert [day["date"] for day in month["practice_days"]] == [f"{day}" for day in days_of(10)]
    for day in month["practice_days"]:
        assert day["session_count"] == day["stored"]["sessions"]
        assert day["stored"]["ingest_depth"] == "laps_full"
        assert day["stored"]["laps"] > 0


def test_a_day_that_only_the_month_page_shows_is_not_stored(client: httpx.Client, derived_season: Commands) -> None:
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        connection.execute(
            """
            update raw.practice_months
            set payload = jsonb_set(
                payload, '{days}', payload -> 'days' || '[{"date": "2025-10-31", "sessions": "7"}]'
            )
            where track_slug = %s and month = '2025-10'
            """,
            [TRACK],
        )
    month = exact(client.post(f"{API}/practice-days/discover", json=OCTOBER))
    assert month["practice_days"][-1] == {"date": "2025-10-31", "session_count": 7, "stored": None}


def test_a_month_without_a_page_says_so(client: httpx.Client) -> None:
    month = exact(client.post(f"{API}/practice-days/discover", json={**OCTOBER, "year": 2019}))
    assert (month["read_at"], month["is_fresh"], month["practice_days"]) == (None, False, [])


def test_a_range_is_a_line_for_each_month(client: httpx.Client) -> None:
    wanted = {"track_slug": TRACK, "first_month": "2025-08", "last_month": "2025-10"}
    answer = client.post(f"{API}/practice-days/discover-range", json=wanted)
    assert answer.headers["content-type"] == "application/x-ndjson"
    months = [json.loads(line) for line in answer.text.splitlines()]
    assert [month["month"] for month in months] == ["2025-10", "2025-09", "2025-08"]
    assert months[1] == exact(client.post(f"{API}/practice-days/discover", json={**OCTOBER, "month": 9}))


def test_a_month_must_be_one(client: httpx.Client) -> None:
    answer = client.post(f"{API}/practice-days/discover", json={**OCTOBER, "month": 13})
    assert problem(answer) == (422, "VALIDATION_ERROR")
