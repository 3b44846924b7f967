"""The statements of SECURITY.md that delete a person's data remove the name from all stored pages."""

import psycopg
from psycopg.types.json import Jsonb

from scraper.config import REPOSITORY
from scraper.database.connection import Database

NAME = "Ana Ruiz"
PAGES = {
    "practice_sessions (session_id,": ("900001", {"driver": NAME, "laps": []}),
    "practice_lists (practice_date,": (
        "2025-10-25",
        {"sessions": [{"driver": NAME}, {"driver": f"{NAME} jr"}], "leaderboard": [{"driver": NAME}]},
    ),
}
INSERT = """
insert into raw.{} track_slug, payload, content_hash, url, parser_version, crawl_id)
values (%s, 'bend', %s, 'x', 'x', 1, 1)
"""


def test_the_name_is_removed_from_every_page_and_others_stay(database: Database) -> None:
    text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    (statements,) = [block for block in text.split("```")[1::2] if block.startswith("sql\nupdate")]
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("insert into raw.crawls (arguments, version) values ('{}', '1')")
        for table, (key, payload) in PAGES.items():
            connection.execute(INSERT.format(table), [key, Jsonb(payload)])
        connection.execute(statements.removeprefix("sql\n"))
        assert connection.execute("select payload from raw.practice_sessions").fetchall() == [
            ({"driver": "Unknown Driver", "laps": []},)
        ]
        assert connection.execute("select payload from raw.practice_lists").fetchall() == [
            (
                {
                    "sessions": [{"driver": "Unknown Driver"}, {"driver": f"{NAME} jr"}],
                    "leaderboard": [{"driver": "Unknown Driver"}],
                },
            )
        ]
