"""The expected rows of schema ``racing`` after a crawl of a season, by the contract. The season's pages are not read.

Every table is a list of rows, every row a dict by column, without ``created_at``, ``updated_at`` and
``last_ingested_at``, which the transform decides. Numbers are ``Decimal``, also in JSON; dates and times are ``date``
and ``datetime``, ids ``UUID``. All sessions are listed and captured.
"""

from collections.abc import Iterable
from datetime import date

from scraper.sample_site.season import Season
from tests.expected.days import event_row, track_row
from tests.expected.drivers import driver_rows
from tests.expected.natural_keys import Row
from tests.expected.sessions import lap_rows, race_driver_row, race_result_row, race_row


def expected_rows(
    season: Season, base_url: str, requested: Iterable[tuple[str, date]] | None = None
) -> dict[str, list[Row]]:
    """The rows of every final table, by table name.

    ``base_url`` is the value of ``LIVERC_BASE_URL`` with ``{track}``. ``requested`` are the crawled days as track slug
    and date, with or without sessions; by default all days with sessions. Raises ``KeyError`` for an unknown track.
    """
    days = list(season.days()) if requested is None else [season.day(slug, day) for slug, day in sorted(set(requested))]
    tracks = {day.track.slug: day.track for day in days}
    listed = [(day, session) for day in days for session in day.sessions]
    return {
        "tracks": [track_row(track, base_url) for track in tracks.values()],
        "events": [event_row(day, base_url) for day in days],
        "races": [race_row(day, session, base_url) for day, session in listed],
        "drivers": driver_rows(session for _, session in listed),
        "race_drivers": [race_driver_row(day, session) for day, session in listed],
        "race_results": [race_result_row(day, session) for day, session in listed],
        "laps": [row for day, session in listed for row in lap_rows(day, session)],
    }
