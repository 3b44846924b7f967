"""`python -m bench`, which is `make bench`: measure part by part, and print one table, whatever becomes of a part."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bench import crawls, dlt_and_models, pages, raw_rows, requests_asked, transforms
from bench.machine import described
from bench.scratch import Scratch, scratch
from bench.settings import Settings
from bench.table import Line, as_markdown, on_terminal, record
from scraper.config import REPOSITORY
from scraper.console import plain_console
from scraper.errors import PracticeError, UsageError

DOCUMENT = REPOSITORY / "docs" / "performance.md"

_INTERRUPTED = 130

Part = Callable[[Scratch, Settings], Iterator[Line]]

PARTS: Mapping[str, Part] = {
    "pages": lambda _, settings: pages.measure(settings.rounds),
    "raw_rows": lambda scratch, settings: raw_rows.measure(scratch, settings.items, settings.rounds),
    "transforms": lambda scratch, settings: transforms.measure(scratch, settings.sessions, settings.rounds),
    "dlt": lambda scratch, settings: dlt_and_models.measure(scratch, settings.items, settings.rounds),
    "requests": lambda scratch, _: requests_asked.measure(scratch),
    "crawl": lambda scratch, settings: crawls.measure(scratch, settings.pages, settings.delay),
}


def main() -> int:
    """Run what BENCH_ONLY names, else all parts; the exit status is that of the project's other commands."""
    try:
        settings = Settings.of(os.environ)
        if unknown := set(settings.only) - set(PARTS):
            raise UsageError(f"BENCH_ONLY={' '.join(sorted(unknown))} names no part: write some of {' '.join(PARTS)}")
    except UsageError as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return problem.exit_status
    console, lines = plain_console(), list[Line]()
    try:
        with scratch() as place:
            failed = [name for name in settings.only or PARTS if not _part_is_done(name, place, settings, lines)]
    except KeyboardInterrupt:
        print("bench: interrupted; this is what was measured until then", file=sys.stderr)
        return _INTERRUPTED
    finally:
        console.print(on_terminal(lines), f"Machine: {described()}")
    return PracticeError.exit_status if failed else 0


def _part_is_done(name: str, place: Scratch, settings: Settings, lines: list[Line]) -> bool:
    """Add the part's lines as they come. If it fails, those before its failure stay, and it is not recorded."""
    console, machine, started, first = plain_console(), described(), time.monotonic(), len(lines)
    try:
        for line in PARTS[name](place, settings):
            console.print(f"{time.monotonic() - started:4.0f} s  {line.what}")
            lines.append(line)
    except Exception as problem:  # whatever it is, the other parts can be measured all the same
        output = f"\n{problem.output}" if isinstance(problem, subprocess.CalledProcessError) else ""
        print(f"bench: {name} failed: {type(problem).__name__}: {problem}{output}", file=sys.stderr)
        return False
    if settings.record:
        command = replace(settings, only=(name,)).command
        record(DOCUMENT, name, f"`{command}`\n\n{machine}\n\n{as_markdown(lines[first:])}")
        console.print(f"The table of {name} is in {DOCUMENT} now.")
    return True


if __name__ == "__main__":
    sys.exit(main())
