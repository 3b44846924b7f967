"""URLs of pages, and pages of URLs."""

import pytest

from scraper.crawl.urls import SiteUrls
from scraper.raw.items import PageId

BASE_URLS = ["https://{track}.liverc.com", "http://127.0.0.1:8000/{track}", "http://{track}.localhost:81/{track}"]
PAGES = [
    PageId("canberraoffroad", "month", "2025-10"),
    PageId("a-1", "list", "2025-10-25"),
    PageId("x", "session", "700107"),
]


@pytest.mark.parametrize("base_url", BASE_URLS)
@pytest.mark.parametrize("page", PAGES)
def test_the_url_of_a_page_leads_back_to_the_page(base_url: str, page: PageId) -> None:
    urls = SiteUrls(base_url)
    assert urls.page_at(urls.of_page(page)) == page


def test_a_slug_is_in_lower_case_in_the_host_and_as_stored_in_the_path() -> None:
    page = PageId("MixedCase", "list", "2025-10-25")
    query = "practice/?p=session_list&d=2025-10-25"
    assert SiteUrls("https://{track}.liverc.com").of_page(page) == f"https://mixedcase.liverc.com/{query}"
    assert SiteUrls("http://localhost/{track}").of_page(page) == f"http://localhost/MixedCase/{query}"
    both = SiteUrls("http://{track}.localhost/{track}")
    assert both.of_page(page) == f"http://mixedcase.localhost/MixedCase/{query}"
    assert both.page_at(both.of_page(page)) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://sandy.liverc.com/",
        "https://sandy.liverc.com/practice/",
        "https://sandy.liverc.com/practice/?p=view_session&id=",
        "https://sandy.liverc.com/practice/?p=view_session&id=1&x=2",
        "https://sandy.liverc.com/practice/?p=other&d=2025-10",
        "https://sandy.liverc.com.evil.org/practice/?p=calendar&d=2025-10",
        "http://sandy.liverc.com/practice/?p=calendar&d=2025-10",
    ],
)
def test_any_other_url_is_no_page(url: str) -> None:
    assert SiteUrls("https://{track}.liverc.com").page_at(url) is None


def test_a_track_that_occurs_twice_must_be_the_same() -> None:
    urls = SiteUrls("http://{track}.localhost/{track}")
    assert urls.page_at("http://a.localhost/b/practice/?p=calendar&d=2025-10") is None
