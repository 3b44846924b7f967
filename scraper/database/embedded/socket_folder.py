"""Where the embedded server's socket lies: beside its data, or, where the path would not do, under /tmp."""

import hashlib
import os
import stat
from pathlib import Path

from scraper.errors import CannotWork

# The address of a Unix socket holds 103 bytes on macOS, 107 on Linux; the smaller does for both.
_LONGEST_ADDRESS = 103
_SOCKET_NAME = ".s.PGSQL.5432"
# A comma separates hosts in a connection string; quotes and backslashes would need care in every client.
_TROUBLESOME = frozenset(",'\"\\\n")


def socket_folder(home: Path) -> Path:
    """The folder for the socket of the server that lives in `home`; always the same for the same home."""
    beside = home / "socket"
    if len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_ADDRESS and not _TROUBLESOME & set(str(beside)):
        return beside
    # Not the TMPDIR of the moment: every process must find the same folder.
    return Path("/tmp") / f"practice-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108 - checked by prepare()


def prepare(folder: Path, trusted_owners: set[int]) -> None:
    """Make the folder, private; refuse one under /tmp that someone else has put there first."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted_owners:
            raise CannotWork(
                f"{folder} belongs to someone else or is no folder, so no socket goes there: "
                "remove it, move the clone to a shorter path, or set DATABASE_URL"
            ) from None
        folder.chmod(0o700)
