"""Recognise a bot check that the site sends in place of a page.

It may have any HTTP status, 200 included. Only the beginning of a page is checked: near its end the same markers belong
to a script that a protected site adds to its ordinary pages. The word captcha means nothing, because every LiveRC page
loads a reCAPTCHA script.
"""

import re
from functools import lru_cache

BEGINNING = 6_000
"""Characters of a page that are checked."""

_MARKERS = ("challenge-platform", "cf-browser-verification", "cf_chl_opt")
_TITLE = re.compile(r"<title[^>]*>\s*(.*?)</title>", re.DOTALL)
_TITLE_BEGINNINGS = ("just a moment...", "attention required", "access denied")


def is_bot_check(html: str) -> bool:
    """Return whether a page asks its reader to prove to be human."""
    return _has_markers(html[:BEGINNING])


# The middleware and then the page object ask about the same page; with 5 requests in flight 16 results are plenty.
@lru_cache(maxsize=16)
def _has_markers(beginning: str) -> bool:
    beginning = beginning.lower()
    title = _TITLE.search(beginning)
    # LiveRC's titles begin with the track's name and may contain a driver's name, which can be any text. So a title
    # must begin with the words, and is not searched for markers.
    if title and title[1].startswith(_TITLE_BEGINNINGS):
        return True
    rest = beginning.replace(title[0], "") if title else beginning
    return any(marker in rest for marker in _MARKERS)
