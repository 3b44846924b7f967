"""The page of all tracks."""

import httpx

from tests.service.web.conftest import API, exact
from tests.service.web.pages.conftest import page_of, texts


def test_the_front_page_has_every_track(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/"))
    stored = exact(html_client.get(f"{API}/tracks", params={"limit": 200}))["tracks"]
    assert page.css("tbody th a::attr(href)").getall() == [f"/tracks/{each['track_slug']}" for each in stored]
    assert texts(page, "tbody th") == [each["track_name"] for each in stored]


def test_an_unknown_page_is_a_problem_in_words(html_client: httpx.Client) -> None:
    page = page_of(html_client.get("/nothing"), status=404)
    assert texts(page, "h1") == ["Not Found"]
