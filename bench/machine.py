"""A description of the machine and the versions that a table was measured with."""

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from scraper.database.embedded.programs import ServerPrograms, bundled_programs

_PACKAGES = ("scrapy", "dbt-core", "lxml", "beautifulsoup4", "dlt")


def describe_machine() -> str:
    """Return processor, cores, memory, system, versions and the load of other processes, in one line."""
    memory = psutil.virtual_memory().total / 1024**3
    packages = ", ".join(_installed_packages())
    postgres = ServerPrograms(bundled_programs(), reaching=[]).major_version()
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; {platform.system()} {platform.machine()}; Python "
        f"{platform.python_version()}, PostgreSQL {postgres} (embedded), {packages}; "
        f"load before the start: {os.getloadavg()[0]:.1f}"
    )


def _installed_packages() -> Iterator[str]:
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):  # the competitors are needed by some parts only
            yield f"{name} {version(name)}"


def _processor() -> str:
    """Return the processor's name, from /proc/cpuinfo where the system has it."""
    source = Path("/proc/cpuinfo")
    lines = source.read_text(encoding="utf-8").splitlines() if source.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
