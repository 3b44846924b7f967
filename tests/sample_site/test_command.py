"""``python -m scraper.sample_site``: prints its address and serves until it is interrupted."""

import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

COMMAND = [sys.executable, "-m", "scraper.sample_site"]
# A shell starts background jobs like this.
IGNORING_CTRL_C = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]


@pytest.mark.parametrize("starter", [[], IGNORING_CTRL_C], ids=["foreground", "background job"])
def test_it_prints_its_setting_and_serves_until_interrupted(starter: list[str]) -> None:
    with subprocess.Popen([*starter, *COMMAND, "--port", "0"], stdout=subprocess.PIPE, text=True) as site:
        assert site.stdout
        try:
            name, _, base_url = site.stdout.readline().strip().partition("=")
            with urlopen(f"{base_url.format(track='wattlegrove')}/practice/?p=calendar&d=2025-10") as page:
                assert b"Practice Dates for October 2025" in page.read()
        finally:
            site.send_signal(signal.SIGINT)
    assert name == "LIVERC_BASE_URL"
    assert site.returncode == 0


def test_it_serves_the_site_of_an_earlier_evening() -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--today", "2025-10-18"], stdout=subprocess.PIPE, text=True
    ) as site:
        assert site.stdout
        try:
            _, _, base_url = site.stdout.readline().strip().partition("=")
            with urlopen(f"{base_url.format(track='wattlegrove')}/practice/?p=calendar&d=2025-10") as page:
                text = page.read()
        finally:
            site.send_signal(signal.SIGINT)
    assert b"Sat, Oct 18, 2025" in text
    assert b"Sat, Oct 25, 2025" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--today", "tomorrow"], "invalid"),
        (["--days", "0"], "at least one track"),
        (["--port", "99999"], "port must be 0-65535"),
        (["--port", "x"], "'x'"),
    ],
)
def test_a_wrong_option_is_one_line(arguments: list[str], message: str) -> None:
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert message in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
