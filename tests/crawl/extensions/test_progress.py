"""The log line about the progress of a crawl."""

import pytest

from scraper.crawl.extensions.progress import progress_line


@pytest.mark.parametrize(
    ("planned", "done", "failed", "seconds", "line"),
    [
        (1, 0, 0, 30.0, "0 of 1 pages, 0 failed, no page yet"),
        (100, 25, 1, 60.0, "25 of 100 pages, 1 failed, about 3 min left"),
        (10, 10, 0, 60.0, "10 of 10 pages, 0 failed, about 0 min left"),
    ],
)
def test_the_line_has_what_is_done_and_what_is_left(
    planned: int, done: int, failed: int, seconds: float, line: str
) -> None:
    assert progress_line(planned, done, failed, seconds) == line
