"""The folder of the embedded server's socket: next to the data, or under /tmp where that path is unusable."""

import hashlib
import os
import stat
from pathlib import Path

from scraper.errors import CannotWork

# The path of a Unix socket may have 103 bytes on macOS, 107 on Linux.
_LONGEST_ADDRESS = 103
_SOCKET_NAME = ".s.PGSQL.5432"
# A comma separates hosts in a connection string; quotes and backslashes need escapes in every client.
_NEEDS_ESCAPES = frozenset(",'\"\\\n")


def socket_folder(home: Path) -> Path:
    """Return the socket folder for the server in `home`; always the same for the same home."""
    next_to_data = home / "socket"
    if len(os.fsencode(next_to_data / _SOCKET_NAME)) <= _LONGEST_ADDRESS and not _NEEDS_ESCAPES & set(
        str(next_to_data)
    ):
        return next_to_data
    # Not TMPDIR, which may differ between processes.
    return Path("/tmp") / f"practice-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108 - checked by prepare()


def prepare(folder: Path, trusted_owners: set[int]) -> None:
    """Create the private folder; refuse one under /tmp that another user has created."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted_owners:
            raise CannotWork(
                f"{folder} belongs to another user or is not a folder, so the socket cannot be created there: "
                "remove it, move the clone to a shorter path, or set DATABASE_URL"
            ) from None
        folder.chmod(0o700)
