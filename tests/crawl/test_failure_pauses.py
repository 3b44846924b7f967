"""The pauses of failed pages, as functions: how they begin, how they grow, and where they end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.crawl.failure_pauses import due_at, is_temporary, is_unreadable, pause, probe_due_at
from scraper.pages import PageErrorKind
from scraper.raw.unresolved import UnresolvedFailure

MINUTE, HOUR, DAY, WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(weeks=1),
)
KINDS = st.sampled_from(["month", "list", "session"])
ATTEMPTS = st.integers(1, 10**6)
MOMENTS = st.timedeltas(timedelta(), 9 * 365 * DAY).map(lambda since: datetime(2020, 1, 1, tzinfo=UTC) + since)


# The table of docs/crawling.md.
@pytest.mark.parametrize(
    ("page_kind", "temporary", "first", "longest"),
    [
        ("month", True, MINUTE, HOUR),
        ("list", True, MINUTE, HOUR),
        ("session", True, MINUTE, DAY),
        ("month", False, 30 * MINUTE, DAY),
        ("list", False, 30 * MINUTE, DAY),
        ("session", False, 30 * MINUTE, WEEK),
    ],
)
def test_each_pause_begins_and_ends_as_documented(
    page_kind: str, temporary: bool, first: timedelta, longest: timedelta
) -> None:
    pauses = [pause(page_kind, attempts, temporary=temporary) for attempts in range(1, 30)]
    assert pauses[:3] == [first, 2 * first, 4 * first]
    assert pauses[-1] == longest


@given(KINDS, ATTEMPTS, st.booleans())
def test_a_pause_doubles_until_it_is_longest_and_a_permanent_failure_waits_longer(
    page_kind: str, attempts: int, temporary: bool
) -> None:
    now, then = (pause(page_kind, count, temporary=temporary) for count in (attempts, attempts + 1))
    assert timedelta() < now <= then <= WEEK
    assert then in (2 * now, pause(page_kind, 100, temporary=temporary))
    assert pause(page_kind, attempts, temporary=True) < pause(page_kind, attempts, temporary=False)


@given(KINDS, ATTEMPTS, MOMENTS, st.sampled_from([("http_status", 404), ("no_response", None)]))
def test_a_page_is_due_its_pause_after_its_last_failure(
    page_kind: str, attempts: int, last: datetime, reason: tuple[str, int | None]
) -> None:
    failure = UnresolvedFailure("bend", page_kind, "7", *reason, attempts, last - WEEK, last, True, last, "")
    assert due_at(failure) - last == pause(page_kind, attempts, temporary=reason[0] == "no_response")


@given(KINDS, MOMENTS, st.lists(st.timedeltas(timedelta(), 3 * DAY), max_size=30))
def test_the_pause_before_a_probe_doubles_with_each_probe_in_vain(
    page_kind: str, opened: datetime, delays: list[timedelta]
) -> None:
    longest = pause(page_kind, 100, temporary=False)
    last, previous = opened, timedelta()
    for delay in delays:
        due = probe_due_at(page_kind, opened, last)
        assert 30 * MINUTE <= due - last <= longest
        assert due - last >= min(2 * previous, longest)
        last, previous = due + delay, due - last


@pytest.mark.parametrize(
    ("reason_kind", "http_status", "temporary"),
    [
        ("http_status", 503, True),
        ("http_status", 429, True),
        ("no_response", None, True),
        ("not_allowed", None, True),
        ("truncated", 200, True),
        ("empty", 200, True),
        ("http_status", 404, False),
        ("http_status", 410, False),
        ("changed_layout", 200, False),
        ("unstorable", None, False),
    ],
)
def test_what_may_soon_be_different_is_temporary(reason_kind: str, http_status: int | None, temporary: bool) -> None:
    assert is_temporary(reason_kind, http_status) is temporary


def test_every_reason_of_a_page_object_is_temporary_or_unreadable() -> None:
    for kind in PageErrorKind:
        assert is_temporary(kind, 200) is not is_unreadable(kind)
