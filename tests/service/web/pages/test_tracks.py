"""The page of all tracks, and that of one track."""

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from parsel import Selector

from scraper.database.connection import Database
from tests.service.web.conftest import API, app_of, exact, serving
from tests.service.web.pages.conftest import page_of, texts
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON

TRACK = SEASON.tracks[0].slug
DISCOVERED = "only-discovered"


@pytest.fixture(scope="module")
def connection(derived_season: Commands) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database behind the pages, of which the first track has a day of each kind.

    Of another track only a month page is stored.
    """
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        connection.execute(
            """
            insert into raw.practice_months
                (track_slug, month, payload, content_hash, url, parser_version, crawl_id)
            select
                %s, '2023-10', payload || '{"days": [{"date": "2023-10-31", "sessions": "1"}]}',
                content_hash, url, parser_version, crawl_id
            from raw.practice_months
            where track_slug = %s and month = '2025-10'
            """,
            [DISCOVERED, TRACK],
        )
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
        for place, verdict in enumerate(("partial", "differs", "not_understood")):
            connection.execute(
                """
                update analytics.day_reconciliation set verdict = %s where event_id = (
                    select id from racing.events where source_event_id like %s order by event_date offset %s limit 1
                )
                """,
                [verdict, f"{TRACK}-%", place],
            )
        yield connection


def calendar_of(page: Selector) -> dict[str, str]:
    """The text of each day with practice by its page."""
    links = page.css(".month td a")
    return dict(zip(links.css("::attr(href)").getall(), texts(page, ".month td a"), strict=True))


def test_the_front_page_has_every_track(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/"))
    stored = exact(html_client.get(f"{API}/tracks", params={"limit": 200}))["tracks"]
    assert page.css("tbody th a::attr(href)").getall() == [f"/tracks/{each['track_slug']}" for each in stored]
    assert texts(page, "tbody th") == [each["track_name"] for each in stored]


def test_an_unknown_page_is_a_problem_in_words(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/nothing"), status=404)
    assert texts(page, "h1") == ["Not Found"]


def test_a_calendar_has_every_day_with_what_is_known_of_it(
    html_client: httpx.Client, connection: psycopg.Connection[Any]
) -> None:
    page = page_of(html_client.get(f"/tracks/{TRACK}"))
    words = {
        "complete": "complete",
        "partial": "partial",
        "differs": "differs from the site's totals",
        "not_understood": "with figures that are not understood",
        None: "known from the month page, not stored",
    }
    rows = connection.execute(
        """
        select practice_date, verdict, coalesce(sessions, site_sessions) from analytics.track_calendar
        where track_slug = %s order by practice_date
        """,
        [TRACK],
    ).fetchall()
    shown = calendar_of(page)
    assert list(shown) == [f"/tracks/{TRACK}/{day}" for day, _, _ in rows]
    for text, (day, verdict, sessions) in zip(shown.values(), rows, strict=True):
        assert text.startswith(str(day.day))
        assert f"{sessions} session" in text
        assert text.endswith(f", {words[verdict]}")
    assert {verdict for _, verdict, _ in rows} == set(words)
    assert texts(page, ".month caption") == ["August 2025", "September 2025", "October 2025"]
    assert len(page.css("#calendar .legend li")) == len(words)


def test_a_day_that_is_only_known_leads_to_its_import(
    html_client: httpx.Client, connection: psycopg.Connection[Any]
) -> None:
    assert not connection.closed
    page = page_of(html_client.get(f"/tracks/{TRACK}"))
    known = page.css(".month td.not_stored a::attr(href)").get()
    assert page_of(html_client.get(str(known)), status=404).css("main a[href^='/imports']")
    form = page.css("form[action='/imports']")
    assert form.css("input::attr(name), input::attr(value)").getall() == ["track", TRACK]


def test_a_year_without_days_says_so_and_leads_to_those_with_days(html_client: httpx.Client) -> None:
    page = page_of(html_client.get(f"/tracks/{TRACK}", params={"year": 2019}))
    assert texts(page, "#calendar > p") == ["No practice day is known in 2019."]
    assert page.css("#calendar nav a::attr(href)").getall() == [f"/tracks/{TRACK}?year=2025"]
    page_of(html_client.get(f"/tracks/{TRACK}?year=1"), status=422)


def test_records_and_activity_are_those_of_the_api(html_client: httpx.Client) -> None:
    page = page_of(html_client.get(f"/tracks/{TRACK}"))
    track = exact(html_client.get(f"{API}/tracks/{TRACK}"))
    rows = page.css("#records tbody tr")
    for row, record in zip(rows, track["records"], strict=True):
        assert texts(row, "th") == [record["class_name"]]
        assert texts(row, "td.fastest") == [f"{record['best_lap']:.3f}"]
        sessions = [record["race_id"], record["previous_race_id"]]
        people = [record["person_id"], record["previous_person_id"]]
        links = row.css("a::attr(href)").getall()
        assert [link for link in links if link.startswith("/s")] == [f"/sessions/{each}" for each in sessions if each]
        assert [link for link in links if link.startswith("/p")] == [f"/people/{each}" for each in people if each]
    months = [[text.replace(",", "") for text in texts(row, "th, td")] for row in page.css("#activity tbody tr")]
    assert [row[:4] for row in months] == [
        [each["month"][:7], *(str(each[name]) for name in ("days", "sessions", "laps"))] for each in track["activity"]
    ]
    assert len(page.css("#activity .plot use")) == len(months)


def test_a_slug_in_another_case_leads_to_the_stored_one(html_client: httpx.Client) -> None:
    response = html_client.get(f"/tracks/{TRACK.upper()}?year=2025")
    assert (response.status_code, response.headers["location"]) == (308, f"/tracks/{TRACK}?year=2025")


def test_a_track_that_is_only_discovered_has_its_calendar(
    html_client: httpx.Client, connection: psycopg.Connection[Any]
) -> None:
    assert not connection.closed
    page = page_of(html_client.get(f"/tracks/{DISCOVERED}"))
    assert texts(page, "h1") == [DISCOVERED]
    assert list(calendar_of(page)) == [f"/tracks/{DISCOVERED}/2023-10-31"]
    assert not page.css("#records, #activity, link[rel=alternate]")


def test_an_unknown_track_can_be_imported(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/tracks/nowhere"), status=404)
    assert page.css("main a::attr(href)").getall() == ["/imports?track=nowhere"]


def test_before_the_first_transform_the_front_page_leads_to_imports(database: Database) -> None:
    with serving(app_of(database)) as client:
        page = page_of(client.get("/", headers={"accept": "text/html"}))
    assert page.css("main a::attr(href)").getall() == ["/imports"]


def test_head_has_the_headers_of_get_and_no_content(html_client: httpx.Client) -> None:
    for path in ("/", "/healthz", f"{API}/tracks", "/nothing"):
        get, head = html_client.get(path), html_client.head(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-type"] == get.headers["content-type"]
