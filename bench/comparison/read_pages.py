"""Reads pages by the page objects of a checkout. Prints the processor seconds of each kind of page as JSON.

`python -P read_pages.py <file>` with the checkout's Python and folder. Each line of the file is a page in JSON. Only
`scraper.pages` is imported, because other modules may have other names in the other checkout.
"""

import json
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from scraper.pages import DayListPage, MonthPage, SessionPage

READERS: dict[str, Callable[[dict[str, str]], object]] = {
    "month": lambda page: MonthPage(page["html"], month=page["key"]).payload(),
    "list": lambda page: DayListPage(page["html"], date=page["key"]).payload(),
    "session": lambda page: SessionPage(page["html"]).payload(),
}


def main(file: Path) -> None:
    """Read 2,000 pages of each kind, after 50 that are not measured."""
    pages = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    seconds = {}
    for kind, read in READERS.items():
        of_kind = cycle([page for page in pages if page["kind"] == kind])
        for page in islice(of_kind, 50):
            read(page)
        started = time.process_time()
        for page in islice(of_kind, 2000):
            read(page)
        seconds[kind] = time.process_time() - started
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
