"""`make status`: failed and missing pages, and the commands that fetch them."""

from collections.abc import Callable
from datetime import UTC

import psycopg
import pytest

from tests.commands.status_rows import DAYS, FAILURE, FIRST_TRACK, MONTH_PAGE, SESSIONS, TRANSFORM, add_crawl

Output = Callable[[], tuple[int, str]]


def test_missing_pages_are_counted_with_the_command_that_fetches_them(
    connection: psycopg.Connection, status_output: Output
) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    connection.execute(FIRST_TRACK)
    connection.execute(DAYS, {"days": 5, "depth": "partial"})
    connection.execute(SESSIONS, {"states": ["captured", "failed", "failed"]})
    connection.execute(FAILURE, ["session", 12])
    exit_status, output = status_output()
    assert exit_status == 1
    assert output.count("  partial       3         1       2") == 5
    assert (
        "missing: session pages of 5 days of bend (2025-10-26, 2025-10-25, 2025-10-24 and 2 more); "
        "to fetch them: make crawl transform TRACK=bend FROM=2025-10-22 TO=2025-10-26 REFRESH=1\n" in output
    )
    connection.execute("update raw.failed_pages set last_failed_at = now() - interval '1 day' where page_key > '10'")
    assert "FROM=2025-10-22 TO=2025-10-26\n" in status_output()[1]
    assert output.count("the site responded with status 500 [b]") == 10
    assert "… and 2 more, all in raw.failed_pages\n" in output
    assert "missing: 12 failed pages (above)" in output


def test_failed_pages_that_wait_are_counted_with_the_time_of_the_next(
    connection: psycopg.Connection, status_output: Output
) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    connection.execute(MONTH_PAGE, ["bend"])
    connection.execute(FAILURE, ["session", 4])
    ((due,),) = connection.execute(
        "update raw.failed_pages set http_status = 404, other_captured_at = now(),"
        " last_failed_at = now() - interval '20 minutes' * (4 - page_key::integer)"
        " returning last_failed_at + interval '30 minutes'"
    ).fetchall()[2:3]
    assert (
        f"missing: 4 failed pages (above): 2 wait, the first until {due.astimezone(UTC):%Y-%m-%d %H:%M} UTC "
        "(REFRESH=1 requests every page now); the next crawl of the same days requests 2 again\n"
    ) in status_output()[1]


def test_a_page_kind_that_cannot_be_read_any_more_is_named(
    connection: psycopg.Connection, status_output: Output
) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    connection.execute(MONTH_PAGE, ["bend"])
    connection.execute(FAILURE, ["session", 3])
    connection.execute("update raw.failed_pages set reason_kind = 'changed_layout'")
    assert (
        "missing: session pages of bend: the last 3 could not be read, so their layout seems to have changed"
    ) in status_output()[1]
    connection.execute("update raw.failed_pages set other_captured_at = now() where page_key = '1'")
    assert "layout" not in status_output()[1]


def test_a_remedy_has_refresh_while_no_page_of_a_kind_is_requested(
    connection: psycopg.Connection, status_output: Output
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "interrupted")
    connection.execute(MONTH_PAGE, ["bend"])
    remedy = "make crawl TRACK=bend FROM=2025-10-24 TO=2025-10-26"
    assert f"{remedy}\n" in status_output()[1]
    connection.execute(FAILURE, ["list", 3])
    connection.execute("update raw.failed_pages set reason_kind = 'changed_layout'")
    assert f"{remedy} REFRESH=1\n" in status_output()[1]


def test_failed_pages_of_a_track_without_any_page_are_named_while_the_last_crawl_was_of_it(
    connection: psycopg.Connection, status_output: Output
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "failed")
    connection.execute(FAILURE, ["month", 1])
    add_crawl(connection, "failed")  # the page waited
    assert "failed  bend month 1" in status_output()[1]
    add_crawl(connection, "finished", tracks="hill")
    assert "failed  bend" not in status_output()[1]


def test_a_mistyped_track_is_reported_until_the_next_crawl(
    connection: psycopg.Connection, status_output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "failed", tracks="bend")
    connection.execute(FAILURE, ["list", 1])
    exit_status, output = status_output()
    assert exit_status == 1
    assert "missing: the rest of crawl 1, which failed" in output
    assert "missing: 1 failed page (above)" in output

    add_crawl(connection, "finished", tracks="hill")
    assert status_output()[0] == 0
    monkeypatch.setenv("TRACKS", "bend")
    assert "missing: 1 failed page (above)" in status_output()[1]
    monkeypatch.delenv("TRACKS")
    connection.execute(MONTH_PAGE, ["bend"])
    assert "missing: the rest of crawl 1, which failed" in status_output()[1]
