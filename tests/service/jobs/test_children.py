"""A child that does not do what it is asked."""

from collections.abc import Iterator
from itertools import repeat
from types import SimpleNamespace
from typing import Any

import pytest

from service.jobs import children
from service.jobs.children import Interrupted, Watch


class Deaf:
    """A child that neither answers nor ends."""

    def __init__(self) -> None:
        self.interruptions = 0

    def ask(self, request: object) -> None:
        """Take a request."""

    def messages(self, _: float) -> Iterator[None]:
        """Say nothing, again and again."""
        return repeat(None)

    def interrupt(self) -> None:
        """Go on."""
        self.interruptions += 1


def test_a_child_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "SECONDS_TO_END", 0)
    running: Any = SimpleNamespace(wanted=lambda _: set())
    child: Any = Deaf()
    with pytest.raises(Interrupted):
        children._answer(child, "crawl", None, Watch(running, [], lambda: False))
    assert child.interruptions == 1
