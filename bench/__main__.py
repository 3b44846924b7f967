"""`python -m bench`, which is `make bench`: measure everything, and print one table."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from bench import crawls, dlt_and_models, pages, raw_rows, requests_asked, transforms
from bench.machine import described
from bench.scratch import Scratch, scratch
from bench.settings import Settings
from bench.table import Line, as_markdown, on_terminal, record
from scraper.config import REPOSITORY
from scraper.console import plain_console
from scraper.errors import PracticeError, UsageError

DOCUMENT = REPOSITORY / "docs" / "performance.md"

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
        _print_and_record(settings)
    except PracticeError as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return problem.exit_status
    except subprocess.CalledProcessError as problem:
        print(f"bench: {problem}\n{problem.output}", file=sys.stderr)
        return PracticeError.exit_status
    return 0


def _print_and_record(settings: Settings) -> None:
    console, machine, started = plain_console(), described(), time.monotonic()
    lines = []
    with scratch() as place:
        for line in measured(place, settings):
            console.print(f"{time.monotonic() - started:4.0f} s  {line.what}")
            lines.append(line)
    console.print(on_terminal(lines), f"Machine: {machine}")
    if settings.record:
        record(DOCUMENT, f"`{settings.command}`\n\n{machine}\n\n{as_markdown(lines)}")
        console.print(f"The table is in {DOCUMENT} now.")


def measured(place: Scratch, settings: Settings) -> Iterator[Line]:
    """The lines of the table, as they come."""
    for name in settings.only or PARTS:
        yield from PARTS[name](place, settings)


if __name__ == "__main__":
    sys.exit(main())
