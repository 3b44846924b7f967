"""One track has one spelling, whatever the case of what was typed."""

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.raw.tracks import REMEMBER, spellings, stored_tracks


def test_the_first_spelling_of_a_track_stays(database: Database) -> None:
    with database.connect() as connection:
        for slugs in (["MixedCase", "other"], ["OTHER", "mixedcase", "Third", "THIRD"]):
            connection.execute(REMEMBER, {"track_slugs": slugs})
        stored = stored_tracks(connection)
        assert {*stored} - {"Third", "THIRD"} == {"MixedCase", "other"}
        assert len(stored) == 3
        assert spellings(connection, ["MIXEDCASE", "OTHER", "Fourth"]) == ("MixedCase", "other", "Fourth")


def test_the_database_refuses_a_second_spelling(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(REMEMBER, {"track_slugs": ["MixedCase"]})
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into raw.tracks (track_slug) values ('mixedcase')")
