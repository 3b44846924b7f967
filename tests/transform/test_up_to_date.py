"""A transform with nothing to do starts no dbt, and whenever there may be something, it does."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.transform.up_to_date import fingerprint, note_project, nothing_new_since
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.support.commands_runner import Commands
from tests.support.waiting import wait_until_blocked_by, wait_until_gone

NOTHING, DERIVED = "Transform: nothing new since", "re-derived"
_SESSIONS_OF = "select pid from pg_stat_activity where application_name = %s"
_RAN = "insert into intermediate.transforms (invocation_id, started_at, ended_at, outcome) values"

_LOSE_A_LAP = """
create function public.lose_a_lap() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger planted before insert on racing.laps for each row when (new.lap_number = 2)
execute function public.lose_a_lap();
"""


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def done(commands: Commands, connection: psycopg.Connection[Any]) -> Commands:
    """On a database whose pages are all derived."""
    store(connection, "bend", DayList([listed(1)]))
    assert DERIVED in commands.succeed("transform")
    return commands


def test_nothing_new_starts_no_dbt_until_a_page_comes_in(
    done: Commands, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    assert NOTHING in done.succeed("transform", DBT_LOG_PATH=str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    store(connection, "bend", SessionPage(1))
    assert "1 sessions of 1 days re-derived" in done.succeed("transform")
    assert NOTHING in done.succeed("transform")
    assert DERIVED in done.succeed("transform", FULL="1")
    assert NOTHING in done.succeed("transform")


def test_after_fewer_models_by_hand_the_next_run_derives(done: Commands) -> None:
    done.succeed("dbt", ARGS="run -s stg_liverc__laps --no-use-colors")
    assert DERIVED in done.succeed("transform")
    done.succeed("dbt", ARGS="seed --no-use-colors")
    assert DERIVED in done.succeed("transform")
    assert NOTHING in done.succeed("transform")


def test_after_a_killed_run_the_next_one_derives(done: Commands, connection: psycopg.Connection[Any]) -> None:
    named = Commands(Database({**done.database.parameters, "application_name": "to be killed"}), done.artifacts)
    with psycopg.connect(done.database.conninfo) as holder, named.start("dbt", ARGS="run -s laps") as process:
        holder.execute("lock table racing.laps in share mode")
        wait_until_blocked_by(holder, connection, process)
        left = connection.execute(_SESSIONS_OF, ["to be killed"]).fetchall()
        process.send_signal(signal.SIGKILL)
        process.communicate()
    wait_until_gone(connection, [server_process for (server_process,) in left])
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (0,)
    assert DERIVED in done.succeed("transform")


def test_after_a_failed_test_the_next_run_looks_again(done: Commands, connection: psycopg.Connection[Any]) -> None:
    store(connection, "bend", SessionPage(1, laps=[lap(1, "30"), lap(2, "31")]))
    connection.execute(_LOSE_A_LAP)
    failed = done.run("transform")
    assert (failed.returncode, "every_staged_lap_is_one_lap" in failed.stdout) == (1, True)
    connection.execute("drop trigger planted on racing.laps")
    assert DERIVED in done.succeed("transform")
    assert connection.execute("select count(*) from racing.laps").fetchone() == (2,)


def test_only_the_latest_run_counts_and_only_if_it_finished_with_this_project(
    connection: psycopg.Connection[Any],
) -> None:
    assert nothing_new_since(connection, "ours") is None
    connection.execute(f"{_RAN} ('first', '2026-01-01 00:00Z', '2026-01-01 00:01Z', 'finished')")
    assert nothing_new_since(connection, "ours") is None
    note_project(connection, "ours")
    since = nothing_new_since(connection, "ours")
    assert since is not None
    assert f"{since.timestamp():.0f}" == "1767225600"
    assert nothing_new_since(connection, "another") is None
    connection.execute(f"{_RAN} ('second', '2026-01-02 00:00Z', '2026-01-02 00:01Z', 'incomplete')")
    note_project(connection, "ours")
    assert nothing_new_since(connection, "ours") is None


def test_a_line_on_the_work_list_is_work(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"{_RAN} ('first', '2026-01-01', '2026-01-01', 'finished')")
    note_project(connection, "ours")
    assert nothing_new_since(connection, "ours")
    store(connection, "bend", DayList([listed(1)]))
    assert nothing_new_since(connection, "ours") is None


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what dbt reads."""
    shutil.copytree(REPOSITORY / "dbt_project", tmp_path / "dbt_project")
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, tmp_path)
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
        "dbt_project/tests/generic/expression_is_true.sql",
    ],
)
def test_whatever_changes_in_a_file_is_another_project(project: Path, name: str) -> None:
    path = project / name
    text = path.read_text()
    path.write_text(text + " ")
    assert fingerprint(project) != fingerprint()
    path.write_text(text)
    assert fingerprint(project) == fingerprint()
    path.rename(path.with_suffix(".other"))
    assert fingerprint(project) != fingerprint()


def test_a_new_file_is_another_project_and_what_an_editor_leaves_is_not(project: Path) -> None:
    (project / "dbt_project" / "models" / ".laps.sql.swp").write_text("x")
    assert fingerprint(project) == fingerprint()
    (project / "dbt_project" / "models" / "new.sql").write_text("")
    assert fingerprint(project) != fingerprint()


def test_a_new_migration_is_another_project(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr("scraper.transform.up_to_date.newest_revision", lambda: "9999")
    assert fingerprint() != before
