"""What is kept for some seconds because it reads all days: the tracks, and the metrics of the database."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scraper.errors import CannotWork
from service.web import metrics
from service.web.kept import Kept
from service.web.metrics import Stored
from service.web.queries import all_tracks
from service.web.queries.all_tracks import AllTracks
from service.web.queries.tracks import list_tracks
from tests.service.web.conftest import API, app_of, exact, serving
from tests.support.commands_runner import Commands


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(derived_season: Commands, clock: Clock) -> Iterator[httpx.Client]:
    """A client of a service with that clock."""
    app = app_of(derived_season.database)
    app.state.all_tracks = AllTracks(clock)
    app.state.stored = Stored(app.state.all_tracks, clock)
    with serving(app) as client:
        yield client


def _fail() -> int:
    raise CannotWork("gone")


def test_a_value_is_read_again_when_its_time_is_over(clock: Clock) -> None:
    kept: Kept[int] = Kept(30, clock)
    assert kept.get(lambda: 1) == 1
    clock.seconds = 29
    assert kept.get(lambda: 2) == 1
    clock.seconds = 31
    with pytest.raises(CannotWork):
        kept.get(_fail)
    assert kept.get(lambda: 3) == 3


def test_all_that_shows_all_tracks_reads_them_once(
    client: httpx.Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def read(connection: Any) -> Any:
        tracks = list_tracks(connection)
        reads.append(tracks)
        return [{**track, "practice_days": 1000 + len(reads)} for track in tracks]

    monkeypatch.setattr(all_tracks, "list_tracks", read)
    for moment, number in ((0, 1), (9, 1), (15, 2)):
        clock.seconds = moment
        found = exact(client.get(f"{API}/tracks"))["tracks"]
        assert {each["practice_days"] for each in found} == {1000 + number}
        assert f"{1000 + number:,}" in client.get("/").text
        assert f'practice_days{{track="{found[0]["track_slug"]}"}} {1000 + number}.0' in client.get("/metrics").text
        assert len(reads) == number


def test_the_tracks_come_in_parts(client: httpx.Client) -> None:
    slugs = [each["track_slug"] for each in exact(client.get(f"{API}/tracks"))["tracks"]]
    assert slugs == sorted(slugs, key=str.casefold)
    in_parts: list[str] = []
    after: dict[str, str] = {}
    while True:
        part = exact(client.get(f"{API}/tracks", params={"limit": 1, **after}))
        in_parts += [each["track_slug"] for each in part["tracks"]]
        if part["next"] is None:
            break
        after = {"after": part["next"]}
    assert in_parts == slugs


def test_metrics_of_the_database_are_read_again_after_five_seconds(
    client: httpx.Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def note(*arguments: Any) -> Any:
        reads.append(arguments)
        return families(*arguments)

    families = metrics._families
    monkeypatch.setattr(metrics, "_families", note)
    texts = []
    for moment in (0, 4, 6):
        clock.seconds = moment
        texts.append(client.get("/metrics").text)
    assert len(reads) == 2 * len([*metrics._JOBS, metrics._READS])
    counted = [line for line in texts[1].splitlines() if line.startswith('practice_requests_total{method="GET"')]
    assert counted == ['practice_requests_total{method="GET",route="/metrics",status="200"} 1.0']  # of this process
