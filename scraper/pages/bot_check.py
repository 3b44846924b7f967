"""Is this page a bot check instead of the page that was asked for?

It may come with any HTTP status, 200 included. Only the beginning is looked at: the same markers near the end of a
page belong to a script that a protected site adds to its ordinary pages. The word captcha says nothing, since every
LiveRC page loads a reCAPTCHA script.
"""

import re

BEGINNING = 6_000
"""Characters of a page that are looked at."""

_MARKERS = ("challenge-platform", "cf-browser-verification", "cf_chl_opt")
_TITLE = re.compile(r"<title[^>]*>\s*(.*?)</title>", re.DOTALL)
_TITLE_BEGINNINGS = ("just a moment...", "attention required", "access denied")


def is_bot_check(html: str) -> bool:
    """Whether ``html`` asks its reader to prove to be human."""
    beginning = html[:BEGINNING].lower()
    title = _TITLE.search(beginning)
    # LiveRC's own titles begin with the track's name and then hold a driver's, who may be called anything: so a title
    # has to begin with the words, and is no place to look for markers.
    if title and title[1].startswith(_TITLE_BEGINNINGS):
        return True
    rest = beginning.replace(title[0], "") if title else beginning
    return any(marker in rest for marker in _MARKERS)
