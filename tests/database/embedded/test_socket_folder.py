"""The socket folder: short enough for a socket path, and private."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scraper.database.embedded import EmbeddedServer
from scraper.database.embedded.socket_folder import prepare, socket_folder
from scraper.errors import CannotWork
from tests.support.databases import FORGETFUL


@pytest.fixture
def far_home(tmp_path: Path) -> Iterator[Path]:
    """A home whose own path is too long for a socket."""
    home = tmp_path / ("long" * 30)
    yield home
    folder = socket_folder(home)
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        folder.rmdir()


def test_the_socket_is_next_to_the_cluster_where_its_path_fits() -> None:
    assert socket_folder(Path("/srv/practice")) == Path("/srv/practice/socket")


@pytest.mark.parametrize("home", ["/srv/" + "x" * 90, "/srv/a,b", "/srv/o'hara", '/srv/"q"', "/srv/ä" + "é" * 45])
def test_a_path_that_a_connection_string_cannot_hold_gets_a_short_folder(home: str) -> None:
    folder = socket_folder(Path(home))
    assert folder.parent == Path("/tmp")
    assert folder == socket_folder(Path(home))
    assert folder != socket_folder(Path(home + "2"))


def test_a_server_with_a_long_path_works(far_home: Path, postgres_programs: Path | None) -> None:
    server = EmbeddedServer(far_home, postgres_programs, FORGETFUL)
    server.start()
    try:
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
        with psycopg.connect(server.conninfo("postgres")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        server.stop()


def test_a_link_of_another_user_is_not_followed(far_home: Path, tmp_path: Path) -> None:
    socket_folder(far_home).symlink_to(tmp_path)
    with pytest.raises(CannotWork, match="belongs to another user"):
        EmbeddedServer(far_home).start()


def test_a_folder_of_another_owner_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "socket"
    folder.mkdir()
    with pytest.raises(CannotWork, match="belongs to another user"):
        prepare(folder, {os.geteuid() + 1})


def test_a_folder_of_ours_is_made_private_again(tmp_path: Path) -> None:
    folder = tmp_path / "socket"
    folder.mkdir()
    folder.chmod(0o777)
    prepare(folder, {os.geteuid()})
    assert folder.stat().st_mode & 0o777 == 0o700
