"""Runs a command and prints its processor seconds, those of background servers that end before it included.

    python3 bench/processor_seconds.py make test

`time` does not count a server that a test starts with `pg_ctl`, because the test does not wait for its end. This
script makes itself the parent of such processes, which only Linux can do. It needs the standard library alone, so it
measures other checkouts too: `python3 bench/processor_seconds.py make -C <folder> test`.
"""

import ctypes
import os
import subprocess
import sys
import time
from contextlib import suppress

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_SECONDS_TO_END = 5
"""How long background processes may outlive the command and still count."""


def main(command: list[str]) -> int:
    """Run the command, and return its exit status."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot become the parent of background processes")
    started = time.monotonic()
    process = subprocess.Popen(command)
    user = system = 0.0
    status, deadline = None, 0.0
    with suppress(ChildProcessError):  # no child is left
        while status is None or time.monotonic() < deadline:
            pid, wait_status, usage = os.wait4(-1, 0 if status is None else os.WNOHANG)
            user, system = user + usage.ru_utime, system + usage.ru_stime
            if pid == process.pid:
                status = os.waitstatus_to_exitcode(wait_status)
                deadline = time.monotonic() + _SECONDS_TO_END
            elif pid == 0:
                time.sleep(0.05)
        print("processor seconds: a background process still runs and is not counted", file=sys.stderr)
    print(
        f"processor seconds: {user + system:.1f} (user {user:.1f}, system {system:.1f}); "
        f"{time.monotonic() - started:.1f} s elapsed",
        file=sys.stderr,
    )
    return status if status is not None and status >= 0 else 128 - (status or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
