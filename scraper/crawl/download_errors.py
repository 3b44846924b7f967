"""Why no answer came, in words for people instead of the names of exceptions."""

from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

_IN_WORDS: dict[type[Any], str] = {
    CannotResolveHostError: "no host of this name; is the track's name right?",
    DownloadCancelledError: "the answer is larger than any page of LiveRC's, and was not read to its end",
    DownloadConnectionRefusedError: "the connection is refused",
    DownloadTimeoutError: "no answer in time",
    ResponseDataLossError: "the answer broke off",
}


def explain_download_error(problem: BaseException | None) -> str:
    """One line; the exception's own where there are no better words."""
    return _IN_WORDS.get(type(problem)) or " ".join(f"no answer ({type(problem).__name__}: {problem})".split())
