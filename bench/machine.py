"""The machine that a table was made on: its figures say little without it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from scraper.database.embedded.programs import ServerPrograms, bundled_programs


def described() -> str:
    """Processor, cores, memory, system and versions, and how busy others kept it, in one line."""
    memory = psutil.virtual_memory().total / 1024**3
    packages = ", ".join(f"{name} {version(name)}" for name in ("scrapy", "dbt-core", "lxml", "beautifulsoup4", "dlt"))
    postgres = ServerPrograms(bundled_programs(), reaching=[]).major_version()
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; {platform.system()} {platform.machine()}; Python "
        f"{platform.python_version()}, PostgreSQL {postgres} (embedded), {packages}; "
        f"load before it began: {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    """Its name where the system tells, as Linux does."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
