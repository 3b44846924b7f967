"""Each fault of `tests/support/faults.py` over a real socket."""

from dataclasses import dataclass, field, replace
from datetime import date
from http.client import IncompleteRead

import pytest

from scraper.sample_site.rendering import render_list
from scraper.sample_site.responses import Response, page
from scraper.sample_site.season import Season
from scraper.sample_site.server import Visit
from tests.sample_site.fetching import connected, fetch, fetch_over
from tests.support.faults import (
    EMPTY_BODY,
    BrokenChunks,
    Cut,
    Delay,
    Drip,
    Fault,
    FaultySite,
    FromSeason,
    NeverAnswer,
    OtherDate,
    Reset,
    Rewrite,
    Wire,
    WrongContentLength,
    bot_check,
    redirect,
    robots,
    status,
    too_many_requests,
)

LIST = "/wattlegrove/practice/?p=session_list&d=2025-10-25"
OTHER_LIST = "/wattlegrove/practice/?p=session_list&d=2025-10-18"


def _whole_list(season: Season, visit: int = 1) -> str:
    return render_list(season, "wattlegrove", date(2025, 10, 25), visit)


@pytest.mark.parametrize("code", [403, 404, 500, 502, 503, 520])
def test_a_status(code: int, season: Season) -> None:
    with FaultySite(season, [Fault("session_list", status(code))]) as site:
        assert fetch(site, LIST).status == code


@pytest.mark.parametrize("code", [429, 503])
def test_too_many_requests_has_a_retry_after(code: int, season: Season) -> None:
    with FaultySite(season, [Fault("session_list", too_many_requests("120", code))]) as site:
        fetched = fetch(site, LIST)
    assert (fetched.status, fetched.headers["Retry-After"]) == (code, "120")


