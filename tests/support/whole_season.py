"""A crawl of every day of a sample site's season, and the comparison of the final schema with the expected rows."""

from scraper.database.connection import Database
from scraper.sample_site.server import SampleSite
from tests.expected.racing import expected_rows
from tests.support.final_schema import WHEN_WRITTEN, by_key, differences, final_rows


def crawl_settings(site: SampleSite) -> dict[str, str]:
    """The settings of a crawl of all tracks in 2025, which has all days of a season of the default size."""
    tracks = " ".join(track.slug for track in site.season.tracks)
    return {"LIVERC_BASE_URL": site.base_url, "TRACK": tracks, "FROM": "2025-01-01", "TO": "2025-10-31"}


def differences_from_season(database: Database, site: SampleSite) -> list[str]:
    """Every difference between `racing` and the expected rows of the site's season, except times of the transform."""
    expected = {table: by_key(table, rows) for table, rows in expected_rows(site.season, site.base_url).items()}
    return differences(final_rows(database, WHEN_WRITTEN | {"last_ingested_at"}), expected)
