"""All tracks, with what is stored of each. Every day counts in them, so they are read every ten seconds at most."""

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request

from service.web.kept import Kept
from service.web.pools import Pools
from service.web.queries.tracks import list_tracks

SECONDS = 10.0


class AllTracks:
    """The tracks of which a day is stored, as they were at most ten seconds ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: Kept[Sequence[dict[str, Any]]] = Kept(SECONDS, clock)

    def read(self, pools: Pools, after: str | None = None, timeout: float | None = None) -> Sequence[dict[str, Any]]:
        """Return tracks by slug, those after a slug. `timeout` is how long to wait for a connection, seconds."""

        def read() -> Sequence[dict[str, Any]]:
            with pools.readers.connection(timeout) as connection:
                return sorted(list_tracks(connection), key=_key)

        tracks = self._kept.get(read)
        return tracks if after is None else [track for track in tracks if _key(track) > after.casefold()]


def _key(track: dict[str, Any]) -> str:
    return str(track["track_slug"]).casefold()


def _all_tracks(request: Request) -> AllTracks:
    tracks: AllTracks = request.app.state.all_tracks
    return tracks


TheTracks = Annotated[AllTracks, Depends(_all_tracks)]
"""The tracks, as a parameter of a path's function."""