def test_times_counts_visits_per_page(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", status(503), times=2)]) as site:
        assert [fetch(site, path).status for path in (LIST, LIST, OTHER_LIST, LIST)] == [503, 503, 503, 200]


def test_a_fault_does_not_affect_other_pages(season: Season) -> None:
    with FaultySite(season, [Fault(r"d=2025-10-25$", status(500))]) as site:
        assert fetch(site, OTHER_LIST).status == 200
        assert fetch(site, LIST).status == 500


def test_faults_may_be_replaced_while_it_serves(season: Season) -> None:
    with FaultySite(season) as site:
        site.faults = (Fault("session_list", status(500)),)
        assert fetch(site, LIST).status == 500


def test_faults_apply_in_order(season: Season) -> None:
    faults = [
        Fault("session_list", status(503), times=1),
        Fault("session_list", Rewrite(str.upper)),
        Fault("session_list", Cut(50, admitted=True)),
    ]
    with FaultySite(season, faults) as site:
        first, second = fetch(site, LIST), fetch(site, LIST)
    assert first.status == 503
    assert first.text == first.text.upper()
    upper = _whole_list(season, visit=2).upper()
    assert second.text == upper.encode()[: len(upper.encode()) // 2].decode(errors="ignore")


@pytest.mark.parametrize("code", [200, 403, 429, 503])
def test_bot_check(code: int, season: Season) -> None:
    with FaultySite(season, [Fault("session_list", bot_check(code))]) as site:
        fetched = fetch(site, LIST)
    assert fetched.status == code
    assert "<title>Just a moment...</title>" in fetched.text


def test_empty_body(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", EMPTY_BODY)]) as site:
        fetched = fetch(site, LIST)
    assert (fetched.status, fetched.text) == (200, "")


def test_redirect(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", redirect("http://elsewhere.example/login"))]) as site:
        fetched = fetch(site, LIST)
    assert (fetched.status, fetched.headers["Location"]) == (302, "http://elsewhere.example/login")


def test_robots(season: Season) -> None:
    with FaultySite(season, [Fault("robots", robots("User-agent: *\nDisallow: /\n"))]) as site:
        assert fetch(site, "/robots.txt").text.endswith("Disallow: /\n")


def test_other_date_of_a_list_and_of_a_month(season: Season) -> None:
    with FaultySite(season, [Fault("practice", OtherDate(date(2025, 9, 13)))]) as site:
        assert "Practice Sessions on September 13, 2025 (Saturday)" in fetch(site, LIST).text
        assert "Practice Dates for September 2025" in fetch(site, "/wattlegrove/practice/?p=calendar&d=2025-10").text


def test_a_page_of_another_season(season: Season) -> None:
    session = season.day("wattlegrove", date(2025, 10, 25)).sessions[0]
    before = season.replaced(replace(session, driver="Before Correction", transponder="9999991"))
    with FaultySite(season, [Fault("session_list", FromSeason(before), times=1)]) as site:
        first, second = fetch(site, LIST), fetch(site, LIST)
    assert "Before Correction" in first.text
    assert second.text == _whole_list(season, visit=2)


def test_rewrite(season: Season) -> None:
    def without_lap_column(html: str) -> str:
        return html.replace("<th>Laps <br />Length</th>", "")

    with FaultySite(season, [Fault("session_list", Rewrite(without_lap_column))]) as site:
        assert fetch(site, LIST).text == without_lap_column(_whole_list(season))


def test_a_request_without_a_response_ends_with_the_client_or_the_site(season: Season) -> None:
    site = FaultySite(season, [Fault("session_list", NeverAnswer())])
    with connected(site) as waiting:
        with site:
            waiting.request("GET", LIST)
            with pytest.raises(TimeoutError):
                fetch(site, LIST, timeout=0.2)
            assert fetch(site, "/robots.txt").status == 200
        with pytest.raises(ConnectionError):
            waiting.getresponse()


def test_a_reset_within_the_body(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", Reset(30))]) as site, pytest.raises(ConnectionResetError):
        fetch(site, LIST)


@pytest.mark.parametrize("delivery", [Cut(40), WrongContentLength(+1), BrokenChunks()])
def test_a_body_that_is_shorter_than_announced(
    delivery: Cut | WrongContentLength | BrokenChunks, season: Season
) -> None:
    with FaultySite(season, [Fault("session_list", delivery)]) as site, pytest.raises(IncompleteRead):
        fetch(site, LIST)


@pytest.mark.parametrize("percent", [0, 1, 50, 99])
def test_an_admitted_cut_is_complete_by_http(percent: int, season: Season) -> None:
    with FaultySite(season, [Fault("session_list", Cut(percent, admitted=True))]) as site:
        text = fetch(site, LIST).text
    whole = _whole_list(season)
    assert whole.startswith(text)
    assert len(text.encode()) == len(whole.encode()) * percent // 100


def test_a_short_content_length_cuts_the_body_without_an_error(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", WrongContentLength(-500))]) as site:
        assert fetch(site, LIST).text == _whole_list(season).encode()[:-500].decode()


def test_a_connection_is_closed_after_a_broken_response(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", WrongContentLength(-500))]) as site, connected(site) as connection:
        assert fetch_over(connection, LIST).headers["Connection"] == "close"
        assert fetch_over(connection, "/robots.txt").text.startswith("User-agent")


def test_a_drip_sends_the_whole_body(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", Drip(pause=0.0, piece=50))]) as site:
        assert fetch(site, LIST).text == _whole_list(season)


def test_a_client_that_disconnects_is_no_error_of_the_site(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", Drip(pause=0.001), times=1)]) as site:
        with connected(site) as connection:
            connection.request("GET", LIST)
            assert connection.getresponse().read(3)
        assert fetch(site, LIST).status == 200


class Disconnected:
    """A delivery whose client has disconnected."""

    def deliver(self, _response: Response, _wire: Wire) -> None:
        raise BrokenPipeError


def test_a_disconnected_request_is_no_longer_in_flight(season: Season) -> None:
    with FaultySite(season, [Fault("session_list", Disconnected())]) as site:
        for _ in range(3):
            with pytest.raises(ConnectionError):
                fetch(site, LIST)
        assert site.highest_in_flight == 1


@dataclass
class Recorder:
    """A wire that records calls and takes no time."""

    events: list[str] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        self.events.append(f"wait {seconds}")
        return False

    def send(self, part: bytes) -> None:
        self.events.append(f"send {part[:4].decode()}")

    def send_last(self, part: bytes, *, keep_open: bool) -> None:
        self.events.append(f"last {part.decode()} {keep_open}")

    def reset(self) -> None:
        self.events.append("reset")

    def wait_for_hang_up(self) -> None:
        self.events.append("hang up")


def test_a_delay_waits_before_the_response(season: Season) -> None:
    recorder = Recorder()
    response = page("late")
    assert Delay(1.5).alter(response, Visit(season, LIST, 1, 0, recorder.wait)) is response
    assert recorder.events == ["wait 1.5"]


def test_a_drip_pauses_before_each_piece() -> None:
    recorder = Recorder()
    Drip(pause=1, piece=2).deliver(page("abcde"), recorder)
    assert recorder.events == ["send HTTP", "wait 1", "send ab", "wait 1", "send cd", "wait 1", "send e", "last  False"]
