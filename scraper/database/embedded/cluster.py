"""The folder in which the embedded server keeps its databases: made whole or not at all, and checked before use."""

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
    """Make the cluster under another name and rename it, so that a start that is killed leaves no half one."""
    print(
        f"A PostgreSQL server for one user is being made under {cluster.parent}: no password, private socket, "
        "not for production; there, set DATABASE_URL.",
        file=sys.stderr,
    )
    for left_over in cluster.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cluster.parent))
    account.give(unfinished)
    made = programs.run("initdb", "-D", str(unfinished), *initdb_options(programs.major_version()))
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise CannotWork(
            f"no PostgreSQL cluster can be made under {cluster.parent} ({last_line(made.stderr)}): "
            "mend that, or set DATABASE_URL"
        )
    unfinished.rename(cluster)


def refuse_unfit_cluster(cluster: Path, account: ServerAccount, programs: ServerPrograms) -> None:
    """Raise CannotWork if the folder is no cluster, or one of another version or of another user."""
    version_file = cluster / "PG_VERSION"
    if not version_file.is_file():
        raise CannotWork(f"{cluster} is no PostgreSQL cluster, for it has no PG_VERSION: move it away and try again")
    made_by, ours = version_file.read_text(encoding="ascii", errors="replace").strip(), programs.major_version()
    if made_by != str(ours):
        raise CannotWork(
            f"{cluster} was made by PostgreSQL {made_by}, and the server here is {ours}: dump it with pg_dump "
            f"of PostgreSQL {made_by}, move {cluster.parent} away, start anew, and restore the dump with make db-shell"
        )
    owner = cluster.stat().st_uid
    if owner != account.uid:
        raise CannotWork(
            f"{cluster} belongs to user number {owner}, and the server would run as {account.user.pw_name}: "
            f"run as its owner, or move {cluster.parent} away to begin anew"
        )


def has_living_postmaster(cluster: Path) -> bool:
    """Whether the process that `postmaster.pid` names is a server on this very cluster.

    After a crash the number may belong to another program by now, or to a dead process that nobody has fetched.
    """
    try:
        process = psutil.Process(int((cluster / "postmaster.pid").read_bytes().split(b"\n", 1)[0]))
        # By its arguments, not its working folder, which root may not see from inside a container.
        words = process.cmdline()
        return "-D" in words and cluster.samefile(words[words.index("-D") + 1])
    except (OSError, ValueError, psutil.Error):
        return False
