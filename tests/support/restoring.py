"""The commands of docs/operations.md that back a database up and restore it, run by a shell."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scraper.config import REPOSITORY
from scraper.database.connection import Database, open_embedded
from scraper.database.embedded import EmbeddedServer
from tests.support.commands_runner import Commands
from tests.support.databases import FORGETFUL

_SECTION = (REPOSITORY / "docs" / "operations.md").read_text("utf-8").partition("\n## Backup, restore, move\n")[2]
_BACKUP, _RESTORE = re.findall(r"^```bash\n(.*?)^```", _SECTION, flags=re.MULTILINE | re.DOTALL)[:2]


@pytest.fixture
def new_server(tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    """A running server without databases."""
    server = EmbeddedServer(tmp_path_factory.mktemp("new"), postgres_programs, FORGETFUL)
    server.start()
    yield server
    server.stop()


def back_up(database: Database, programs: Path, folder: Path) -> None:
    """Write the files of a backup into a folder."""
    _run(_BACKUP, database, programs, folder)


def restore(server: EmbeddedServer, name: str, folder: Path, options: str = "") -> Database:
    """Restore the backup of a folder into a new database; `options` are those of pg_restore."""
    database = open_embedded(server, name, "practice test")
    _run(_RESTORE.replace("pg_restore ", f"pg_restore {options} "), database, server.programs.folder, folder)
    return database


def apply_remedies(commands: Commands) -> int:
    """Do what `make doctor` says until it names no problem; how many there were."""
    name = sql.Identifier(commands.database.parameters["dbname"])
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        # As a migration has done in the original database.
        connection.execute(sql.SQL("revoke temporary on database {} from public").format(name))
        remedies = [line.partition(": ")[2] for line in _problems(commands.run("doctor").stdout)]
        for remedy in remedies:
            connection.execute(remedy.encode())
    assert _problems(commands.succeed("doctor")) == []
    return len(remedies)


def _problems(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("problem")]


def _run(script: str, database: Database, programs: Path, folder: Path) -> None:
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "DATABASE_URL": database.conninfo}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
