"""The page queue: fair to all tracks, urgent pages first, depth before breadth."""

from collections.abc import Iterator

from scraper.crawl.spiders.page_queue import PageQueue
from scraper.raw.items import PageId


def pages(track: str, *keys: str) -> list[PageId]:
    return [PageId(track, "session", key) for key in keys]


def all_of(queue: PageQueue) -> Iterator[str]:
    while page := queue.take():
        yield f"{page.track_slug}{page.key}"


def test_tracks_take_turns_until_the_queue_is_empty() -> None:
    queue = PageQueue()
    queue.put(pages("a", "1", "2", "3"), urgent=False)
    queue.put(pages("b", "1"), urgent=False)
    queue.put(pages("c", "1", "2"), urgent=False)
    assert list(all_of(queue)) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_urgent_pages_of_all_tracks_come_before_all_others() -> None:
    queue = PageQueue()
    queue.put(pages("a", "old"), urgent=False)
    queue.put(pages("a", "1", "2"), urgent=True)
    queue.put(pages("b", "old"), urgent=False)
    queue.put(pages("b", "1"), urgent=True)
    assert list(all_of(queue)) == ["a1", "b1", "a2", "aold", "bold"]


def test_pages_planned_last_come_first() -> None:
    queue = PageQueue()
    queue.put(pages("a", "day 2", "day 1"), urgent=False)
    assert queue.take() == PageId("a", "session", "day 2")
    queue.put(pages("a", "x", "y"), urgent=False)
    assert list(all_of(queue)) == ["ax", "ay", "aday 1"]


def test_an_empty_queue_returns_none() -> None:
    queue = PageQueue()
    queue.put([], urgent=True)
    assert queue.take() is None
