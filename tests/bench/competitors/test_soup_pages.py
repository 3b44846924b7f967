"""The BeautifulSoup readers return the payloads of the page objects, on every page of a sample season."""

from datetime import date

from bench.competitors import soup_pages
from scraper.pages import DayListPage, MonthPage, SessionPage
from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season

SEASON = Season.generate(tracks=2, days=8, sessions_per_day=6)


def test_month_pages_have_equal_payloads() -> None:
    for track in SEASON.tracks:
        for month in {day.replace(day=1) for day in SEASON.dates(track.slug)}:
            html = render_month(SEASON, track.slug, month)
            assert soup_pages.month(html) == MonthPage(html, month=f"{month:%Y-%m}").payload()


def test_list_pages_have_equal_payloads() -> None:
    for day in SEASON.days():
        html = render_list(SEASON, day.track.slug, day.date)
        assert soup_pages.day_list(html) == DayListPage(html, date=day.date.isoformat()).payload()


def test_an_empty_list_page_has_an_equal_payload() -> None:
    html = render_list(SEASON, SEASON.tracks[0].slug, date(2025, 10, 20))
    assert soup_pages.day_list(html) == DayListPage(html, date="2025-10-20").payload()


def test_session_pages_have_equal_payloads() -> None:
    for day in SEASON.days():
        for session in day.sessions:
            html = render_session(SEASON, day.track.slug, session.session_id)
            assert soup_pages.session(html) == SessionPage(html).payload()
