"""The site without faults, over real sockets."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.sample_site.fetching import TIMEOUT_SECONDS, connected, fetch, fetch_over
from tests.support.faults import Fault, FaultySite, Rewrite

LIST = "/Iron-Range/practice/?p=session_list&d=2025-10-25"


def test_it_serves_month_list_and_session_pages(season: Season) -> None:
    session_id = season.day("Iron-Range", season.dates("Iron-Range")[-1]).sessions[0].session_id
    with SampleSite(season) as site:
        month = fetch(site, "/Iron-Range/practice/?p=calendar&d=2025-09")
        day_list = fetch(site, LIST)
        session = fetch(site, f"/Iron-Range/practice/?id={session_id}&p=view_session")
    september = season.today.replace(month=9)
    assert month.text == render_month(season, "Iron-Range", september, visit=1)
    assert day_list.text == render_list(season, "Iron-Range", season.dates("Iron-Range")[-1], visit=2)
    assert session.text == render_session(season, "Iron-Range", session_id, visit=3)
    assert {month.status, day_list.status, session.status} == {200}
    assert month.headers["Content-Type"] == "text/html; charset=UTF-8"


def test_the_calendar_without_a_month_shows_the_current_one(season: Season) -> None:
    with SampleSite(season) as site:
        assert "Practice Dates for October 2025" in fetch(site, "/wattlegrove/practice/").text


def test_the_base_url_has_a_place_for_the_track(season: Season) -> None:
    with SampleSite(season) as site:
        url = site.base_url.format(track="Iron-Range")
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/Iron-Range")


def test_robots_txt_allows_the_practice_pages(season: Season) -> None:
    with SampleSite(season) as site:
        robots = fetch(site, "/robots.txt")
    assert robots.text == "User-agent: *\nDisallow: /admin/\n"
    assert robots.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/practice/?p=calendar",
        "/nowhere/practice/?p=calendar",
        "/iron-range/practice/?p=calendar",
        "/Iron-Range/results/",
        "/Iron-Range/practice/?p=results",
        "/Iron-Range/practice/?p=session_list",
        "/Iron-Range/practice/?p=session_list&d=2025-13-01",
        "/Iron-Range/practice/?p=calendar&d=October",
        "/Iron-Range/practice/?p=view_session&id=1",
        "/Iron-Range/practice/?p=view_session&id=x",
    ],
)
def test_any_other_path_is_not_found(path: str, season: Season) -> None:
    with SampleSite(season) as site:
        assert fetch(site, path).status == 404


def test_a_session_is_found_only_at_its_track(season: Season) -> None:
    session_id = season.day("Iron-Range", season.dates("Iron-Range")[-1]).sessions[0].session_id
    with SampleSite(season) as site:
        assert fetch(site, f"/wattlegrove/practice/?p=view_session&id={session_id}").status == 404


def test_a_connection_is_kept_alive(season: Season) -> None:
    with SampleSite(season) as site, connected(site) as connection:
        fetch_over(connection, LIST)
        first_socket = connection.sock
        fetch_over(connection, LIST)
        assert first_socket is not None
        assert connection.sock is first_socket


def test_requests_are_recorded_in_order(season: Season) -> None:
    with SampleSite(season) as site:
        fetch(site, LIST)
        fetch(site, "/nowhere")
        requests = site.requests
    assert [(each.path, each.status, each.user_agent) for each in requests] == [
        (LIST, 200, "sample-site-test/1"),
        ("/nowhere", 404, "sample-site-test/1"),
    ]
    assert requests[0].arrived_at < requests[1].arrived_at


def test_sequential_requests_are_one_in_flight(season: Season) -> None:
    with SampleSite(season) as site:
        for _ in range(20):
            fetch(site, LIST)
        assert site.highest_in_flight == 1


def test_concurrent_requests_are_counted(season: Season) -> None:
    all_here = Barrier(3, timeout=TIMEOUT_SECONDS)

    def wait_for_the_others(html: str) -> str:
        all_here.wait()
        return html

    with FaultySite(season, [Fault("session_list", Rewrite(wait_for_the_others))]) as site:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: fetch(site, LIST), range(3)))
        assert site.highest_in_flight == 3


def test_the_season_may_be_replaced_while_it_serves(season: Season) -> None:
    session_id = season.day("Iron-Range", season.dates("Iron-Range")[-1]).sessions[0].session_id
    path = f"/Iron-Range/practice/?p=view_session&id={session_id}"
    with SampleSite(season) as site:
        assert fetch(site, path).status == 200
        site.season = season.without(session_id)
        assert fetch(site, path).status == 404
        assert f"id={session_id}" not in fetch(site, LIST).text


def test_an_error_of_the_site_is_raised_at_the_end_of_the_block(season: Season) -> None:
    def fail(html: str) -> str:
        raise ZeroDivisionError(html[:1])

    with (
        pytest.raises(ZeroDivisionError),
        FaultySite(season, [Fault("session_list", Rewrite(fail))]) as site,
        pytest.raises(ConnectionError),
    ):
        fetch(site, LIST)


def test_a_port_in_use_is_an_error(season: Season) -> None:
    with SampleSite(season) as site:
        port = int(site.base_url.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="in use"):
            SampleSite(season, port=port)
