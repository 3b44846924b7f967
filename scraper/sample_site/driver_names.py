"""What the contract says about drivers' names, in Python: which are names, and what is left of one for comparing."""

import unicodedata

UNKNOWN_DRIVER = "Unknown Driver"
UNKNOWN_CLASS = "Unknown Class"

# Letters which Unicode does not take apart into a base letter and a mark.
_UNDIVIDED = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe"})
_VANISHING = str.maketrans("", "", "'\u2018\u2019\u02bc`.")


def folded(text: str) -> str:
    """The text as a browser shows it: inner white space folded to one space, none at the ends."""
    return " ".join(text.split())


def is_name(text: str) -> bool:
    """Whether this tells one person from another: neither blank nor ``Unknown Driver``."""
    return folded(text) not in ("", UNKNOWN_DRIVER)


def display_name(text: str) -> str:
    """The name as a session shows it; ``Unknown Driver`` where the page has none."""
    return folded(text) or UNKNOWN_DRIVER


def display_class(text: str) -> str:
    """The class as a session shows it; ``Unknown Class`` where the page has none."""
    return folded(text) or UNKNOWN_CLASS


def normalized_name(text: str) -> str | None:
    """Accents, case, punctuation and word order removed; ``None`` when that or the page leaves no name.

    >>> normalized_name("Nuñez, JOSÉ") == normalized_name("Jose  Nunez") == "jose nunez"
    True
    """
    if not is_name(text):
        return None
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter)).lower()
    plain = plain.translate(_UNDIVIDED).translate(_VANISHING)
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return " ".join(sorted(words)) or None
