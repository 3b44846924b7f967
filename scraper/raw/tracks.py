"""The spelling of tracks: a host name has no case, so all spellings of a slug are one track, stored under the first.

The first is the one under which a page was captured first: one that the site does not know is not remembered.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

# The holder of the crawl lock is the only one to insert.
REMEMBER = """
insert into raw.tracks (track_slug)
select distinct on (lower(captured.track_slug)) captured.track_slug
from unnest(%(track_slugs)s::text[]) as captured (track_slug)
where not exists (select from raw.tracks as tracks where lower(tracks.track_slug) = lower(captured.track_slug))
"""

_SPELLINGS = """
select coalesce(tracks.track_slug, typed.track_slug)
from unnest(%s::text[]) with ordinality as typed (track_slug, place)
left join raw.tracks as tracks on lower(tracks.track_slug) = lower(typed.track_slug)
order by typed.place
"""


def spellings(connection: psycopg.Connection[Any], track_slugs: Sequence[str]) -> tuple[str, ...]:
    """Return the slugs as they are stored, in this order; one that is not stored stays as it is."""
    return tuple(slug for (slug,) in connection.execute(_SPELLINGS, [list(track_slugs)]).fetchall())


def stored_tracks(connection: psycopg.Connection[Any]) -> list[str]:
    """Return all tracks of which a page was captured."""
    return [slug for (slug,) in connection.execute("select track_slug from raw.tracks order by 1").fetchall()]
