"""A transform starts no dbt when there is nothing to do, and starts it whenever there may be something."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from scraper.transform.batches import BatchKind, begin_batch, record_incomplete, settle
from scraper.transform.up_to_date import fingerprint, has_current_views, nothing_new_since
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.support.commands_runner import Commands
from tests.support.databases import fresh_database, new_template

NOTHING, DERIVED = "Transform: nothing new since", "re-derived"

_LOSE_A_LAP = """
create function public.lose_a_lap() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger seeded before insert on racing.laps for each row when (new.lap_number = 2)
execute function public.lose_a_lap();
"""


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def derived_template(
    postgres_server: EmbeddedServer, transformed_template: str, dbt_artifacts: Path
) -> tuple[str, str]:
    """The name of a database whose pages are all derived, to copy, and what the transform of its tables said."""
    with new_template(postgres_server, "practice_derived", transformed_template) as database:
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            store(connection, "bend", DayList([listed(1)]))
        said = Commands(database, dbt_artifacts).succeed("transform")
        assert DERIVED in said
    return "practice_derived", said


@pytest.fixture
def done(postgres_server: EmbeddedServer, derived_template: tuple[str, str], dbt_artifacts: Path) -> Iterator[Commands]:
    """The commands on a database whose pages are all derived."""
    with fresh_database(postgres_server, derived_template[0]) as database:
        yield Commands(database, dbt_artifacts)


@pytest.fixture
def derived(done: Commands) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database of `done`."""
    with psycopg.connect(done.database.conninfo, autocommit=True) as connection:
        yield connection


def test_nothing_new_starts_no_dbt_until_a_page_comes_in(
    done: Commands, derived: psycopg.Connection[Any], tmp_path: Path
) -> None:
    assert NOTHING in done.succeed("transform", DBT_LOG_PATH=str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    store(derived, "bend", SessionPage(1))
    assert "1 session of 1 day re-derived" in done.succeed("transform")
    assert NOTHING in done.succeed("transform")
    assert DERIVED in done.succeed("transform", FULL="1")
    assert NOTHING in done.succeed("transform")


def test_a_view_that_was_dropped_is_built_again_with_all_views(
    done: Commands, derived: psycopg.Connection[Any], derived_template: tuple[str, str]
) -> None:
    derived.execute("drop view analytics.sessions cascade")
    tables_alone = models(derived_template[1])
    assert models(done.succeed("transform")) > tables_alone
    assert derived.execute("select count(*) from analytics.sessions").fetchone() == (1,)


def models(output: str) -> int:
    """How many models dbt has built, by the last line of a transform."""
    (number,) = re.findall(r"(\d+) models", output)
    return int(number)


def test_after_fewer_models_by_hand_the_next_run_derives(done: Commands) -> None:
    done.succeed("dbt", ARGS="seed --no-use-colors")
    assert DERIVED in done.succeed("transform")
    assert NOTHING in done.succeed("transform")


def test_after_a_failed_test_the_next_run_looks_again(done: Commands, derived: psycopg.Connection[Any]) -> None:
    store(derived, "bend", SessionPage(1, laps=[lap(1, "30"), lap(2, "31")]))
    derived.execute(_LOSE_A_LAP)
    failed = done.run("transform")
    assert (failed.returncode, "every_staged_lap_is_one_lap" in failed.stdout) == (1, True)
    derived.execute("drop trigger seeded on racing.laps")
    assert DERIVED in done.succeed("transform")
    assert derived.execute("select count(*) from racing.laps").fetchone() == (2,)


def ran(connection: psycopg.Connection[Any], day: int, project: str | None) -> None:
    """A transform that finished."""
    begin_batch(connection)
    connection.execute("create table if not exists intermediate.int_practice__affected_drivers (driver_id uuid)")
    settle(connection, datetime(2026, 1, day, tzinfo=UTC), project)


def test_only_the_latest_transform_counts_and_only_if_it_finished_with_this_project(
    connection: psycopg.Connection[Any],
) -> None:
    assert nothing_new_since(connection, "ours") is None
    ran(connection, 1, project=None)
    assert nothing_new_since(connection, "ours") is None
    ran(connection, 2, project="ours")
    assert nothing_new_since(connection, "ours") == datetime(2026, 1, 2, tzinfo=UTC)
    assert nothing_new_since(connection, "another") is None
    record_incomplete(connection, datetime(2026, 1, 3, tzinfo=UTC))
    assert nothing_new_since(connection, "ours") is None


@pytest.mark.parametrize(
    "by_hand",
    [
        "drop view analytics.laps_by_day",
        "create or replace view analytics.laps_by_day as select 2 as laps",
        "alter view analytics.laps_by_day rename to laps_by_night",
        "create view intermediate.laps_by_night as select 1 as laps",
    ],
)
def test_views_are_current_until_one_is_changed(connection: psycopg.Connection[Any], by_hand: str) -> None:
    connection.execute("create view analytics.laps_by_day as select 1 as laps")
    ran(connection, 1, project="ours")
    assert (has_current_views(connection, "ours"), has_current_views(connection, "another")) == (True, False)
    store(connection, "bend", DayList([listed(1)]))
    assert has_current_views(connection, "ours")
    connection.execute(by_hand.encode())
    assert not has_current_views(connection, "ours")


@pytest.mark.parametrize("kind", BatchKind)
def test_a_batch_that_is_not_settled_is_work(connection: psycopg.Connection[Any], kind: BatchKind) -> None:
    ran(connection, 1, project="ours")
    begin_batch(connection, kind)
    assert nothing_new_since(connection, "ours") is None


def test_an_entry_of_the_queue_is_work(connection: psycopg.Connection[Any]) -> None:
    ran(connection, 1, project="ours")
    assert nothing_new_since(connection, "ours")
    store(connection, "bend", DayList([listed(1)]))
    assert nothing_new_since(connection, "ours") is None


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the files that dbt reads."""
    shutil.copytree(REPOSITORY / "dbt_project", tmp_path / "dbt_project")
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, tmp_path)
    shutil.copytree(REPOSITORY / "scraper" / "seeds", tmp_path / "scraper" / "seeds")
    return tmp_path


def test_a_copy_of_the_project_is_the_same_project(project: Path) -> None:
    assert fingerprint(project) == fingerprint()


@pytest.mark.parametrize(
    "name",
    [
        "dbt_project.yml",
        "profiles.yml",
        "selectors.yml",
        "requirements.lock",
        "dbt_project/models/racing/laps.sql",
        "dbt_project/models/racing/_racing__models.yml",
        "dbt_project/macros/natural_uuid.sql",
        "dbt_project/seeds/person_overrides.csv",
        "scraper/seeds/columns.py",
        "dbt_project/tests/generic/expression_is_true.sql",
    ],
)
def test_a_changed_file_is_another_project(project: Path, name: str) -> None:
    path = project / name
    text = path.read_text()
    path.write_text(text + " ")
    assert fingerprint(project) != fingerprint()
    path.write_text(text)
    assert fingerprint(project) == fingerprint()
    path.rename(path.with_suffix(".other"))
    assert fingerprint(project) != fingerprint()


def test_a_new_file_is_another_project_and_a_hidden_one_is_not(project: Path) -> None:
    (project / "dbt_project" / "models" / ".laps.sql.swp").write_text("x")
    assert fingerprint(project) == fingerprint()
    (project / "dbt_project" / "models" / "new.sql").write_text("")
    assert fingerprint(project) != fingerprint()


def test_a_new_migration_is_another_project(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr("scraper.transform.up_to_date.newest_revision", lambda: "9999")
    assert fingerprint() != before
