"""A scheduled run with QUIET=1: silent when nothing is new, failed or missing, else what it prints without QUIET."""

from tests.support.crawling import DAY, SESSIONS, TRACK, Crawler
from tests.support.faults import Fault, status

QUIET = {"QUIET": "1"}
MONTH = {"TRACK": TRACK, "FROM": "2025-10-01", "TO": f"{DAY}"}
UNLUCKY = SESSIONS[1].session_id


def said(crawler: Crawler, command: str, **settings: str) -> tuple[int, str]:
    """The exit status and the output of a command with QUIET=1."""
    done = crawler.commands.run(command, **QUIET, **settings)
    return done.returncode, done.stdout + done.stderr


def test_each_command_of_a_scheduled_run_speaks_once(crawler: Crawler) -> None:
    folder = {"EXPORT_FOLDER": f"{crawler.commands.artifacts / 'exports'}"}
    assert f"{len(SESSIONS)} captured" in crawler.succeed(**MONTH, **QUIET)
    assert "re-derived" in said(crawler, "transform")[1]
    assert "files written" in said(crawler, "export", **folder)[1]
    assert crawler.succeed(**MONTH, **QUIET) == ""
    for command, settings in (("transform", {}), ("export", folder), ("status", {}), ("verify", {})):
        assert said(crawler, command, **settings) == (0, ""), command

    crawler.misbehave(Fault(f"id={UNLUCKY}", status(404)))
    refresh = {"LIVERC_BASE_URL": crawler.site.base_url, **MONTH, "REFRESH": "1"}
    assert "1 failed" in said(crawler, "crawl", **refresh)[1]
    assert crawler.succeed(**MONTH, **QUIET) == ""  # the page waits
    exit_status, output = said(crawler, "status")
    assert exit_status == 1
    assert "1 failed page (above): 1 waits until " in output
