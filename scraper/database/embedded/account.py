"""The account that the embedded server runs as: our own, or `nobody` under root, since PostgreSQL refuses root.

`nobody` must read programs and data that may lie below a private folder such as /root. Instead of opening that folder,
we give the server one capability: to pass such folders. It cannot gain others, and only root may connect
(`HOST_BASED_ACCESS` in settings.py).
"""

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

from scraper.errors import CannotWork

# Linux capabilities with their numbers. The first, to read and pass folders, usually suffices. The second is needed in
# a container that withholds the first, or where a strict umask has made the programs themselves private.
_READ_ONLY = ("dac_read_search", 2)
_ANY_ACCESS = ("dac_override", 1)


class ServerAccount:
    """The account of the server's processes."""

    def __init__(self) -> None:
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else _own_account()

    @property
    def uid(self) -> int:
        """The user id of the account."""
        return self.user.pw_uid

    def take_ownership(self, path: Path) -> None:
        """Make the account the owner of a file or folder that the server must write."""
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def prefix(self, needed: Sequence[Path]) -> list[str]:
        """Return the command prefix that runs a program as this account, with access to the `needed` paths."""
        if os.geteuid() != 0:
            return []
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise CannotWork(
                "PostgreSQL refuses to run as root, and setpriv (util-linux) is missing to start it as another user: "
                "run as an ordinary user, or set DATABASE_URL"
            )
        words = [setpriv, f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"]
        if all(_open_to_everyone(path) for path in needed):
            return [*words, "--inh-caps=-all", "--no-new-privs"]
        private_programs = any(path.is_file() and not path.stat().st_mode & 0o001 for path in needed)
        only = f"-all,+{_capability_to_give([_ANY_ACCESS] if private_programs else [_READ_ONLY, _ANY_ACCESS])}"
        # Without no_setuid_fixup, access(2), which PostgreSQL uses to find its programs, ignores the capability.
        return [
            *words,
            "--securebits=+no_setuid_fixup",
            f"--inh-caps={only}",
            f"--ambient-caps={only}",
            f"--bounding-set={only}",
            "--no-new-privs",
        ]


def _own_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        raise CannotWork(
            f"user id {os.geteuid()} has no name on this machine, and PostgreSQL needs one: "
            "run as a user of /etc/passwd, or set DATABASE_URL"
        ) from None


def _open_to_everyone(path: Path) -> bool:
    """Whether every user can pass the path and all folders above it."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def _capability_to_give(candidates: Sequence[tuple[str, int]]) -> str:
    held = _bounding_set()
    for name, bit in candidates:
        if held >> bit & 1:
            return name
    raise CannotWork(
        "the embedded server runs as `nobody`, who cannot reach this folder: "
        "move the clone to a folder that everyone can read, run as an ordinary user, or set DATABASE_URL"
    )


def _bounding_set() -> int:
    """Return the capabilities that this process may pass on, one bit each; 0 where the system does not list them."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd:")), 0)
