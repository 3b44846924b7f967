"""The data folder of the embedded server: created completely or not at all, and checked before use."""

import shutil
import sys
import tempfile
from pathlib import Path

import psutil

from scraper.database.embedded.account import ServerAccount
from scraper.database.embedded.programs import ServerPrograms, last_line
from scraper.database.embedded.settings import initdb_options
from scraper.errors import CannotWork

_UNFINISHED = "unfinished-cluster-"


def make_cluster(cluster: Path, account: ServerAccount, programs: ServerPrograms) -> None:
    """Create the cluster under another name and rename it, so that a killed start leaves no incomplete one."""
    print(
        f"Creating a PostgreSQL server for one user under {cluster.parent}: no password, private socket, "
        "not for production; for that, set DATABASE_URL.",
        file=sys.stderr,
    )
    for leftover in cluster.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cluster.parent))
    account.take_ownership(unfinished)
    made = programs.run("initdb", "-D", str(unfinished), *initdb_options(programs.major_version()))
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise CannotWork(
            f"cannot create a PostgreSQL cluster under {cluster.parent} ({last_line(made.stderr)}): "
            "fix that, or set DATABASE_URL"
        )
    unfinished.rename(cluster)


def check_cluster(cluster: Path, account: ServerAccount, programs: ServerPrograms) -> None:
    """Raise CannotWork if the folder is not a cluster, or has another version or another owner."""
    version_file = cluster / "PG_VERSION"
    if not version_file.is_file():
        raise CannotWork(
            f"{cluster} is not a PostgreSQL cluster, since it has no PG_VERSION: move it away, then run this again"
        )
    created_by, ours = version_file.read_text(encoding="ascii", errors="replace").strip(), programs.major_version()
    if created_by != str(ours):
        raise CannotWork(
            f"{cluster} was created by PostgreSQL {created_by}, and this server is {ours}: dump it with pg_dump "
            f"{created_by}, move {cluster.parent} away, run this again, and restore the dump with make db-shell"
        )
    owner = cluster.stat().st_uid
    if owner != account.uid:
        raise CannotWork(
            f"{cluster} belongs to user id {owner}, and the server would run as {account.user.pw_name}: "
            f"run as its owner, or move {cluster.parent} away to start with an empty one"
        )


def has_living_postmaster(cluster: Path) -> bool:
    """Whether the process of `postmaster.pid` is a server on this cluster.

    After a crash the pid may belong to another program, or to a zombie process.
    """
    try:
        process = psutil.Process(int((cluster / "postmaster.pid").read_bytes().split(b"\n", 1)[0]))
        # Compares its arguments: root in a container may not see its working folder.
        arguments = process.cmdline()
        return "-D" in arguments and cluster.samefile(arguments[arguments.index("-D") + 1])
    except (OSError, ValueError, psutil.Error):
        return False
