"""The rows that a whole crawl and transform of a season must give."""

from scraper.sample_site.server import SampleSite
from tests.expected.racing import expected_rows
from tests.support.final_schema import WHEN_WRITTEN, Rows, by_key

# Columns that depend on the run.
OF_THE_RUN = WHEN_WRITTEN | {"last_ingested_at"}
WHOLE_SEASON = {"FROM": "2025-01-01", "TO": "2025-10-31"}


def season_rows(site: SampleSite) -> dict[str, Rows]:
    """The expected rows of all final tables, when every session is captured."""
    expected = expected_rows(site.season, site.base_url)
    complete = {"races": {"detail_status": "captured", "removed_at": None}}
    return {
        table: by_key(table, [{**row, **complete.get(table, {})} for row in rows]) for table, rows in expected.items()
    }
