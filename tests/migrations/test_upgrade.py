"""Migrations on a real server: up from nothing, down to nothing, each revision there and back, and with rows in it."""

import subprocess
import sys
import uuid

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.schema import CreateSchema

from scraper.config import REPOSITORY, load_config
from scraper.database import migrate
from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import (
    alembic_config,
    downgrade,
    newest_revision,
    open_migrated,
    schema_problem,
    upgrade,
)
from scraper.database.tables import metadata
from scraper.errors import CannotWork
from tests.migrations.catalogue import catalogue, is_at_head, named_constraints
from tests.support.commands_runner import Commands
from tests.support.databases import fresh_database
from tests.support.waiting import LONGEST_SECONDS

REVISIONS = [path.name[:4] for path in sorted((migrate.MIGRATIONS / "versions").glob("0*.py"))]
LAPS = 10_000

FILL = """
insert into racing.tracks (id, source, source_track_slug, track_url) values (%(id)s, 'liverc', 'bend', 'http://bend');
insert into racing.events
    (id, source, source_event_id, track_id, event_name, event_date, event_entries, event_drivers, event_url,
     ingest_depth, last_ingested_at, event_metadata)
values (%(id)s, 'liverc', 'bend-practice-2025-10-25', %(id)s, 'x', '2025-10-25', 0, 1, 'x', 'none', now(), '{}');
insert into racing.races
    (id, event_id, source, source_race_id, class_name, race_label, race_url, session_type, detail_status)
values (%(id)s, %(id)s, 'liverc', '1', 'x', 'x', 'x', 'practiceday', 'captured');
insert into racing.drivers (id, source, source_driver_id, display_name) values (%(id)s, 'liverc', '1', 'Ana Ruiz');
insert into racing.race_drivers (id, race_id, driver_id, source, source_driver_id, display_name)
values (%(id)s, %(id)s, %(id)s, 'liverc', '1', 'Ana Ruiz');
insert into racing.race_results (id, race_id, race_driver_id, position_final) values (%(id)s, %(id)s, %(id)s, 1);
insert into racing.laps (race_result_id, lap_number, lap_time_seconds)
select %(id)s, n, 30 + n %% 7 from generate_series(1, %(laps)s) as n;
insert into raw.crawls (arguments, version) values ('{}', '1');
insert into raw.practice_sessions (track_slug, session_id, payload, content_hash, url, parser_version, crawl_id)
select 'bend', n, '{}', 'x', 'x', 1, 1 from generate_series(1, 100) as n
"""

CHECKSUM = """
select md5(coalesce(string_agg(pages::text, ',' order by load_id), '')) from raw.practice_sessions as pages
"""


def fill(database: Database) -> None:
    row_id = uuid.UUID(int=7)
    with psycopg.connect(database.conninfo) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(FILL, {"id": row_id, "laps": LAPS})


def test_the_newest_revision_is_read_off_the_file_names(empty_database: Database) -> None:
    script = ScriptDirectory.from_config(alembic_config(empty_database))
    assert newest_revision() == script.get_current_head()
    assert [each.revision for each in script.walk_revisions()][::-1] == REVISIONS


def test_the_migrated_schema_is_the_one_of_the_metadata(database: Database) -> None:
    command.check(alembic_config(database))  # raises for every table, column, index or key that differs
    constraints = {
        (str(table), str(name))
        for table, name, _ in catalogue(database)["constraints"]
        if not str(table).startswith("jobs.procrastinate_")
    }
    nameless = {(table, name) for table, name in named_constraints(metadata) if name == "None"}
    assert named_constraints(metadata) - nameless == constraints


def test_the_migrated_constraints_say_what_the_metadata_says(
    database: Database, postgres_server: EmbeddedServer
) -> None:
    """Alembic compares names of checks only."""
    with fresh_database(postgres_server, "template0") as other:
        with other.engine("practice test").begin() as connection:
            for schema in {table.schema for table in metadata.tables.values()}:
                connection.execute(CreateSchema(str(schema)))
            metadata.create_all(connection)
        expected = catalogue(other)["constraints"]
    found = catalogue(database)["constraints"]
    assert {each for each in found if not str(each[0]).startswith("jobs.procrastinate_")} == expected


def test_down_to_nothing_and_up_again_gives_the_same_schema(empty_database: Database) -> None:
    nothing = catalogue(empty_database)
    upgrade(empty_database)
    first = catalogue(empty_database)
    downgrade(empty_database, "base")
    assert catalogue(empty_database) == nothing
    upgrade(empty_database)
    assert catalogue(empty_database) == first


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_goes_up_down_and_up(empty_database: Database, revision: str) -> None:
    before = f"{int(revision) - 1:04}" if revision != REVISIONS[0] else "base"
    if before != "base":
        upgrade(empty_database, before)
    below = catalogue(empty_database)
    upgrade(empty_database, revision)
    above = catalogue(empty_database)
    assert above != below
    downgrade(empty_database, before)
    assert catalogue(empty_database) == below
    upgrade(empty_database, revision)
    assert catalogue(empty_database) == above


def test_the_final_schema_goes_down_and_up_without_a_page_changed(database: Database) -> None:
    fill(database)
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        before = connection.execute(CHECKSUM).fetchone()
        downgrade(database, "0002")
        upgrade(database)
        assert connection.execute(CHECKSUM).fetchone() == before
        assert connection.execute("select count(*) from racing.laps").fetchone() == (0,)


def test_stored_pages_go_only_when_they_are_said_to(database: Database) -> None:
    fill(database)
    before = catalogue(database)
    with pytest.raises(CannotWork, match=r"raw\.practice_sessions holds pages.*-x delete_pages=yes"):
        downgrade(database, "base")
    assert catalogue(database) == before
    downgrade(database, "base", delete_pages=True)
    upgrade(database)
    assert catalogue(database)["columns"] == before["columns"]


def test_starters_at_once_both_succeed(empty_database: Database, commands_on_nothing: Commands) -> None:
    starters = [commands_on_nothing.start("migrate") for _ in range(3)]
    said = [starter.communicate(timeout=LONGEST_SECONDS) for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0, 0], said
    assert is_at_head(empty_database)


def test_a_command_that_finds_the_schema_as_it_should_be_does_not_load_alembic(database: Database) -> None:
    program = (
        "import sys; from scraper.config import REPOSITORY, load_config; "
        "from scraper.database.migrate import open_migrated; "
        "open_migrated(load_config()); print([name for name in sys.modules if name in ('alembic', 'sqlalchemy')])"
    )
    environment = Commands(database, REPOSITORY).environment
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_a_schema_that_is_not_ours_is_told_with_the_remedy(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(empty_database.conninfo, autocommit=True) as connection:
        assert "no tables yet" in str(schema_problem(connection))
        upgrade(empty_database, "0002")
        assert "at migration 0002" in str(schema_problem(connection))
        upgrade(empty_database)
        assert schema_problem(connection) is None
        connection.execute("update alembic_version set version_num = '9999'")
        assert "update the code" in str(schema_problem(connection))
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    with pytest.raises(CannotWork, match="at migration 9999.*update the code"):
        open_migrated(load_config())
