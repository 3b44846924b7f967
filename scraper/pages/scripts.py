"""Arrays in a page's scripts, which are read as text and never executed."""

import json
import re
from functools import cache
from typing import Any

import chompjs

from scraper.pages.cells import Element, folded
from scraper.pages.unreadable_rows import UnreadableRow

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def array_in_script(root: Element, variable: str) -> list[dict[str, str]] | None:
    """Return the objects of ``var variable = [{…}, …];``, all values as text; None if no script assigns ``variable``.

    Numbers keep their notation (``42.990``), null becomes "". Raises :class:`UnreadableRow` if the value is no array of
    objects.
    """
    for script in (element.text or "" for element in root.iterdescendants("script")):
        # Searching for the name first is much faster: most scripts are long and do not contain it.
        if variable in script and (found := _assignment(variable).search(script)):
            return _array_of_objects(script[found.end() :], variable)
    return None


@cache
def _assignment(variable: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:var|let|const)\s+{re.escape(variable)}\s*=\s*")


def _array_of_objects(source: str, variable: str) -> list[dict[str, str]]:
    unreadable = UnreadableRow(folded(source), f"the script's {variable} is no array of objects")
    # chompjs takes the first array or object that it finds, which after `null;` would be another one.
    if not source.startswith("["):
        raise unreadable
    try:
        array: list[Any] = chompjs.parse_js_object(source, loader=_DECODER.decode)
    except (ValueError, RecursionError) as error:
        raise unreadable from error
    if not all(isinstance(entry, dict) for entry in array):
        raise unreadable
    # Nearly all values are text, and a function call for each would take noticeable time.
    return [
        {key: folded(value if isinstance(value, str) else _notation(value)) for key, value in entry.items()}
        for entry in array
    ]


def _notation(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
