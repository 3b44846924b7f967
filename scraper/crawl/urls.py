"""URLs of the site: built from a base URL, a track's slug and a page's key, never taken from a page."""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit, urlunsplit

from scraper.raw.items import PageId
from scraper.raw.page_kinds import PAGE_KINDS

_SLUG = "(?P<track>[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
_KEY = "(?P<key>[0-9]{1,12}|[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)"


@dataclass(frozen=True)
class SiteUrls:
    """The URLs below a base URL that contains `{track}`, such as `https://{track}.liverc.com`.

    A slug is in lower case in a host name, which has no case, and as it is stored in a path.
    """

    base_url: str

    def of_track(self, track_slug: str) -> str:
        """Return the track's own URL, without a slash at its end."""
        parts = urlsplit(self.base_url)
        host = parts.netloc.replace("{track}", track_slug.lower())
        path = parts.path.replace("{track}", track_slug)
        return urlunsplit((parts.scheme, host, path, parts.query, parts.fragment)).rstrip("/")

    def of_page(self, page: PageId) -> str:
        """Return the URL of a page."""
        return f"{self.of_track(page.track_slug)}/practice/?{PAGE_KINDS[page.kind].query}{page.key}"

    def page_at(self, url: str) -> PageId | None:
        """Return the page that has this URL; None for any other URL."""
        for kind, pattern in self._pages.items():
            if found := pattern.fullmatch(url):
                return PageId(found["track"], kind, found["key"])
        return None

    def origins(self, track_slugs: tuple[str, ...]) -> frozenset[tuple[str, str]]:
        """Return scheme and host with port of these tracks' sites."""
        return frozenset(origin_of(self.of_track(slug)) for slug in track_slugs)

    def is_origin_of_a_track(self, origin: tuple[str, str]) -> bool:
        """Return whether some track could have its site at this scheme and host with port."""
        scheme, host = origin_of(self.base_url)
        return origin[0] == scheme and re.fullmatch(_pattern(host), origin[1], re.IGNORECASE) is not None

    @cached_property
    def _pages(self) -> dict[str, re.Pattern[str]]:
        practice = _pattern(f"{self.base_url.rstrip('/')}/practice/?")
        return {name: re.compile(f"{practice}{re.escape(kind.query)}{_KEY}") for name, kind in PAGE_KINDS.items()}


def origin_of(url: str) -> tuple[str, str]:
    """Return scheme and host with port of a URL, in lower case."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _pattern(template: str) -> str:
    """Turn a text with `{track}` into a regular expression; a second `{track}` must be the same slug."""
    first, *others = map(re.escape, template.split("{track}"))
    return first + "".join((_SLUG if place == 0 else "(?i:(?P=track))") + other for place, other in enumerate(others))
