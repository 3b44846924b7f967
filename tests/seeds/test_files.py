"""The seeds are read row by row: a row that cannot be used is named and left out, and harms no other row."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.report import wording
from scraper.seeds.columns import FLAGS, SEEDS
from scraper.seeds.files import FOLDER, MOST_NAMED, check_seeds, describe, load_seeds, seeds_to_load
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
    assert bad_rows == [fault for fault in check_seeds(connection, folder) if "matches nothing" not in fault.reason]
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
        ("track_time_zones", b"h\xfcgel,Europe/Vienna", "is not in UTF-8"),
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
        (
            "left_out_flags",
            "suspected_cutt,guess",
            "suspected_cutt is no flag of a lap: write one of suspected_cut, fast",
        ),
        ("left_out_flags", "[suspected_cut],guess", "is no flag of a lap"),
        ("left_out_flags", "Fast_Outlier,again", "line 2 has the same flag"),
        ("left_out_flags", "missed_reading,", "reason is blank"),
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
        "left_out_flags": ("fast_outlier,too many", "suspected_stop,no lap"),
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
    ("content", "place", "reason"),
    [
        (
            b"track,zone\nhill,Europe/Vienna\n",
            ", line 1",
            "the column names are track,zone: write track_slug,time_zone",
        ),
        (b"track_slug|time_zone\nhill|Europe/Vienna\n", ", line 1", "the column names are track_slug|time_zone: write"),
        (b"track_slug\nhill\n", ", line 1", "the column names are track_slug: write"),
        (b"track_slug,time_zone,time_zone\nhill,Europe/Vienna,\n", ", line 1", "the column names are track_slug,time"),
        (b"", ", line 1", "the line of the column names is blank: write track_slug,time_zone there"),
        (b"\nhill,Europe/Vienna\n", ", line 1", "the line of the column names is blank"),
        (
            "\u0130rmak".encode("utf-16"),
            ", line 1",
            "the line of the column names is not in UTF-8: save the file in this",
        ),
        (b'"track_slug,time_zone\n', ", line 1", "the line of the column names is no CSV: a quote is not closed"),
        (None, "", "is missing: put the file back"),
    ],
)
def test_a_file_that_cannot_be_used_keeps_the_rows_of_the_last_good_one(
    connection: psycopg.Connection, folder: Path, content: bytes | None, place: str, reason: str
) -> None:
    file = folder / "track_time_zones.csv"

    def damage() -> str:
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(content)
        [fault] = load_seeds(connection, folder)
        assert check_seeds(connection, folder) == [fault]
        assert fault.is_of_file
        return str(fault)

    assert damage().startswith(f"{file}{place}: {reason}")
    assert damage().endswith("; no row is used")
    assert stored(connection) == []
    (folder / "class_aliases.csv").write_text(ALIASES + "a,b\n")
    assert load(connection, folder, "track_time_zones", ZONES + "hill,Europe/Vienna\nmoor,Asia/Tokyo\n") == []
    good = stored(connection)
    assert len(good) == 3
    for _ in range(2):
        assert damage().endswith("; the last good file counts, with 2 rows")
        assert stored(connection) == good
    assert load(connection, folder, "track_time_zones", ZONES) == []
    assert stored(connection) == [("class_aliases", 2, "a|b")]


@pytest.mark.parametrize(
    "content",
    [
        "time_zone,track_slug\nEurope/Vienna,hill\n",
        "track_slug;time_zone\nhill;Europe/Vienna\n",
        "Time_Zone;Track_Slug;\nEurope/Vienna;hill;\n",
        ",track_slug,time_zone\n,hill,Europe/Vienna\n",
    ],
)
def test_the_order_of_the_columns_and_the_separator_make_no_difference(
    connection: psycopg.Connection, folder: Path, content: str
) -> None:
    assert load(connection, folder, "track_time_zones", content) == []
    assert stored(connection) == [("track_time_zones", 2, "hill|Europe/Vienna")]


def test_other_separators_are_letters_of_a_cell(connection: psycopg.Connection, folder: Path) -> None:
    assert load(connection, folder, "class_aliases", "class_name;page_class_name\n1,8 Buggy;1:8 Buggy\n") == []
    assert load(connection, folder, "shared_labels", "label\nGuest; or rental\n") == []
    assert stored(connection) == [("class_aliases", 2, "1:8 Buggy|1,8 Buggy"), ("shared_labels", 2, "Guest; or rental")]


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


def test_a_seed_has_to_be_loaded_again_when_its_rows_change(connection: psycopg.Connection, folder: Path) -> None:
    load(connection, folder, "shared_labels", "label\nWalk Up\nGuest\n")
    (folder / "shared_labels.csv").write_text("label\n\nGuest\nWalk Up\n")
    assert seeds_to_load(connection, folder) == []
    (folder / "shared_labels.csv").write_text("label\nGuest\n")
    assert seeds_to_load(connection, folder) == ["shared_labels"]
    (folder / "shared_labels.csv").unlink()  # the last good file counts
    assert seeds_to_load(connection, folder) == []


def test_the_models_have_the_columns_of_the_files() -> None:
    for seed in SEEDS:
        sql = (REPOSITORY / "dbt_project" / "models" / "staging" / "seeds" / f"{seed.name}.sql").read_text()
        assert re.findall(r"as (\w+)", sql) == [column.name for column in seed.columns]


def test_the_flags_are_those_of_the_model_the_guide_and_the_report() -> None:
    models = REPOSITORY / "dbt_project" / "models" / "analytics" / "sessions"
    sql = (models / "int_sessions__flagged_laps.sql").read_text()
    guide = (REPOSITORY / "docs" / "analysts.md").read_text()
    contract = (models / "_sessions__models.yml").read_text()
    assert set(re.findall(r"then '([a-z_]+)'$", sql, re.MULTILINE)) == set(FLAGS)
    assert set(re.findall(r"^\| `([a-z]+_[a-z]+)` \| [^`]* \|$", guide, re.MULTILINE)) == set(FLAGS)
    assert all(f"`{flag}` (" in contract for flag in FLAGS)
    assert set(wording.FLAGS) == set(FLAGS)
