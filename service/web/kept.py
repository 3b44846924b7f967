"""A value that is kept for some seconds, because reading it costs more the more is stored."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import TTLCache

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A value that is read again when it is older than some seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._values: TTLCache[str, Value] = TTLCache(1, seconds, timer=clock)
        self._lock = Lock()

    def get(self, read: Callable[[], Value]) -> Value:
        """Return the value, from `read` if none is kept. An error of `read` is raised, and nothing is kept."""
        with self._lock:
            if "value" in self._values:
                return self._values["value"]
        value = read()  # without the lock: while the database is gone, all who ask would wait in turn
        with self._lock:
            self._values["value"] = value
        return value
