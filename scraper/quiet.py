"""QUIET=1: a command prints nothing when there is nothing to say, else everything that it prints without QUIET."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import TextIO


class _HeldOutput:
    """What was printed so far, in its order; once it is released, everything goes to its stream at once."""

    def __init__(self) -> None:
        self._parts: list[tuple[TextIO, str]] = []
        self.is_released = False

    def write(self, stream: TextIO, text: str) -> None:
        if self.is_released:
            stream.write(text)
        else:
            self._parts.append((stream, text))

    def release(self) -> None:
        self.is_released = True
        for stream, text in self._parts:
            stream.write(text)
            stream.flush()
        self._parts.clear()


class _Stream(TextIOBase):
    """Stands for stdout or stderr, and writes to it what is not held."""

    def __init__(self, stream: TextIO, held: _HeldOutput) -> None:
        self._stream = stream
        self._held = held

    def write(self, text: str) -> int:
        self._held.write(self._stream, text)
        return len(text)

    def flush(self) -> None:
        if self._held.is_released:
            self._stream.flush()


_held: list[_HeldOutput] = []


@contextmanager
def quiet() -> Iterator[None]:
    """Hold what is printed inside this block. It is dropped at the end unless `news` was called or an error left it."""
    held = _HeldOutput()
    _held.append(held)
    try:
        with redirect_stdout(_Stream(sys.stdout, held)), redirect_stderr(_Stream(sys.stderr, held)):
            yield
    except BaseException:
        held.release()
        raise
    finally:
        _held.remove(held)


def news() -> None:
    """Say that this run has something to say: with QUIET=1 print what was held, and from now on everything."""
    for held in _held:
        held.release()
