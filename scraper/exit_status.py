"""The exit status and the error lines of a command: the same for `python -m scraper` and `scrapy crawl`."""

import signal
import sys
from collections.abc import Callable

import psycopg

from scraper.database.diagnosis import explain_error
from scraper.errors import INTERRUPTED, PracticeError


def exit_status_of(command: str, run: Callable[[], int]) -> int:
    """Run a command and return its exit status, as the contract defines it. Prints each line of an error."""
    # SIGINT may be ignored by inheritance, as under `nohup make crawl &` in a script; then a crawl could only be
    # killed. SIGTERM, which cron and systemd send, ends a command the same way.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return run()
    except PracticeError as problem:
        for line in str(problem).splitlines():
            print(f"{command}: {line}", file=sys.stderr)
        return problem.exit_status
    except psycopg.Error as problem:
        print(f"{command}: {explain_error(problem)}", file=sys.stderr)
        return PracticeError.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
