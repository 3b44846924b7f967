"""A forked command behaves as `python -m scraper` in a new interpreter does."""

import os
import signal
import subprocess
import sys

import pytest

from tests.support import running_command
from tests.support.command_host import IS_FORK_SAFE
from tests.support.running_command import start_program
from tests.support.waiting import LONGEST_SECONDS, wait_for

NO_DATABASE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "CRAWL_DISABLED": "1"}
SLEEP = [sys.executable, "-c", "import sys, time; print('asleep', file=sys.stderr, flush=True); time.sleep(600)"]


@pytest.mark.parametrize("command", ["crawl", "status", "transform", "doctor", "no-such-command"])
def test_output_and_exit_status_are_those_of_a_new_interpreter(command: str) -> None:
    environment = {**os.environ, **NO_DATABASE}
    outcomes = []
    for is_cold in (False, True):
        process = running_command.start(command, "", environment, is_cold=is_cold)
        outcomes.append((*process.communicate(timeout=LONGEST_SECONDS), process.returncode))
    forked, cold = outcomes
    assert forked == cold
    assert forked[2] != 0


@pytest.mark.skipif(not IS_FORK_SAFE, reason="this system runs every command in a new interpreter")
def test_the_environment_is_the_given_one_alone() -> None:
    for days in ({"DAYS": "many"}, {}):
        process = running_command.start("crawl", "", NO_DATABASE | days)
        _, err = process.communicate(timeout=LONGEST_SECONDS)
        assert ("DAYS" in err) == bool(days)


def test_a_killed_command_has_its_signal_as_status() -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        with start_program(SLEEP, dict(os.environ)) as process:
            wait_for(process.errors_so_far, process)
            assert process.poll() is None
            process.send_signal(number)
            assert process.communicate(timeout=LONGEST_SECONDS) == ("", "asleep\n")
        assert process.returncode == -number
        process.kill()  # which does nothing any more


def test_commands_run_at_once_and_end_in_any_order() -> None:
    with start_program(SLEEP, dict(os.environ)) as first, start_program(SLEEP, dict(os.environ)) as second:
        assert first.pid != second.pid
        with pytest.raises(subprocess.TimeoutExpired):
            first.communicate(timeout=0)
        for process in (second, first):
            process.kill()
            process.communicate(timeout=LONGEST_SECONDS)


def test_a_program_has_no_other_open_files_and_default_signals() -> None:
    shows = "import os, signal; print(sorted(map(int, os.listdir('/dev/fd'))), signal.getsignal(signal.SIGCHLD))"
    out, err = start_program([sys.executable, "-c", shows], dict(os.environ)).communicate(timeout=LONGEST_SECONDS)
    assert (out, err) == ("[0, 1, 2, 3] 0\n", "")  # 3 is the folder that is listed
