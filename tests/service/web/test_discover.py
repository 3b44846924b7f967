"""The days of a month by its page, which is requested unless the stored one is fresh, beside what is stored of each."""

import csv
import json
from collections.abc import Iterator
from datetime import date

import httpx
import psycopg
import pytest

from tests.service.conftest import Service
from tests.service.web.conftest import API, app_of, exact, problem, serving
from tests.support.commands_runner import Commands
from tests.support.crawling import DAY, OTHER_TRACK
from tests.support.crawling import SEASON as SERVED
from tests.support.derived_season import SEASON
from tests.support.faults import Fault, status

TRACK = SEASON.tracks[0].slug
DISCOVER, RANGE = f"{API}/practice-days/discover", f"{API}/practice-days/discover-range"
WANTED = {"track_slug": OTHER_TRACK, "year": DAY.year, "month": DAY.month}
OCTOBER = {"track_slug": TRACK, "year": 2025, "month": 10}


@pytest.fixture(scope="module")
def client(derived_season: Commands) -> Iterator[httpx.Client]:
    """A client of a service over the sample season, which does not wait for jobs: no worker does them."""
    with serving(app_of(derived_season.database, wait=0)) as client:
        yield client


def days_of(month: int) -> list[date]:
    """The track's days of a month of 2025."""
    days = {day.date for day in SEASON.days() if day.track.slug == TRACK}
    return sorted(day for day in days if (day.year, day.month) == (2025, month))


def test_a_month_has_the_days_of_its_page_and_what_is_stored(client: httpx.Client) -> None:
    month = exact(client.post(DISCOVER, json={**OCTOBER, "track_slug": TRACK.upper()}))
    assert (month["track_slug"], month["month"], month["is_fresh"]) == (TRACK, "2025-10", True)
    assert [day["date"] for day in month["practice_days"]] == [f"{day}" for day in days_of(10)]
    for day in month["practice_days"]:
        assert day["session_count"] == day["stored"]["sessions"]
        assert day["stored"]["ingest_depth"] == "laps_full"
        assert day["stored"]["laps"] > 0


def test_the_days_of_a_month_are_a_file_for_a_spreadsheet(client: httpx.Client) -> None:
    days = exact(client.post(DISCOVER, json=OCTOBER))["practice_days"]
    rows = list(csv.DictReader(client.post(DISCOVER, json=OCTOBER, headers={"Accept": "text/csv"}).text.splitlines()))
    assert [row["session_count"] for row in rows] == [f"{day['session_count']}" for day in days]
    assert [row["event_id"] for row in rows] == [day["stored"]["event_id"] for day in days]


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
    month = exact(client.post(DISCOVER, json=OCTOBER))
    assert month["practice_days"][-1] == {"date": "2025-10-31", "session_count": 7, "stored": None}


def test_a_range_is_a_line_for_each_month(client: httpx.Client) -> None:
    wanted = {"track_slug": TRACK, "first_month": "2025-08", "last_month": "2025-10"}
    answer = client.post(RANGE, json=wanted)
    assert answer.headers["content-type"] == "application/x-ndjson"
    months = [json.loads(line) for line in answer.text.splitlines()]
    assert [month["month"] for month in months] == ["2025-10", "2025-09", "2025-08"]
    assert months[0] == exact(client.post(DISCOVER, json=OCTOBER)) | {"problem": None}


def test_a_month_that_has_not_begun_is_not_asked_for(client: httpx.Client) -> None:
    month = exact(client.post(DISCOVER, json={**OCTOBER, "year": 2199}))
    assert (month["read_at"], month["is_fresh"], month["practice_days"]) == (None, False, [])


def test_a_month_that_is_not_stored_is_asked_for_once(service: Service) -> None:
    with serving(app_of(service.crawler.database, wait=300)) as client:
        waiting = client.post(DISCOVER, json=WANTED, headers={"Prefer": "respond-async"})
        assert waiting.status_code == 202
        assert exact(client.get(waiting.headers["location"]))["kind"] == "month"
        service.start_worker()
        month = exact(client.post(DISCOVER, json={**WANTED, "track_slug": OTHER_TRACK.upper()}, timeout=None))
        assert exact(client.get(waiting.headers["location"]))["state"] == "succeeded"
        assert (month["track_slug"], month["is_fresh"]) == (OTHER_TRACK, True)
        shown = {day.date: len(day.sessions) for day in SERVED.days() if day.track.slug == OTHER_TRACK}
        expected = {f"{day}": count for day, count in shown.items() if f"{day:%Y-%m}" == f"{DAY:%Y-%m}"}
        assert {day["date"]: day["session_count"] for day in month["practice_days"]} == expected
        assert all(day["stored"] is None for day in month["practice_days"])
        assert exact(client.post(DISCOVER, json=WANTED)) == month
        assert len(service.crawler.asked()) == 1
        assert service.crawler.rows("select count(*) from raw.practice_months") == [(1,)]

        # Months that are asked for together are one crawl, and the stored one is not requested again.
        wanted = {"track_slug": OTHER_TRACK, "first_month": f"{DAY.year - 1}-01", "last_month": f"{DAY:%Y-%m}"}
        lines = [json.loads(line) for line in client.post(RANGE, json=wanted, timeout=None).text.splitlines()]
        assert [(line["is_fresh"], line["problem"]) for line in lines] == [(True, None)] * len(lines)
        assert len(service.crawler.asked()) == len(lines) == 12 + DAY.month
        assert service.crawler.rows("select count(*) from raw.crawls") == [(2,)]


def test_a_month_that_the_site_refuses_is_a_problem(service: Service) -> None:
    service.crawler.misbehave(Fault("practice", status(403)))
    service.start_worker()
    with serving(app_of(service.crawler.database, wait=300)) as client:
        assert problem(client.post(DISCOVER, json=WANTED, timeout=None)) == (502, "SITE_REFUSED")
        wanted = {"track_slug": OTHER_TRACK, "first_month": "2025-09", "last_month": "2025-09"}
        (line,) = client.post(RANGE, json=wanted, timeout=None).text.splitlines()
        assert json.loads(line)["problem"]["code"] == "SITE_REFUSED"


def test_a_month_must_be_one(client: httpx.Client) -> None:
    answer = client.post(DISCOVER, json={**OCTOBER, "month": 13})
    assert problem(answer) == (422, "VALIDATION_ERROR")
