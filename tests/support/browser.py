"""A page in a real browser, with its console messages and its requests."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.waiting import LONGEST_SECONDS

_AXE = Path(sys.prefix, "node_modules", "axe-core", "axe.min.js")
PHONE = 390
SCREEN = 1100

_RUN_AXE = """
const done = arguments[0];
axe.run(document).then(({ violations }) => done(violations), (problem) => done(String(problem)));
"""


@dataclass(frozen=True)
class Browser:
    """Chromium without a window."""

    driver: Chrome

    def open(self, page: Path | str, fragment: str = "", *, width: int = SCREEN, dark: bool = False) -> None:
        """Load a file or an address, and forget console messages and requests of earlier pages."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.prefer(dark=dark)
        self.leave()
        self.messages()
        self.requests()
        self.driver.get((page.as_uri() if isinstance(page, Path) else page) + fragment)

    def leave(self) -> None:
        """Close the page, with the events that it waits for. A server that ends would wait 5 s for it."""
        self.driver.get("about:blank")

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def prefer(self, *, dark: bool) -> None:
        """Set the colour scheme that the system prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme]})

    def print_media(self, *, dark: bool) -> None:
        """Show the page as it is printed."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [scheme]})

    def point_at(self, css: str) -> None:
        """Move the pointer over the first element that a selector finds."""
        element = self.driver.find_element(By.CSS_SELECTOR, css)
        ActionChains(self.driver).scroll_to_element(element).move_to_element(element).perform()

    def press_enter(self) -> None:
        """Press Enter on the element with the focus."""
        ActionChains(self.driver).send_keys(Keys.ENTER).perform()

    def run(self, script: str, *arguments: object) -> Any:
        """The result of a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait_until(self, script: str, *arguments: object) -> Any:
        """The first result of a script in the page that is true."""
        return WebDriverWait(self.driver, LONGEST_SECONDS).until(lambda _: self.run(script, *arguments), script)

    def violations(self) -> list[str]:
        """What axe-core finds against accessibility: its rule, what it says, and the element."""
        self.run(f"{_AXE.read_text(encoding='utf-8')}; window.axe = axe")
        found = self.driver.execute_async_script(_RUN_AXE)
        return [f"{each['id']}: {each['help']}: {node['html']}" for each in found for node in each["nodes"]]

    def messages(self) -> list[str]:
        """The console messages of any level since the last call."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """The URL of every request since the last call."""
        events = (json.loads(entry["message"])["message"] for entry in self._log("performance"))
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium without background requests; skip the test where it is not installed."""
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
    disabled = ("background-networking", "component-update", "default-apps", "extensions", "sync", "gpu")
    flags = [
        "--headless=new",
        "--no-first-run",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
        *(f"--disable-{service}" for service in disabled),
        # The sandbox does not work for root.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    for flag in flags:
        options.add_argument(flag)
    return options


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Tests that need it are skipped where it is not installed."""
    with open_browser() as browser:
        yield browser
