"""What a transform reads follows the change: no statement of a run reads a table that grows from end to end."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from scraper.database.connection import Database
from tests.dbt_project.counters import wait_until_counted
from tests.dbt_project.explained_run import scans_of_a_run
from tests.support.commands_runner import Commands
from tests.support.history import LAPS_OF_A_SESSION, SESSIONS_OF_A_DAY, add_day, fill

SESSIONS = 3000
# PostgreSQL chooses as if each table were a hundred times as long: to read all of it costs so much more, to find a row
# by an index costs the same. With costs times thirty a run over 10,000 sessions read nearly the rows that one over
# 100,000 reads at the usual ones; a history of that length would take this test some minutes to build.
AS_IF_TIMES = 100
COSTS = {"seq_page_cost": 1, "cpu_tuple_cost": 0.01, "cpu_index_tuple_cost": 0.005}
# How often a run of some sixty models and a hundred tests may come back to a row of the day.
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
# Of every session's page one failure that was made good: what stays of them, beside the few that are not.
_FAILURES = """
insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id, resolved_at)
select track_slug, 'session', session_id, url, 'status', 'the site answered with status 500', crawl_id, now()
from raw.practice_sessions
"""
# These have a row per track, and what no run has done yet.
DO_NOT_GROW = {"racing.tracks", "raw.work_list"}


@dataclass(frozen=True)
class Reads:
    """How often a table was read from end to end, and how many rows were found by its indexes."""

    whole: int
    rows: int


@dataclass(frozen=True)
class Run:
    """A run over one new day on a long history, by PostgreSQL's own account of it."""

    database: Database
    log: Path
    reads: dict[str, Reads]


@pytest.fixture(scope="module")
def run(shared_database: Database, dbt_artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    commands = Commands(shared_database, dbt_artifacts)
    logs = tmp_path_factory.mktemp("new_day")
    fill(shared_database, SESSIONS)
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        connection.execute(_FAILURES)
        commands.succeed("transform")
        connection.execute("analyze")  # autovacuum would, sooner or later
        for cost, usual in COSTS.items():
            name = shared_database.parameters["dbname"]
            connection.execute(f"alter database {name} set {cost} = {usual * AS_IF_TIMES}".encode())
        add_day(shared_database)
        before = counted(connection)
        said = commands.succeed("transform", DBT_LOG_PATH=str(logs), DBT_LOG_FORMAT_FILE="json")
        assert f"{SESSIONS_OF_A_DAY} sessions of 1 days re-derived" in said
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


def test_no_growing_table_is_read_from_end_to_end(run: Run) -> None:
    assert {"raw.practice_sessions", "racing.laps", "analytics.driver_people"} < run.reads.keys()
    assert {table: reads.whole for table, reads in run.reads.items() if reads.whole} == {}


def test_the_rows_read_are_those_of_the_day(run: Run) -> None:
    most = dict.fromkeys(run.reads, MOST_LOOKS * SESSIONS_OF_A_DAY)
    most["racing.laps"] = MOST_LOOKS_AT_A_LAP * LAPS_OF_A_SESSION * SESSIONS_OF_A_DAY
    assert max(most["racing.races"], most["racing.laps"] // LAPS_OF_A_SESSION) < SESSIONS
    assert {table: reads.rows for table, reads in run.reads.items() if reads.rows > most[table]} == {}


def test_no_statement_reads_all_of_a_growing_table(run: Run) -> None:
    add_day(run.database)
    scans = list(scans_of_a_run(run.log, run.database))
    nodes = {scan.node.split(".")[0] for scan in scans}
    assert {"model", "test", "operation"} <= nodes
    assert [scan for scan in scans if scan.table in run.reads and scan.reads_all] == []
