"""Whose turn it is: fair to all tracks, urgent pages first, and depth before breadth."""

from collections.abc import Iterator

from scraper.crawl.spiders.page_queue import PageToAsk, Turns


def pages(track: str, *keys: str) -> list[PageToAsk]:
    return [PageToAsk(track, "session", key) for key in keys]


def all_of(turns: Turns) -> Iterator[str]:
    while page := turns.take():
        yield f"{page.track}{page.key}"


def test_tracks_take_turns_until_each_has_had_all_its_pages() -> None:
    turns = Turns()
    turns.put(pages("a", "1", "2", "3"), urgent=False)
    turns.put(pages("b", "1"), urgent=False)
    turns.put(pages("c", "1", "2"), urgent=False)
    assert list(all_of(turns)) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_urgent_pages_of_all_tracks_come_before_all_others() -> None:
    turns = Turns()
    turns.put(pages("a", "old"), urgent=False)
    turns.put(pages("a", "1", "2"), urgent=True)
    turns.put(pages("b", "old"), urgent=False)
    turns.put(pages("b", "1"), urgent=True)
    assert list(all_of(turns)) == ["a1", "b1", "a2", "aold", "bold"]


def test_what_a_page_led_to_comes_before_what_was_planned_earlier() -> None:
    turns = Turns()
    turns.put(pages("a", "day 2", "day 1"), urgent=False)
    assert turns.take() == PageToAsk("a", "session", "day 2")
    turns.put(pages("a", "x", "y"), urgent=False)
    assert list(all_of(turns)) == ["ax", "ay", "aday 1"]


def test_nothing_planned_is_nothing_to_take() -> None:
    turns = Turns()
    turns.put([], urgent=True)
    assert turns.take() is None
