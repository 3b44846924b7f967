"""The commands work without the environment of a login shell: without PATH, HOME and locale."""

import subprocess
import sys
from pathlib import Path

import pytest

from scraper.config import REPOSITORY
from tests.support.commands_runner import Commands

OURS = ("DATABASE_URL", "DBT_TARGET_PATH", "DBT_LOG_PATH")


def test_make_goes_on_to_the_transform_after_a_crawl_unless_it_could_not_begin(tmp_path: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    commands = 'SCRAPER := sh -c \'echo "$$0"; test "$$0" != crawl || exit $(CRAWL_ENDS)\'\n'
    (tmp_path / "Makefile").write_text(makefile.replace("SCRAPER := $(BIN)/python -m scraper\n", commands))
    goals = ["reparse", "crawl", "transform", "status"]
    for exit_status, run in ((0, goals), (1, goals), (2, goals[:2]), (4, goals[:2]), (130, goals[:2])):
        done = subprocess.run(
            ["make", "--silent", *goals, "READY=", f"CRAWL_ENDS={exit_status}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout.split()) == (2 if exit_status else 0, run), done.stderr


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
