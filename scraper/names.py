"""Names in the form in which they are compared, the same as the macro `normalize_name` gives in SQL."""

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parents[1] / "dbt_project" / "macros" / "text" / "folded_letters.sql"
_REMOVED = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # accents
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"  # invisible
    "'`\u00b4.\u00b7\u02b9-\u02bf\u2018-\u201b\u2032]"  # within a word
)
_SEPARATORS = re.compile(
    "[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3003\u3008-\u301f]+"
)
LONGEST = 500


def normalized_name(name: str) -> str | None:
    """Return the name without accents, case, punctuation and word order; ``None`` if nothing remains.

    >>> normalized_name("Nuñez, JOSÉ"), normalized_name("IŞIK"), normalized_name("Þór")
    ('jose nunez', 'isik', 'thor')
    """
    letters = unicodedata.normalize("NFKD", name).lower()
    folded = "".join(folded_letters().get(letter, letter) for letter in letters)
    words = _SEPARATORS.sub(" ", _REMOVED.sub("", folded)).split(" ")
    return " ".join(sorted(filter(None, words)))[:LONGEST] or None


@cache
def folded_letters() -> dict[str, str]:
    """Letters that neither decomposition nor lower case makes plain, with their spelling: the table of the macro."""
    text = _TABLE.read_text(encoding="utf-8")
    table: dict[str, str] = json.loads(text[text.index("\n{\n") : text.rindex("\n}\n") + 2])
    return table
