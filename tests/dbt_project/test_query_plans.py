"""A transform reads in proportion to the change, a view for one row: no statement scans all of a table that grows."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.report import queries
from scraper.transform.batches import begin_batch
from service.web.queries.people import find_people
from tests.dbt_project.counters import wait_until_counted
from tests.dbt_project.explained_run import scans, scans_of_a_run
from tests.dbt_project.replay import Recording, log_of_statements
from tests.support.commands_runner import Commands
from tests.support.history import LAPS_OF_A_SESSION, SESSIONS_OF_A_DAY, add_day, fill

SESSIONS = 3000
# The planner chooses as if each table were a hundred times as long: a scan costs so much more, an index lookup the
# same. With costs times thirty a run over 10,000 sessions read nearly the rows that one over 100,000 reads at the usual
# costs; a history of that length would take minutes to build.
AS_IF_TIMES = 100
COSTS = {"seq_page_cost": 1, "cpu_tuple_cost": 0.01, "cpu_index_tuple_cost": 0.005}
# How often a run of some sixty models and sixty tests may read a row of the day.
MOST_LOOKS = 50
MOST_LOOKS_AT_A_LAP = 15

_GROWING = """
select format('%I.%I', schemaname, relname), seq_scan, (
    select coalesce(sum(idx_tup_read), 0)::bigint
    from pg_stat_user_indexes as indexes
    where indexes.relid = tables.relid
)
from pg_stat_user_tables as tables
where schemaname in ('raw', 'racing', 'analytics') or relname = 'transforms'
"""
# One resolved failure of every session's page: failures stay when they are resolved.
_FAILURES = """
insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id, resolved_at)
select track_slug, 'session', session_id, url, 'status', 'the site answered with status 500', crawl_id, now()
from raw.practice_sessions
"""
# A row per track, and what is not derived yet.
DO_NOT_GROW = {"racing.tracks", "raw.tracks", "raw.transform_queue"}


@dataclass(frozen=True)
class Reads:
    """How often a table was scanned, and how many rows were found by its indexes."""

    whole: int
    rows: int


@dataclass(frozen=True)
class Run:
    """A run over one new day on a long history, by PostgreSQL's own statistics."""

    database: Database
    log: Path
    reads: dict[str, Reads]


@pytest.fixture(scope="module")
def run(
    shared_database: Database, dbt_artifacts: Path, recording: Recording, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    commands = Commands(shared_database, dbt_artifacts)
    logs = tmp_path_factory.mktemp("new_day")
    fill(shared_database, SESSIONS)
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        connection.execute(_FAILURES)
        recording.transform(shared_database)
        connection.execute("analyze")  # autovacuum would, sooner or later
        for cost, usual in COSTS.items():
            name = shared_database.parameters["dbname"]
            connection.execute(f"alter database {name} set {cost} = {usual * AS_IF_TIMES}".encode())
        add_day(shared_database)
        before = counted(connection)
        said = commands.succeed("transform", **log_of_statements(logs))
        assert f"{SESSIONS_OF_A_DAY} sessions of 1 day re-derived" in said
        reads = {
            table: Reads(now.whole - before[table].whole, now.rows - before[table].rows)
            for table, now in counted(connection).items()
        }
    return Run(shared_database, logs / "dbt.log", reads)


def counted(connection: psycopg.Connection) -> dict[str, Reads]:
    """The counters of each table that grows."""
    wait_until_counted(connection)
    rows = connection.execute(_GROWING.encode()).fetchall()
    return {table: Reads(whole, found) for table, whole, found in rows if table not in DO_NOT_GROW}


def count_of(connection: psycopg.Connection, table: str) -> int:
    (rows,) = connection.execute(f"select count(*) from {table}".encode()).fetchone() or (0,)
    return int(rows)


def test_no_growing_table_is_scanned(run: Run) -> None:
    assert {"raw.practice_sessions", "racing.laps", "analytics.driver_people"} < run.reads.keys()
    assert {table: reads.whole for table, reads in run.reads.items() if reads.whole} == {}


def test_the_rows_read_are_those_of_the_day(run: Run) -> None:
    most = dict.fromkeys(run.reads, MOST_LOOKS * SESSIONS_OF_A_DAY)
    most["racing.laps"] = MOST_LOOKS_AT_A_LAP * LAPS_OF_A_SESSION * SESSIONS_OF_A_DAY
    assert max(most["racing.races"], most["racing.laps"] // LAPS_OF_A_SESSION) < SESSIONS
    assert {table: reads.rows for table, reads in run.reads.items() if reads.rows > most[table]} == {}


def test_no_statement_of_dbt_reads_all_of_a_growing_table(run: Run) -> None:
    add_day(run.database)
    with psycopg.connect(run.database.conninfo, autocommit=True) as connection:
        begin_batch(connection)
    sent = list(scans_of_a_run(run.log, run.database))
    nodes = {scan.node.split(".")[0] for scan in sent}
    assert {"model", "test"} <= nodes
    assert [scan for scan in sent if scan.table in run.reads and scan.reads_all] == []


@pytest.mark.parametrize(("view", "key"), [("day_versions", "event_id"), ("track_summaries", "track_slug")])
def test_a_view_reads_for_one_row_only_what_it_shows(run: Run, view: str, key: str) -> None:
    with psycopg.connect(run.database.conninfo, autocommit=True) as connection:
        (value,) = connection.execute(f"select {key} from analytics.{view} limit 1".encode()).fetchone() or (None,)
        sent = list(scans(connection, view, f"select * from analytics.{view} where {key} = '{value}'"))
        own = [scan for scan in sent if scan.table in run.reads]
        rows = {table: count_of(connection, table) for table in {scan.table for scan in own}}
    assert own
    assert [scan for scan in own if scan.reads_all or scan.at_once > rows[scan.table] / 2] == []


@pytest.mark.parametrize("name", ["SESSIONS", "LEADERBOARD", "DRIVER_DAYS", "FLAGS", "LEFT_OUT"])
def test_a_page_reads_one_day_by_a_plan_for_any_day(run: Run, name: str) -> None:
    statement = getattr(queries, name).replace("%(event_id)s", "$1").encode()
    with psycopg.connect(run.database.conninfo, autocommit=True) as connection:
        (day,) = connection.execute("select event_id from analytics.practice_days limit 1").fetchone() or (None,)
        connection.execute("set plan_cache_mode = force_generic_plan")
        connection.execute(b"prepare of_day (uuid) as " + statement)
        own = [scan for scan in scans(connection, name, f"execute of_day ('{day}')") if scan.table in run.reads]
    assert own
    assert [scan for scan in own if scan.reads_all] == []


@pytest.mark.parametrize("wanted", ["d 1", "1234567"])
def test_a_search_of_people_does_not_read_all_names(run: Run, wanted: str) -> None:
    with psycopg.connect(run.database.conninfo, autocommit=True) as connection:
        before = counted(connection)
        find_people(connection, wanted, None, 50)
        after = counted(connection)
    assert [table for table in after if after[table].whole != before[table].whole] == []
