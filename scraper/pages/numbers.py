"""Whole numbers as pages print them: counts of laps, sessions, drivers and classes.

The macro `parse_integer` of the dbt project reads the same texts.
"""

import re

_PLAIN = re.compile("[0-9]{1,9}")
# Blanks of every width: text that was not folded has them too.
_GROUPED = re.compile("[1-9][0-9]{0,2}([,.'\u2019 \u00a0\u2009\u202f])[0-9]{3}(?:\\1[0-9]{3})?")


def whole_number(text: str) -> int | None:
    """Return the number in `487`, `1,100`, `1.100`, `1'100`, `1 100`; None for anything else.

    A number has at most nine digits. Its thousands are all separated by the same character, or none is: `1,10`,
    `1,100.5` and `1234,567` are no whole numbers.
    """
    if _PLAIN.fullmatch(text):
        return int(text)
    if _GROUPED.fullmatch(text):
        return int(re.sub("[^0-9]", "", text))
    return None
