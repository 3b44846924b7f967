"""A dump restored on another server is complete, once the remedies of `make doctor` are applied."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scraper.database.connection import open_embedded
from scraper.database.embedded import EmbeddedServer
from tests.support.commands_runner import Commands
from tests.support.databases import FORGETFUL
from tests.support.final_schema import differences, final_rows


@pytest.fixture
def new_server(tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("new"), postgres_programs, FORGETFUL)
    server.start()
    yield server
    server.stop()


def run(program: Path, *arguments: str) -> None:
    subprocess.run([program, *arguments], capture_output=True, check=True)


def problems(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("problem")]


def test_a_dump_is_complete_on_another_server(
    derived_season: Commands, new_server: EmbeddedServer, tmp_path: Path
) -> None:
    old, roles, dump = derived_season.database, tmp_path / "roles.sql", tmp_path / "practice.dump"
    programs = new_server.programs.folder
    run(programs / "pg_dumpall", "--roles-only", f"--file={roles}", f"--dbname={old.conninfo}")
    run(programs / "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={old.conninfo}")
    for name, owners, number_of_problems in (("same_owner", [], 1), ("other_owner", ["--no-owner"], 2)):
        restored = open_embedded(new_server, name, "practice test")
        run(programs / "psql", f"--file={roles}", f"--dbname={restored.conninfo}")
        run(programs / "pg_restore", *owners, f"--dbname={restored.conninfo}", str(dump))
        there = Commands(restored, derived_season.artifacts)
        with psycopg.connect(restored.conninfo, autocommit=True) as connection:
            # As in the original database.
            connection.execute(sql.SQL("revoke temporary on database {} from public").format(sql.Identifier(name)))
            remedies = [line.partition(": ")[2] for line in problems(there.run("doctor").stdout)]
            assert len(remedies) == number_of_problems
            for remedy in remedies:
                connection.execute(remedy)
        assert problems(there.succeed("doctor")) == []
    assert "0 errors" in there.succeed("verify")
    assert differences(final_rows(restored, without=set()), final_rows(old, without=set())) == []
