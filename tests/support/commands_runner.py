"""Run commands as `make` does: each in a process of its own, with its settings in the environment."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper.database.connection import Database
from tests.support import running_command
from tests.support.running_command import RunningCommand
from tests.support.waiting import LONGEST_SECONDS


def reading(project: Path) -> str:
    """Python that lets dbt read a copy of the project."""
    return f"import pathlib, scraper.transform.dbt; scraper.transform.dbt.REPOSITORY = pathlib.Path({str(project)!r})"


# dbt and Scrapy, and what they import, are not held to "warnings are errors": that is for the tests' own process.
@dataclass(frozen=True)
class Commands:
    """Commands on one database, with a folder of their own for dbt's artifacts, which others may share."""

    database: Database
    artifacts: Path
    is_cold: bool = False
    """Whether each command runs in a new interpreter, as for a user. That takes 0.7 to 2 s longer."""

    @property
    def target(self) -> Path:
        """Where dbt keeps the parsed project: by name of the database, because another name makes dbt parse again."""
        return self.artifacts / "target" / self.database.parameters["dbname"]

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to know, beside the arguments of the run."""
        return {
            **os.environ,
            "DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.artifacts / "logs"),
            "CRAWL_DELAY": "0",
        }

    def start(self, command: str, before: str = "", **settings: str) -> RunningCommand:
        """Start a command and return at once. `before` is Python that its process runs first.

        That is for what no setting can change, such as the clock.
        """
        return running_command.start(command, before, {**self.environment, **settings}, is_cold=self.is_cold)

    def run(self, command: str, before: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with self.start(command, before, **settings) as process:
            out, err = process.communicate(timeout=LONGEST_SECONDS)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def succeed(self, command: str, **settings: str) -> str:
        """Run a command that must end with status 0; what it said."""
        done = self.run(command, **settings)
        assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def lend_parsed_project(self, target: Path) -> None:
        """Let dbt find in another folder what it has parsed for this database, if it has: that saves it 5 s."""
        parsed = self.target / "partial_parse.msgpack"
        if parsed.exists():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(parsed, target)

    def manifest(self) -> dict[str, Any]:
        """The dbt project as dbt has read it and writes it down for other programs."""
        self.succeed("dbt", ARGS="parse")
        manifest: dict[str, Any] = json.loads((self.target / "manifest.json").read_text())
        return manifest
