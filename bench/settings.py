"""The settings of `make bench`, read from the environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
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


def _checkout(text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    if not (folder / "scraper" / "__main__.py").is_file():
        raise ValueError(text)
    return folder


@dataclass(frozen=True)
class Settings:
    """Each setting is `BENCH_` and its name in capitals. With the defaults, a run takes some minutes."""

    sessions: tuple[int, ...] = _setting((10_000, 50_000), _sizes)
    """Lengths of history for the transform. The others are compared with the shortest."""
    rounds: int = _setting(3, _size)
    """How often each candidate is measured."""
    items: int = _setting(2_000, _size)
    """Sessions for the raw tables, and for dlt with the dbt models."""
    pages: int = _setting(400, _size)
    """About how many pages the long crawl requests."""
    delay: float = _setting(0.1, _seconds)
    """CRAWL_DELAY of the long crawl, in seconds."""
    only: tuple[str, ...] = _setting((), lambda text: tuple(text.split()))
    """The parts to run; all parts when empty."""
    record: bool = _setting(False, lambda text: bool(int(text)))
    """Whether to write the tables into docs/performance.md."""
    against: Path | None = _setting(None, _checkout)  # noqa: RUF009 - as above
    """Another checkout of this project to compare this one with, instead of other tools."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; a blank or missing one gets its default. Raises UsageError for an unreadable value."""
        given = {}
        for setting in fields(cls):
            name = _variable(setting.name)
            if text := environment.get(name, "").strip():
                try:
                    given[setting.name] = setting.metadata["read"](text)
                except ValueError:
                    expected = "a folder with a checkout of this project" if name == "BENCH_AGAINST" else ""
                    hint = expected or f"a value like the default, {setting.default}"
                    raise UsageError(f"cannot read {name}={text}: write {hint}") from None
        return cls(**given)

    @property
    def command(self) -> str:
        """The command that produces the same table."""
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
