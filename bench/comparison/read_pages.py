"""Reads pages by the page objects of a checkout. Prints the processor seconds of each kind of page as JSON.

`python -P read_pages.py <file>` with the checkout's Python and folder. Each line of the file is a page in JSON. Only
`scraper.pages` is imported, because other modules may have other names in the other checkout.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

from scraper.pages import DayListPage, MonthPage, SessionPage

READERS = {
    "month": lambda page: MonthPage(page["html"], month=page["key"]).payload(),
    "day list": lambda page: DayListPage(page["html"], date=page["key"]).payload(),
    "session": lambda page: SessionPage(page["html"]).payload(),
}


def main(file: Path) -> None:
    """Read every page once without measuring, then five times."""
    pages = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for page in pages:
        READERS[page["kind"]](page)
    seconds: Counter[str] = Counter()
    for _ in range(5):
        for page in pages:
            started = time.process_time()
            READERS[page["kind"]](page)
            seconds[page["kind"]] += time.process_time() - started  # type: ignore[assignment]
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
