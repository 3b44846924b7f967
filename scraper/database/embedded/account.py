"""Which account the embedded PostgreSQL runs as. PostgreSQL refuses root, so root lends it the account `nobody`.

`nobody` must read programs and reach data that may lie under a private folder such as /root. Instead of opening that
folder, the server gets one capability: to pass such folders. It cannot gain others, and takes orders from root only
(`HOST_BASED_ACCESS` in settings.py).
"""

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

from scraper.errors import CannotWork

# By their numbers in Linux. The first lets its holder read and pass folders, and is all that is needed, unless a
# container withholds it or a strict umask has made the programs themselves private; then it takes the second.
_READ_ONLY = ("dac_read_search", 2)
_ANY_ACCESS = ("dac_override", 1)


class ServerAccount:
    """The account of the server's processes: ours, or `nobody` when we are root."""

    def __init__(self) -> None:
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else _own_account()

    @property
    def uid(self) -> int:
        """The number of the account."""
        return self.user.pw_uid

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder of ours that the server must write."""
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def prefix(self, needed: Sequence[Path]) -> list[str]:
        """The words before a command that run it as this account, able to reach the `needed` files and folders."""
        if os.geteuid() != 0:
            return []
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise CannotWork(
                "PostgreSQL refuses to run as root, and there is no setpriv (util-linux) to start it as another user: "
                "run as an ordinary user, or set DATABASE_URL"
            )
        words = [setpriv, f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"]
        if all(_open_to_everyone(path) for path in needed):
            return [*words, "--inh-caps=-all", "--no-new-privs"]
        private_programs = any(path.is_file() and not path.stat().st_mode & 0o001 for path in needed)
        only = f"-all,+{_capability_to_lend([_ANY_ACCESS] if private_programs else [_READ_ONLY, _ANY_ACCESS])}"
        # no_setuid_fixup: else access(2), by which PostgreSQL looks for its own programs, ignores the capability.
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
            f"user id {os.geteuid()} has no name on this machine, which PostgreSQL needs: "
            "run as a user of /etc/passwd, or set DATABASE_URL"
        ) from None


def _open_to_everyone(path: Path) -> bool:
    """Whether all folders above the path let everyone through, and the path itself does, too."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def _capability_to_lend(candidates: Sequence[tuple[str, int]]) -> str:
    held = _bounding_set()
    for name, bit in candidates:
        if held >> bit & 1:
            return name
    raise CannotWork(
        "the embedded PostgreSQL runs as `nobody`, who cannot reach this folder: "
        "move the clone where everyone may read it, run as an ordinary user, or set DATABASE_URL"
    )


def _bounding_set() -> int:
    """The capabilities that this process may hand on, one bit each; none where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd:")), 0)
