"""The pages of people: search, and one person over time."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from service.web.pages.people import progress_of
from tests.service.web.conftest import API, exact
from tests.service.web.pages.conftest import page_of, texts
from tests.support.commands_runner import Commands

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def person(derived_season: Commands, html_client: httpx.Client) -> dict[str, Any]:
    """The person with most sessions, as the API answers."""
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        (person_id,) = connection.execute(
            "select person_id from analytics.people order by sessions desc, person_id limit 1"
        ).fetchone() or ("",)
    answer: dict[str, Any] = exact(html_client.get(f"{API}/people/{person_id}"))
    return answer


def test_without_a_question_there_is_the_form_alone(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/people"))
    assert page.css("form input[name=q]")
    assert not page.css("table, [role=status]")
    page = page_of(html_client.get("/people?q=+a+"))
    assert texts(page, "[role=status]") == ["Write at least 2 letters."]


def test_people_are_found_by_name_and_transponder(html_client: httpx.Client, person: dict[str, Any]) -> None:
    for wanted in (person["person_name"], person["transponders"][0]):
        page = page_of(html_client.get("/people", params={"q": wanted}))
        found = exact(html_client.get(f"{API}/people", params={"q": wanted}))["people"]
        assert page.css("tbody th a::attr(href)").getall() == [f"/people/{each['person_id']}" for each in found]
        assert person["person_name"] in texts(page, "tbody th")


def test_what_is_searched_for_is_no_html(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/people", params={"q": "<script>zz</script>"}))
    assert page.css("input[name=q]::attr(value)").getall() == ["<script>zz</script>"]
    assert "Nobody is found by <script>zz</script>." in texts(page, "[role=status]")[0]
    assert len(page.css("script")) == 2


def test_a_person_has_days_and_evidence(html_client: httpx.Client, person: dict[str, Any]) -> None:
    page = page_of(html_client.get(f"/people/{person['person_id']}"))
    days, identities = page.css("table")
    assert days.css("tbody th a::attr(href)").getall() == [
        f"/tracks/{day['track_slug']}/{day['practice_date']}/racers/{person['person_id']}" for day in person["days"]
    ]
    assert days.css("td.best a::attr(href)").getall() == [
        f"/sessions/{day['race_id']}" for day in person["days"] if day["race_id"]
    ]
    for place, column in ((6, "best_lap"), (8, "best_consistency")):
        shown = [cell.attrib["data-value"] for cell in days.css(f"tbody td:nth-child({place})")]
        assert shown == ["" if day[column] is None else f"{day[column]}" for day in person["days"]]
    evidence = texts(page, "td.remark")
    assert len(evidence) == len(identities.css("tbody tr")) == len(person["identities"])
    for words, identity in zip(evidence, person["identities"], strict=True):
        assert words.endswith(f": {identity['evidence']}")
        assert identity["rule"] not in words
    assert page.css("link[rel=alternate]::attr(href)").getall() == [f"/people/{person['person_id']}/feed.atom"]
    compared = days.css("td:last-child a::attr(href)").getall()
    assert compared[0] == f"/compare?day={person['days'][0]['event_id']}&a={person['person_id']}"
    page_of(html_client.get(compared[0]))


def test_an_unknown_person_is_a_problem_in_words(html_client: httpx.Client) -> None:
    assert "Nobody has this id" in page_of(html_client.get(f"/people/{NOBODY}"), status=404).get()


def test_classes_with_most_days_are_drawn_from_the_first_day_to_the_last() -> None:
    def day(class_name: str, number: int, best: str | None) -> dict[str, Any]:
        lap = None if best is None else Decimal(best)
        names = {"track_slug": "hill", "track_name": "Hill", "class_name": class_name}
        return names | {"practice_date": date(2025, 1, 1) + timedelta(number), "best_lap": lap, "best_consistency": lap}

    days = [day("Buggy", 1, "30.5"), day("Buggy", 0, "31.2"), day("Open", 0, "20"), day("Open", 1, None)]
    days += [day("Truggy", number, f"{40 - number}") for number in range(3)]
    truggy, buggy = progress_of(days)
    assert (truggy.class_name, buggy.class_name) == ("Truggy", "Buggy")
    assert [mark.words for mark in buggy.best_laps.marks] == ["2025-01-01\n31.200", "2025-01-02\n30.500"]
    assert buggy.best["best_lap"] == Decimal("30.5")
    assert buggy.consistency is not None
