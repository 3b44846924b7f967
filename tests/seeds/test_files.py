"""The seeds are read row by row: a row that cannot be used is named and left out, and harms no other row."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.seeds.columns import SEEDS
from scraper.seeds.files import FOLDER, MOST_NAMED, check_seeds, describe, load_seeds
from tests.dbt_project.raw_pages import DayList, listed, store

ZONES = "track_slug,time_zone\n"
ALIASES = "page_class_name,class_name\n"
OVERRIDES = "track_slug,transponder_number,driver_name,person,reason\n"


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with empty seeds."""
    for seed in SEEDS:
        (tmp_path / f"{seed.name}.csv").write_text(",".join(column.name for column in seed.columns) + "\n")
    return tmp_path


def stored(connection: psycopg.Connection) -> list[tuple[str, int, str]]:
    columns = {seed.name: [column.name for column in seed.columns] for seed in SEEDS}
    rows = connection.execute("select seed_name, line, cells from intermediate.seed_rows order by seed_name, line")
    return [(name, line, "|".join(cells[column] or "" for column in columns[name])) for name, line, cells in rows]


def load(connection: psycopg.Connection, folder: Path, seed: str, content: str | bytes) -> list[str]:
    """Load the seeds with this content of one file; the reasons of the bad rows with their lines."""
    (folder / f"{seed}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    bad_rows = load_seeds(connection, folder)
    assert bad_rows == check_seeds(connection, folder)
    assert {bad_row.file for bad_row in bad_rows} <= {folder / f"{seed}.csv"}
    return [f"{bad_row.line}: {bad_row.reason}" for bad_row in bad_rows]


def test_every_row_of_the_repository_can_be_used(connection: psycopg.Connection) -> None:
    assert check_seeds(connection) == []
    assert {path.stem for path in FOLDER.glob("*.csv")} == {seed.name for seed in SEEDS}


@pytest.mark.parametrize(
    ("seed", "row", "reason"),
    [
        ("track_time_zones", "hill,CEST", "time_zone CEST is no name of the time zone database"),
        ("track_time_zones", "hill,EST", "time_zone EST is no name of the time zone database"),
        ("track_time_zones", "hill,CET-1CEST", "time_zone CET-1CEST is no name of the time zone database"),
        ("track_time_zones", "hill,+02", "time_zone +02 is no name of the time zone database"),
        ("track_time_zones", "hill,Europe/Wien", "time_zone Europe/Wien is no name of the time zone database"),
        ("track_time_zones", "hill,europe/vienna", "is it Europe/Vienna?"),
        ("track_time_zones", "hill,", "time_zone is blank"),
        ("track_time_zones", ",Europe/Vienna", "track_slug is blank"),
        ("track_time_zones", "hill", "has 1 cell and needs 2"),
        ("track_time_zones", "hill,Europe/Vienna,winter", "has 3 cells and needs 2"),
        ("track_time_zones", "hill.liverc.com,Europe/Vienna", "track_slug hill.liverc.com is no track slug"),
        ("track_time_zones", "good,Europe/London", "line 2 has the same track_slug"),
        ("track_time_zones", "GOOD,Europe/London", "line 2 has the same track_slug"),
        ("track_time_zones", '"hill,Europe/Vienna', "is no CSV: a quote is not closed"),
        ("track_time_zones", '"hill"s,Europe/Vienna', "is no CSV"),
        ("track_time_zones", "hill,Europe/Vienna\0", "holds a control character"),
        ("track_time_zones", b"h\xfcgel,Europe/Vienna", "is not UTF-8"),
        ("class_aliases", "1:10 Buggy,", "class_name is blank"),
        ("class_aliases", "GOOD,other", "line 2 has the same page_class_name"),
        ("person_overrides", ",,,Ana,seen", "needs transponder_number or driver_name"),
        ("person_overrides", "hill,,,Ana,seen", "needs transponder_number or driver_name"),
        ("person_overrides", ",7000001,,,seen", "person is blank"),
        ("person_overrides", ",7000001,,Ana,", "reason is blank"),
        ("person_overrides", ",N/A,,Ana,seen", "transponder_number N/A is no transponder"),
        ("person_overrides", ",1234567,,Ana,seen", "transponder_number 1234567 is no transponder"),
        ("person_overrides", ",,good NAME,Ben,seen", "line 2 has the same track_slug and transponder_number"),
        ("lap_exclusions", "hill,,4,cut", "session_id is blank"),
        ("lap_exclusions", ",51,4,cut", "track_slug is blank"),
        ("lap_exclusions", "hill,https://hill.liverc.com/practice/?p=view_session&id=51,4,cut", "is no session number"),
        ("lap_exclusions", "hill,51,0,cut", "lap_number 0 is no lap number"),
        ("lap_exclusions", "hill,51,4.5,cut", "lap_number 4.5 is no lap number"),
        ("lap_exclusions", "hill,51,4,", "reason is blank"),
        ("lap_exclusions", "HILL,50,,all laps", "line 2 has the same track_slug and session_id and lap_number"),
        ("shared_labels", "?!", "label ?! has no letter and no digit"),
        ("shared_labels", "good LABEL", "line 2 has the same label"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_used(
    connection: psycopg.Connection, folder: Path, seed: str, row: str | bytes, reason: str
) -> None:
    good, later = {
        "track_time_zones": ("good,Europe/Vienna", "later,Australia/Sydney"),
        "class_aliases": ("good,Good", "later,Later"),
        "person_overrides": (",,Good Name,Ana,seen", ",8000001,,Ben,seen"),
        "lap_exclusions": ("hill,50,,wrong transponder", "hill,50,3,cut"),
        "shared_labels": ("Good Label", "Later"),
    }[seed]
    header = (folder / f"{seed}.csv").read_bytes()
    bad = row if isinstance(row, bytes) else row.encode()
    [said] = load(connection, folder, seed, header + b"\n".join([good.encode(), bad, later.encode()]))
    assert said.startswith("3: ")
    assert reason in said
    assert [line for name, line, _ in stored(connection) if name == seed] == [2, 4]


def test_what_spreadsheets_and_editors_leave_is_read(connection: psycopg.Connection, folder: Path) -> None:
    text = '\ufefftrack_slug,time_zone,\r\n hill , Europe/Vienna \t,,\r\n\r\n,,\r\n"moor","Australia/Sydney"\r\n'
    assert load(connection, folder, "track_time_zones", text) == []
    assert stored(connection) == [
        ("track_time_zones", 2, "hill|Europe/Vienna"),
        ("track_time_zones", 5, "moor|Australia/Sydney"),
    ]


def test_texts_keep_their_meaning(connection: psycopg.Connection, folder: Path) -> None:
    """A number, a date, a truth value or the name Null is a text as any other."""
    texts = ["2021", "007", "1:10", "true", "null", "2025-10-25", "NaN", "1/10 \u2028 Buggy"]
    assert load(connection, folder, "class_aliases", ALIASES + "".join(f'{text},"{text}, x"\n' for text in texts)) == []
    assert [row for _, _, row in stored(connection)] == [f"{text}|{text}, x" for text in texts]
    assert load(connection, folder, "person_overrides", OVERRIDES + ",,Null,Ana Null,seen\n") == []
    assert ("person_overrides", 2, "||Null|Ana Null|seen") in stored(connection)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("track,zone\nhill,Europe/Vienna\n", "1: the columns are track,zone and must be track_slug,time_zone"),
        ("track_slug;time_zone\nhill;Europe/Vienna\n", "1: the columns are track_slug;time_zone and must be"),
        ("", "1: the columns are  and must be track_slug,time_zone"),
        ("\u0130rmak".encode("utf-16"), "1: is not UTF-8"),
    ],
)
def test_a_file_with_other_columns_is_named_once(
    connection: psycopg.Connection, folder: Path, content: str | bytes, reason: str
) -> None:
    (folder / "class_aliases.csv").write_text(ALIASES + "a,b\n")
    [said] = load(connection, folder, "track_time_zones", content)
    assert said.startswith(reason)
    assert stored(connection) == [("class_aliases", 2, "a|b")]


def test_a_missing_file_is_named(connection: psycopg.Connection, folder: Path) -> None:
    (folder / "class_aliases.csv").unlink()
    [bad_row] = load_seeds(connection, folder)
    assert (
        str(bad_row) == f"{folder}/class_aliases.csv, line 1: cannot be read: No such file or directory; no row is used"
    )


def test_a_slug_is_compared_without_case_with_the_stored_tracks(connection: psycopg.Connection, folder: Path) -> None:
    store(connection, "FastandFun", DayList([listed(1)]))
    store(connection, "canberraoffroad", DayList([listed(2)]))
    text = ZONES + "fastandfun,Europe/Vienna\ncanberaoffroad,Australia/Sydney\nunknowntrack,Europe/Vienna\n"
    assert load(connection, folder, "track_time_zones", text) == [
        "3: track_slug canberaoffroad is no stored track: is it canberraoffroad?"
    ]
    assert [row for _, _, row in stored(connection)] == ["FastandFun|Europe/Vienna", "unknowntrack|Europe/Vienna"]


def test_only_the_first_bad_rows_are_named(connection: psycopg.Connection, folder: Path) -> None:
    (folder / "class_aliases.csv").write_text(ALIASES + "a\n" * (MOST_NAMED + 2))
    said = list(describe(load_seeds(connection, folder)))
    assert len(said) == MOST_NAMED + 1
    assert said[-1] == "… and 2 more rows of the seeds"


def test_loading_again_replaces_all_rows(connection: psycopg.Connection, folder: Path) -> None:
    load(connection, folder, "class_aliases", ALIASES + "a,b\nc,d\n")
    load(connection, folder, "class_aliases", ALIASES + "c,e\n")
    assert stored(connection) == [("class_aliases", 2, "c|e")]


def test_the_models_have_the_columns_of_the_files() -> None:
    for seed in SEEDS:
        sql = (REPOSITORY / "dbt_project" / "models" / "staging" / "seeds" / f"{seed.name}.sql").read_text()
        assert re.findall(r"as (\w+)", sql) == [column.name for column in seed.columns]
