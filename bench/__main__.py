"""`python -m bench`, the command behind `make bench`: measures part by part and prints one table."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module

from bench.machine import describe_machine
from bench.scratch import Scratch, scratch
from bench.settings import Settings
from bench.table import Line, as_markdown, as_terminal_table, record
from scraper.config import REPOSITORY
from scraper.console import plain_console
from scraper.errors import PracticeError, UsageError

DOCUMENT = REPOSITORY / "docs" / "performance.md"
COMPARISON = "comparison"
"""The place in the document for the table of a run with BENCH_AGAINST."""

_INTERRUPTED = 130

Part = Callable[[Scratch, Settings], Iterator[Line]]


def _part(module: str) -> Part:
    """Return the function `measure` of a module that is imported when the part begins."""
    return lambda scratch, settings: import_module(module).measure(scratch, settings)


PARTS: Mapping[str, Part] = {
    "pages": _part("bench.pages"),
    "raw_rows": _part("bench.raw_rows"),
    "transforms": _part("bench.transforms"),
    "dlt": _part("bench.competitors.dlt_and_models"),
    "requests": _part("bench.site_requests"),
    "crawl": _part("bench.crawls"),
    "service": _part("bench.service"),
    "readers": _part("bench.readers"),
}
COMPARISON_PARTS: Mapping[str, Part] = {
    "pages": _part("bench.comparison.pages"),
    "crawl": _part("bench.comparison.crawls"),
    "requests": _part("bench.comparison.site_requests"),
    "transforms": _part("bench.comparison.transforms"),
    "commands": _part("bench.comparison.small_commands"),
}


def main() -> int:
    """Run the parts of BENCH_ONLY, or all parts. Exit statuses are those of the project's other commands."""
    try:
        settings = Settings.of(os.environ)
        parts = COMPARISON_PARTS if settings.against else PARTS
        if unknown := set(settings.only) - set(parts):
            raise UsageError(f"unknown part in BENCH_ONLY={' '.join(sorted(unknown))}: write some of {' '.join(parts)}")
    except UsageError as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return problem.exit_status
    console, machine, lines = plain_console(), describe_machine(), list[Line]()
    try:
        with scratch() as place:
            complete = [_run_part(name, parts[name], place, settings, lines) for name in settings.only or parts]
    except KeyboardInterrupt:
        print("bench: interrupted; the table has the lines measured so far", file=sys.stderr)
        return _INTERRUPTED
    finally:
        console.print(as_terminal_table(lines), f"Machine: {machine}")
    if settings.against and settings.record and all(complete):
        _record(COMPARISON, replace(settings, against=None), machine, lines)
    return 0 if all(complete) else PracticeError.exit_status


def _run_part(name: str, measure: Part, place: Scratch, settings: Settings, lines: list[Line]) -> bool:
    """Append the part's lines; return False if the part fails. A part that fails is not recorded."""
    console, machine, started, first = plain_console(), describe_machine(), time.monotonic(), len(lines)
    try:
        for line in measure(place, settings):
            console.print(f"{time.monotonic() - started:4.0f} s  {line.what}")
            lines.append(line)
    except Exception as problem:  # the other parts can be measured after any error
        output = f"\n{problem.output}" if isinstance(problem, subprocess.CalledProcessError) else ""
        print(f"bench: {name} failed: {type(problem).__name__}: {problem}{output}", file=sys.stderr)
        return False
    if settings.record and not settings.against:
        _record(name, replace(settings, only=(name,)), machine, lines[first:])
    return True


def _record(place: str, settings: Settings, machine: str, lines: Sequence[Line]) -> None:
    record(DOCUMENT, place, f"`{settings.command}`\n\n{machine}\n\n{as_markdown(lines)}")
    plain_console().print(f"Wrote the table of {place} into {DOCUMENT}.")


if __name__ == "__main__":
    sys.exit(main())
