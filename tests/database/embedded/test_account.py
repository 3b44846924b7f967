"""The rights of the server's account when root starts the server. Most tests need root."""

import os
import subprocess
from pathlib import Path

import pytest

from scraper.database.embedded import EmbeddedServer
from scraper.database.embedded import account as server_account
from scraper.database.embedded.account import ServerAccount
from scraper.database.embedded.settings import SUPERUSER
from scraper.errors import CannotWork

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")


@pytest.mark.skipif(os.geteuid() == 0, reason="root runs the server as another account")
def test_an_ordinary_user_runs_the_server_itself(tmp_path: Path) -> None:
    assert ServerAccount().prefix([tmp_path]) == []
    assert ServerAccount().uid == os.geteuid()


@as_root
def test_root_gives_a_capability_only_for_private_folders(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert any("ambient" in word for word in ServerAccount().prefix([private]))
    assert not any("ambient" in word for word in ServerAccount().prefix([Path("/usr/bin/env")]))


@as_root
def test_the_account_reads_below_private_folders_and_writes_nothing(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "laps").write_text("42.996")
    prefix = ServerAccount().prefix([private])
    assert subprocess.run([*prefix, "cat", private / "laps"], capture_output=True, check=True).stdout == b"42.996"
    if "dac_read_search" in " ".join(prefix):
        assert subprocess.run([*prefix, "touch", private / "mine"], capture_output=True, check=False).returncode != 0


@as_root
def test_without_setpriv_root_gets_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotWork, match="PostgreSQL refuses to run as root.*ordinary user, or set DATABASE_URL"):
        ServerAccount().prefix([tmp_path])


@as_root
@pytest.mark.parametrize(("held", "given"), [(0b111, "dac_read_search"), (0b010, "dac_override")])
def test_the_capability_that_only_reads_is_preferred(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: int, given: str
) -> None:
    monkeypatch.setattr(server_account, "_bounding_set", lambda: held)
    tmp_path.chmod(0o700)
    assert f"--ambient-caps=-all,+{given}" in ServerAccount().prefix([tmp_path])


@as_root
def test_private_programs_need_the_stronger_capability(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.touch(mode=0o700)
    assert "--ambient-caps=-all,+dac_override" in ServerAccount().prefix([program])


@as_root
def test_a_container_without_both_capabilities_gets_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(server_account, "_bounding_set", lambda: 0)
    tmp_path.chmod(0o700)
    with pytest.raises(CannotWork, match="cannot reach this folder"):
        ServerAccount().prefix([tmp_path])


@as_root
def test_other_processes_of_the_account_may_not_connect(postgres_server: EmbeddedServer) -> None:
    done = postgres_server.programs.run(
        "psql", "-h", str(postgres_server.socket_folder), "-U", SUPERUSER, "-c", "select 1", "postgres"
    )
    assert done.returncode != 0
    assert "Peer authentication failed" in done.stderr
