"""The settings of `make bench`, from the environment: how much of everything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from scraper.errors import UsageError


def _setting(default: object, read: Callable[[str], object]) -> Any:
    return field(default=default, metadata={"read": read})


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_size(word) for word in text.split())


def _size(text: str) -> int:
    if (size := int(text)) < 1:
        raise ValueError(text)
    return size


def _seconds(text: str) -> float:
    if not 0 < (seconds := float(text)) < 60:
        raise ValueError(text)
    return seconds


@dataclass(frozen=True)
class Settings:
    """Each is `BENCH_` and its name in capitals; with the defaults, all ends in some minutes."""

    sessions: tuple[int, ...] = _setting((10_000, 50_000), _sizes)
    """Lengths of history for the transform, the smallest being what the others are compared with."""
    rounds: int = _setting(3, _size)
    """How often those that are compared take turns."""
    items: int = _setting(2_000, _size)
    """Sessions for the raw tables, and for dlt with the dbt models."""
    pages: int = _setting(400, _size)
    """Pages of the long crawl, about."""
    delay: float = _setting(0.1, _seconds)
    """CRAWL_DELAY of the long crawl, in seconds."""
    only: tuple[str, ...] = _setting((), lambda text: tuple(text.split()))
    """Which parts to run; all of them when none is named."""
    record: bool = _setting(False, lambda text: bool(int(text)))
    """Whether to put the table of each part into docs/performance.md."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read them; what is blank or missing has its default. Raises UsageError for what cannot be read."""
        given = {}
        for setting in fields(cls):
            name = _variable(setting.name)
            if text := environment.get(name, "").strip():
                try:
                    given[setting.name] = setting.metadata["read"](text)
                except ValueError:
                    raise UsageError(f"{name}={text} cannot be read: the default is {setting.default}") from None
        return cls(**given)

    @property
    def command(self) -> str:
        """What to type for the same table."""
        given = [
            f'{_variable(setting.name)}="{_as_typed(getattr(self, setting.name))}"'
            for setting in fields(self)
            if getattr(self, setting.name) != setting.default
        ]
        return " ".join(["make bench", *given])


def _variable(name: str) -> str:
    return f"BENCH_{name.upper()}"


def _as_typed(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(int(value)) if isinstance(value, bool) else str(value)
