"""Arrays that a page's scripts hold, read as text and never run."""

import json
import re
from functools import cache
from typing import Any

import chompjs

from scraper.pages.cells import Element, folded
from scraper.pages.unreadable_rows import UnreadableRow

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def array_in_script(root: Element, variable: str) -> list[dict[str, str]] | None:
    """The objects of ``var variable = [{…}, …];``, every value as text; None when no script assigns ``variable``.

    Numbers keep their spelling (``42.990``), null becomes "". Raises :class:`UnreadableRow` when what is assigned
    is no array of objects.
    """
    for script in (element.text or "" for element in root.iterdescendants("script")):
        # Looking for the bare name first is much faster: most scripts are long and about something else.
        if variable in script and (found := _assignment(variable).search(script)):
            return _array_of_objects(script[found.end() :], variable)
    return None


@cache
def _assignment(variable: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:var|let|const)\s+{re.escape(variable)}\s*=\s*")


def _array_of_objects(source: str, variable: str) -> list[dict[str, str]]:
    unreadable = UnreadableRow(folded(source), f"the script's {variable} is no array of objects")
    # chompjs takes the first array or object it meets, which after `null;` would be some other one.
    if not source.startswith("["):
        raise unreadable
    try:
        array: list[Any] = chompjs.parse_js_object(source, loader=_DECODER.decode)
    except (ValueError, RecursionError) as error:
        raise unreadable from error
    if not all(isinstance(entry, dict) for entry in array):
        raise unreadable
    # Nearly all values are text, and a call for each would be felt.
    return [
        {key: folded(value if isinstance(value, str) else _spelt(value)) for key, value in entry.items()}
        for entry in array
    ]


def _spelt(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
