"""The Atom feeds, held to the rules of RFC 4287 and to the rows of the API."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import httpx
import psycopg
import pytest

from service.web.pages.atom import Entry, Feed, atom
from tests.expected.analytics.session_facts import session_facts
from tests.expected.analytics.tracks import personal_best_rows
from tests.expected.natural_keys import Row
from tests.service.web.conftest import API, exact, problem
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON

ATOM = "{http://www.w3.org/2005/Atom}"
TRACK = SEASON.tracks[0].slug
FEED = f"/tracks/{TRACK}/feed.atom"
BESTS = personal_best_rows(session_facts(SEASON.days()))


@pytest.fixture
def connection(derived_season: Commands) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database behind the feeds."""
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        yield connection


def feed_of(response: httpx.Response) -> ET.Element:
    """A feed that has what RFC 4287 requires of it and of its entries."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml"
    feed = ET.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for required in ("id", "title", "updated"):
            (found,) = element.findall(f"{ATOM}{required}")
            assert found.text
        assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", str(element.findtext(f"{ATOM}id")))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(element.findtext(f"{ATOM}updated")))
        assert len(link_of(element, "alternate")) == 1
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert feed.findtext(f"{ATOM}updated") == max(
        str(each.text) for each in feed.findall(f".//{ATOM}entry/{ATOM}updated")
    )
    assert link_of(feed, "self") == [str(response.url)]
    return feed


def link_of(element: ET.Element, relation: str) -> list[str]:
    return [each.attrib["href"] for each in element.findall(f"{ATOM}link") if each.attrib["rel"] == relation]


def titles(feed: ET.Element) -> dict[str, str]:
    """The title of each entry by the path that it leads to; of several with one path by the first words, too."""
    found = {}
    for entry in feed.iter(f"{ATOM}entry"):
        title = str(entry.findtext(f"{ATOM}title"))
        found[f"{title.split(' ', 1)[0]} {httpx.URL(link_of(entry, 'alternate')[0]).path}"] = title
    return found


def bests_on(days: list[dict[str, Any]], **wanted: Any) -> list[Row]:
    events = {day["event_id"] for day in days}
    return [
        best
        for best in BESTS
        if str(best["event_id"]) in events and all(best[name] == value for name, value in wanted.items())
    ]


def test_a_track_has_its_last_days_with_bests_and_records(html_client: httpx.Client) -> None:
    feed = feed_of(html_client.get(FEED))
    days = exact(html_client.get(f"{API}/practice-days/search", params={"track_slug": TRACK, "limit": 10}))
    days = days["practice_days"]
    records = exact(html_client.get(f"{API}/tracks/{TRACK}"))["records"]
    dates = {day["event_date"] for day in days}
    expected = {f"/tracks/{TRACK}/{day['event_date']}" for day in days}
    found = titles(feed)
    assert {key.split(" ")[1] for key in found if key.split(" ")[1].startswith("/tracks/")} == expected
    new_records = [record for record in records if record["practice_date"] in dates]
    assert new_records
    for record in new_records:
        title = found.pop(f"Class /sessions/{record['race_id']}")
        assert f"{record['best_lap']:.3f}" in title
    bests = bests_on(days, track_slug=TRACK)
    assert bests
    for best in bests:
        title = found.pop(f"Personal /sessions/{best['race_id']}")
        assert title == f"Personal best of {best['name_on_session']}: {best['best_lap']} in {best['class_name']}"
    assert len(found) == len(days)


def test_a_person_has_days_and_bests(html_client: httpx.Client) -> None:
    person = max((best["person_id"] for best in BESTS), key=lambda id_: sum(best["person_id"] == id_ for best in BESTS))
    feed = feed_of(html_client.get(f"/people/{person}/feed.atom"))
    days = exact(html_client.get(f"{API}/people/{person}"))["days"]
    bests = bests_on(days, person_id=person)
    assert bests
    found = list(titles(feed))
    assert {key.split(" ")[1] for key in found if not key.startswith("Personal ")} == {
        f"/tracks/{day['track_slug']}/{day['practice_date']}" for day in days
    }
    assert {key.split(" ")[1] for key in found if key.startswith("Personal ")} == {
        f"/sessions/{best['race_id']}" for best in bests
    }


def test_a_feed_is_sent_again_only_after_a_change(
    html_client: httpx.Client, connection: psycopg.Connection[Any]
) -> None:
    first = html_client.get(FEED)
    again = html_client.get(FEED, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    event = connection.execute(
        """
        update racing.events set last_ingested_at = last_ingested_at + interval '1 hour'
        where id = (select id from racing.events where source_event_id like %s order by event_date desc limit 1)
        returning id
        """,
        [f"{TRACK}-%"],
    ).fetchone()
    changed = html_client.get(FEED, headers={"if-none-match": first.headers["etag"]})
    ids = [
        [str(each.text) for each in feed_of(answer).iter(f"{ATOM}id")] for answer in (html_client.get(FEED), changed)
    ]
    assert event is not None
    assert f"urn:uuid:{event[0]}" in ids[0]
    assert ids[0] == ids[1] == [str(each.text) for each in ET.fromstring(first.content).iter(f"{ATOM}id")]


def test_links_have_the_host_of_the_request(html_client: httpx.Client) -> None:
    port = html_client.base_url.port
    feed = feed_of(html_client.get(f"http://localhost:{port}{FEED}"))
    assert {httpx.URL(each.attrib["href"]).netloc.decode() for each in feed.iter(f"{ATOM}link")} == {
        f"localhost:{port}"
    }


def test_the_page_of_the_track_names_its_feed(html_client: httpx.Client) -> None:
    assert 'type="application/atom+xml" title="' in html_client.get(f"/tracks/{TRACK}").text
    assert f'href="{FEED}"' in html_client.get(f"/tracks/{TRACK}").text


def test_there_is_no_feed_of_what_is_not_stored(client: httpx.Client) -> None:
    headers = {"accept": "application/atom+xml"}
    assert problem(client.get("/tracks/nowhere/feed.atom", headers=headers)) == (404, "TRACK_NOT_FOUND")
    nobody = f"/people/{UUID(int=0)}/feed.atom"
    assert problem(client.get(nobody, headers=headers)) == (404, "PERSON_NOT_FOUND")


def test_any_text_is_well_formed() -> None:
    hostile = "<b>&amp;\x00\x1b\ufffe]]> Zoë \U0001f3ce"
    entry = Entry(UUID(int=1), hostile, hostile, "/a", datetime.fromisoformat("2025-10-25T12:00:00.5+11:00"))
    feed = ET.fromstring(atom(Feed(UUID(int=2), hostile, hostile, "/", [entry]), "http://host", "/feed.atom"))
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "<b>&amp;\ufffd\ufffd\ufffd]]> Zoë \U0001f3ce"
    assert feed.findtext(f"{ATOM}updated") == "2025-10-25T01:00:00Z"


def test_a_feed_without_entries_is_one() -> None:
    feed = ET.fromstring(atom(Feed(UUID(int=2), "title", "author", "/", []), "http://host", "/feed.atom"))
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
