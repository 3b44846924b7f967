"""Where the pages are: URLs from a base, a track's slug and a key, never from a page."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit


@dataclass(frozen=True)
class SiteAddresses:
    """The addresses below a base URL with `{track}` in it, such as `https://{track}.liverc.com`."""

    base_url: str

    def of_track(self, track_slug: str) -> str:
        """The track's own address, without a slash at its end."""
        return self.base_url.replace("{track}", track_slug).rstrip("/")

    def of_month(self, track_slug: str, month: str) -> str:
        """The page of a month, `YYYY-MM`."""
        return f"{self.of_track(track_slug)}/practice/?p=calendar&d={month}"

    def of_list(self, track_slug: str, practice_date: date) -> str:
        """The list of a day's sessions."""
        return f"{self.of_track(track_slug)}/practice/?p=session_list&d={practice_date.isoformat()}"

    def of_session(self, track_slug: str, session_id: str) -> str:
        """The page of one session."""
        return f"{self.of_track(track_slug)}/practice/?p=view_session&id={session_id}"

    def origins(self, track_slugs: tuple[str, ...]) -> frozenset[tuple[str, str]]:
        """Scheme and host with port of everything that a crawl of these tracks may ask."""
        return frozenset(origin_of(self.of_track(slug)) for slug in track_slugs)


def origin_of(url: str) -> tuple[str, str]:
    """Scheme and host with port of a URL, lower case."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
