"""Counts as pages print them: laps, sessions, drivers, classes.

The macro `parse_integer` of the dbt project reads the same texts.
"""

import re

_DIGITS = re.compile("[0-9]{1,9}")
# Blanks of every width: text that was not folded has them too.
_THOUSANDS = re.compile("[1-9][0-9]{0,2}([,.'\u2019 \u00a0\u2009\u202f])[0-9]{3}(?:\\1[0-9]{3})?")


def read_count(text: str) -> int | None:
    """Return the number in `487`, `1,100`, `1.100`, `1'100`, `1 100`; None for anything else.

    A count has at most nine digits. Its thousands are all separated by the same character, or none is: `1,10`,
    `1,100.5` and `1234,567` are no counts.
    """
    text = text.strip()
    if _DIGITS.fullmatch(text):
        return int(text)
    return int(re.sub("[^0-9]", "", text)) if _THOUSANDS.fullmatch(text) else None
