"""`python -m service`: begins, and ends as a supervisor expects."""

import signal
import sys

import psycopg

from tests.support.commands_runner import Commands
from tests.support.running_command import RunningCommand, start_program
from tests.support.waiting import wait_for_row


def start(commands: Commands, **settings: str) -> RunningCommand:
    return start_program([sys.executable, "-m", "service", "worker"], {**commands.environment, **settings})


def test_sigterm_ends_a_worker_with_status_0(commands: Commands) -> None:
    with start(commands) as worker, psycopg.connect(commands.database.conninfo, autocommit=True) as observer:
        wait_for_row(observer, "select id from jobs.procrastinate_workers", process=worker)
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate()
    assert worker.returncode == 0, said
    assert "Traceback" not in said


def test_a_setting_that_cannot_be_used_is_one_line_and_status_2(commands: Commands) -> None:
    with start(commands, SCHEDULE_EXPORT="nightly") as worker:
        _, said = worker.communicate()
    assert worker.returncode == 2
    assert said == (
        "worker: SCHEDULE_EXPORT=nightly is no cron expression: write SCHEDULE_EXPORT='30 3 * * *' for 03:30 UTC "
        "every day\n"
    )


def test_a_token_is_printed_once_listed_by_name_and_revoked(commands: Commands) -> None:
    def tokens(*arguments: str) -> tuple[int, str, str]:
        program = [sys.executable, "-m", "service", "tokens", *arguments]
        with start_program(program, commands.environment) as command:
            said = command.communicate()
        return command.returncode, *said

    status, token, _ = tokens("make", "a program")
    assert (status, len(token.strip())) == (0, 43)
    status, listed, _ = tokens("list")
    assert (status, "a program" in listed, token.strip() in listed) == (0, True, False)
    assert tokens("revoke", "a program")[0] == 0
    assert tokens("revoke", "a program") == (2, "", "tokens: no valid token has this name: see the list\n")
