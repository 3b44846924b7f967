"""Build the dbt documentation: every model, every column, and how they depend on each other."""

import os

from scraper.config import REPOSITORY, Config
from scraper.dbt import run_dbt
from scraper.migrate import open_migrated


def run(config: Config) -> int:
    """One self-contained page; prints where it is."""
    run_dbt(open_migrated(config), "docs", "generate", "--static")
    print(f"Documentation: {REPOSITORY / os.environ.get('DBT_TARGET_PATH', 'target') / 'static_index.html'}")
    return 0
