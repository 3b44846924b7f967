"""The processor seconds of a command include those of background processes that it started."""

import re
import subprocess
import sys

import pytest

from scraper.config import REPOSITORY

BACKGROUND_WORK = """
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:  # its parent ends at once, so no process of the command waits for it
        while time.process_time() < 0.5:
            pass
    os._exit(0)
os.close(writer)
os.wait()
os.read(reader, 1)  # until the background process ends
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt background processes")


def measure(code: str) -> subprocess.CompletedProcess[str]:
    script = REPOSITORY / "bench" / "processor_seconds.py"
    return subprocess.run(
        [sys.executable, str(script), sys.executable, "-c", code], check=False, capture_output=True, text=True
    )


def test_background_processes_count() -> None:
    measured = measure(BACKGROUND_WORK)
    (seconds,) = re.findall(r"processor seconds: ([0-9.]+) ", measured.stderr)
    assert float(seconds) >= 0.5
    assert measured.returncode == 0


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(4)", 4), ("import os; os.kill(os.getpid(), 15)", 143)])
def test_the_exit_status_is_that_of_the_command(code: str, status: int) -> None:
    assert measure(code).returncode == status
