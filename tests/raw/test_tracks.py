"""One track has one spelling, whatever the case of what was typed."""

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.raw.tracks import remember, spellings


def test_the_first_spelling_of_a_track_stays(database: Database) -> None:
    with database.connect() as connection:
        assert remember(connection, ["MixedCase", "other"]) == ("MixedCase", "other")
        assert remember(connection, ["OTHER", "mixedcase", "Third"]) == ("other", "MixedCase", "Third")
        assert spellings(connection, ["MIXEDCASE", "Fourth"]) == ("MixedCase", "Fourth")


def test_the_database_refuses_a_second_spelling(database: Database) -> None:
    with database.connect() as connection:
        remember(connection, ["MixedCase"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into raw.tracks (track_slug) values ('mixedcase')")
