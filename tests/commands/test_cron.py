"""The commands work without the environment of a login shell: without PATH, HOME and locale."""

import subprocess
import sys

import pytest

from scraper.config import REPOSITORY
from tests.support.commands_runner import Commands

OURS = ("DATABASE_URL", "DBT_TARGET_PATH", "DBT_LOG_PATH")


@pytest.mark.parametrize("command", ["migrate", "transform", "status", "doctor"])
def test_a_command_works_in_the_bare_environment_of_cron(commands: Commands, command: str) -> None:
    bare = {name: commands.environment[name] for name in OURS}
    done = subprocess.run(
        [sys.executable, "-m", "scraper", command],
        cwd=REPOSITORY,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if command == "status" else 0), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
