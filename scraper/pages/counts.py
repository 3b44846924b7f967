"""Counts as pages print them, such as the number of sessions of a day."""

import re

_DIGITS = re.compile("[0-9]{1,9}")
_THOUSANDS = re.compile("[0-9]{1,3}(?:([,.'\u2019 \u00a0\u2009\u202f])[0-9]{3})(?:\\1[0-9]{3})?")


def read_count(text: str) -> int | None:
    """Return the number that ``text`` prints in plain digits or in groups of thousands; None for any other text."""
    text = text.strip()
    if _DIGITS.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return int(re.sub("[^0-9]", "", text))
    return None
