"""A page in a real browser: what it shows, what it complains of, and what it asks of anybody."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.waiting import LONGEST_SECONDS

PHONE = 390
SCREEN = 1100


@dataclass(frozen=True)
class Browser:
    """Chromium without a window."""

    driver: Chrome

    def open(self, page: Path, fragment: str = "", *, width: int = SCREEN, dark: bool = False) -> None:
        """Load a page anew; complaints and requests of earlier ones are forgotten."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.prefer(dark=dark)
        self.driver.get("about:blank")
        self.complaints()
        self.requests()
        self.driver.get(page.as_uri() + fragment)

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def prefer(self, *, dark: bool) -> None:
        """Let the reader's system say so."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def press_enter(self) -> None:
        """On whatever has the focus."""
        ActionChains(self.driver).send_keys(Keys.ENTER).perform()

    def run(self, script: str, *arguments: object) -> Any:
        """What a script in the page returns."""
        return self.driver.execute_script(script, *arguments)

    def wait_until(self, script: str, *arguments: object) -> Any:
        """The first value of a script in the page that is not false."""
        return WebDriverWait(self.driver, LONGEST_SECONDS).until(lambda _: self.run(script, *arguments), script)

    def complaints(self) -> list[str]:
        """What the console says since this was asked last, whatever its level."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """Every address asked for since this was asked last."""
        events = (json.loads(entry["message"])["message"] for entry in self._log("performance"))
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start it, with nothing of its own to ask of the network; skip the test where there is none."""
    programs = shutil.which("chromium"), shutil.which("chromedriver")
    if not all(programs):
        pytest.skip("no Chromium here: apt-get install chromium chromium-driver")
    with tempfile.TemporaryDirectory(prefix="practice-browser-") as profile:
        driver = Chrome(_options(str(programs[0]), profile), Service(str(programs[1])))
        try:
            yield Browser(driver)
        finally:
            driver.quit()


def _options(program: str, profile: str) -> ChromeOptions:
    options = ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    alone = ("background-networking", "component-update", "default-apps", "extensions", "sync", "gpu")
    flags = [
        "--headless=new",
        "--no-first-run",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
        *(f"--disable-{service}" for service in alone),
        # Root has no sandbox to be put into.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    for flag in flags:
        options.add_argument(flag)
    return options
