"""Where the pages are: URLs from a base, a track's slug and a key, never from a page."""

from dataclasses import dataclass
from urllib.parse import urlsplit

_QUERIES = {"month": "p=calendar&d=", "list": "p=session_list&d=", "session": "p=view_session&id="}


@dataclass(frozen=True)
class SiteUrls:
    """The addresses below a base URL with `{track}` in it, such as `https://{track}.liverc.com`."""

    base_url: str

    def of_track(self, track_slug: str) -> str:
        """The track's own address, without a slash at its end."""
        return self.base_url.replace("{track}", track_slug).rstrip("/")

    def of_page(self, track_slug: str, kind: str, key: str) -> str:
        """A page of a track: its `month` (`YYYY-MM`), the `list` of a day (`YYYY-MM-DD`), or a `session` by its id."""
        return f"{self.of_track(track_slug)}/practice/?{_QUERIES[kind]}{key}"

    def origins(self, track_slugs: tuple[str, ...]) -> frozenset[tuple[str, str]]:
        """Scheme and host with port of everything that a crawl of these tracks may ask."""
        return frozenset(origin_of(self.of_track(slug)) for slug in track_slugs)


def origin_of(url: str) -> tuple[str, str]:
    """Scheme and host with port of a URL, lower case."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
