"""Driver and class names: which text is a name, how the pages show it, and its normalized form."""

from scraper import names

UNKNOWN_DRIVER = "Unknown Driver"
UNKNOWN_CLASS = "Unknown Class"


def folded(text: str) -> str:
    """Return the text as a browser shows it: inner white space folded to one space, none at the ends."""
    return " ".join(text.split())


def is_name(text: str) -> bool:
    """Return whether the text is a name: neither blank nor ``Unknown Driver``."""
    return folded(text) not in ("", UNKNOWN_DRIVER)


def display_name(text: str) -> str:
    """Return the name that a session shows; ``Unknown Driver`` for a blank cell."""
    return folded(text) or UNKNOWN_DRIVER


def display_class(text: str) -> str:
    """Return the class that a session shows; ``Unknown Class`` for a blank cell."""
    return folded(text) or UNKNOWN_CLASS


def normalized_name(text: str) -> str | None:
    """Return the name without accents, case, punctuation and word order; ``None`` for a text that is no name.

    >>> normalized_name("Nuñez, JOSÉ") == normalized_name("Jose  Nunez") == "jose nunez"
    True
    """
    return names.normalized_name(text) if is_name(text) else None
