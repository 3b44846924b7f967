"""The spelling of tracks: a host name has no case, so all spellings of a slug are one track, stored under the first."""

from collections.abc import Sequence
from typing import Any

import psycopg

# The holder of the crawl lock is the only one to insert.
_REMEMBER = """
insert into raw.tracks (track_slug)
select typed.track_slug from unnest(%s::text[]) as typed (track_slug)
on conflict do nothing
"""

_SPELLINGS = """
select coalesce(tracks.track_slug, typed.track_slug)
from unnest(%s::text[]) with ordinality as typed (track_slug, place)
left join raw.tracks as tracks on lower(tracks.track_slug) = lower(typed.track_slug)
order by typed.place
"""


def remember(connection: psycopg.Connection[Any], track_slugs: Sequence[str]) -> tuple[str, ...]:
    """Return the slugs as they are stored, in this order; store the spelling of those that are new."""
    connection.execute(_REMEMBER, [list(track_slugs)])
    return spellings(connection, track_slugs)


def spellings(connection: psycopg.Connection[Any], track_slugs: Sequence[str]) -> tuple[str, ...]:
    """Return the slugs as they are stored, in this order; one that is not stored stays as it is."""
    return tuple(slug for (slug,) in connection.execute(_SPELLINGS, [list(track_slugs)]).fetchall())
