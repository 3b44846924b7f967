"""Build the documentation: models, columns and lineage by dbt, and the schema diagram."""

import os

from scraper.config import REPOSITORY, Config
from scraper.database.diagnosis import explain_outage
from scraper.database.migrate import open_migrated
from scraper.database.schema_diagram import SCHEMA_PAGE, schema_page
from scraper.errors import CannotWork
from scraper.transform.dbt import run_dbt


def run(config: Config) -> int:
    """Write dbt's page as one self-contained file, and docs/schema.md; print their paths. Raises CannotWork."""
    SCHEMA_PAGE.write_text(schema_page(), encoding="utf-8")
    for error in run_dbt(open_migrated(config), "docs", "generate", "--static", writes_artifacts=True).errors:
        raise CannotWork(
            explain_outage(error.message)
            or f"dbt could not describe every model: {error.name}: {error.message}; more in logs/dbt.log"
        )
    print(f"Tables and keys: {SCHEMA_PAGE}")
    print(f"Models, columns, lineage: {REPOSITORY / os.environ.get('DBT_TARGET_PATH', 'target') / 'static_index.html'}")
    return 0
