"""The main job with one login per role, and a search for their password in all that commands write."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.guarded_server import PASSWORD, add_database, add_login, as_user, guarded_server
from tests.support.soak_table import Tally

ENCODED = quote(PASSWORD, safe="")
LOGINS = {
    "nightly_crawl": "in role practice_crawler",
    "nightly_transform": "in role practice_transformer",
    "analyst": "in role practice_reader",
}
# Every row of our tables and views, and their descriptions.
TABLES = """
select format('select each::text from %I.%I as each', nspname, relname)
from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid
where nspname in ('raw', 'staging', 'intermediate', 'racing', 'analytics', 'public') and relkind in ('r', 'v', 'm')
union all
select 'select description from pg_description'
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    """A migrated database with one login per role."""
    with guarded_server(tmp_path_factory.mktemp("logins"), postgres_programs) as server:
        upgrade(add_database(server, "practice"))
        for name, options in LOGINS.items():
            add_login(server, name, options)
        yield server


@pytest.fixture
def owner(server: EmbeddedServer) -> Database:
    return as_user(server, "practice", "practice")


def commands_of(server: EmbeddedServer, login: str, artifacts: Path) -> Commands:
    return Commands(as_user(server, "practice", login), artifacts)


def found_in(text: str) -> list[str]:
    """The spellings of the password that a text holds."""
    return [spelling for spelling in (PASSWORD, ENCODED, "CANARY") if spelling in text]


def written_files(server: EmbeddedServer, artifacts: Path) -> list[Path]:
    """All files that runs write: dbt's artifacts, in this folder or the default one, and the server's log."""
    folders = (artifacts, REPOSITORY / "target", REPOSITORY / "logs")
    return [server.log, *(path for folder in folders for path in folder.rglob("*") if path.is_file())]


def test_crawl_and_transform_work_with_one_role_each_and_the_reader_reads(
    server: EmbeddedServer, owner: Database, dbt_artifacts: Path, tmp_path: Path
) -> None:
    season = Season.generate(tracks=1, days=1)
    (day,) = season.days()
    with SampleSite(season) as site:
        crawler = commands_of(server, "nightly_crawl", dbt_artifacts)
        crawler.succeed("crawl", LIVERC_BASE_URL=site.base_url, TRACK=day.track.slug, DATE=str(day.date))
    transformer = commands_of(server, "nightly_transform", dbt_artifacts)
    transformer.succeed("transform")
    assert "complete: every listed session is captured" in transformer.succeed("status")
    for commands in (crawler, transformer):
        assert "problem" not in commands.succeed("doctor")
    with psycopg.connect(as_user(server, "practice", "analyst").conninfo) as connection:
        sessions = connection.execute("select count(*) from racing.races where detail_status = 'captured'").fetchone()
    assert sessions == (len(day.sessions),)
    reader = commands_of(server, "analyst", dbt_artifacts)
    reader.succeed("report", TRACK=day.track.slug, DATE=str(day.date), OUT=str(tmp_path / "day.html"))
    assert "Export: " in reader.succeed("export", EXPORT_FOLDER=str(tmp_path / "exports"))
    assert list((tmp_path / "exports" / "racing" / "laps").rglob("*.parquet"))
    with psycopg.connect(owner.conninfo) as connection:
        owners = connection.execute("select distinct relowner::regrole::text from pg_class where relname like 'stg%'")
        assert owners.fetchall() == [("practice_transformer",)]


def test_no_command_writes_the_password_anywhere(
    server: EmbeddedServer, owner: Database, dbt_artifacts: Path, tally: Tally
) -> None:
    tally.promise = "no password in any output or file"
    socket = quote(str(server.socket_folder))
    address = f"@/practice?host={socket}"
    right = f"nightly_crawl:{ENCODED}{address}"
    runs = [
        ("doctor", f"postgresql://{right}", {}, 0),
        ("transform", f"postgresql://nightly_transform:{ENCODED}{address}", {"FULL": "1"}, 0),
        ("dbt", f"postgresql://nightly_transform:{ENCODED}{address}", {"ARGS": "debug"}, 0),
        ("dbt", f"postgresql://nightly_transform:{ENCODED}{address}", {"ARGS": "parse"}, 0),
        ("crawl", f"postgresql://{right}", {"TRACK": "bend", "DATE": "2025-13-01"}, 2),
        ("crawl", f"postgresql://{right}", {"TRACK": "bend", "LIVERC_BASE_URL": "http://127.0.0.1:1/{track}"}, 1),
        ("crawl", f"postgresql://analyst:{ENCODED}{address}", {"TRACK": "bend", "DATE": "2025-10-25"}, 1),
        ("crawl", f"postgresql://nightly_crawl:CANARY{address}", {"TRACK": "bend"}, 1),
        ("crawl", f"postgresql://nightly_crawl:{PASSWORD}{address}", {"TRACK": "bend"}, 2),
        ("transform", f"postgresql://analyst:{ENCODED}{address}", {}, 1),
        ("transform", f"postgresql://nightly_transform:CANARY{address}", {"FULL": "1"}, 1),
        ("verify", "postgresql://nightly_transform:CANARY%4@host/practice", {}, 2),
        ("status", f"postgresql://{right.replace('/practice', '/missing')}", {}, 1),
        ("status", f"postgresql://{right}", {}, 1),
        ("doctor", "postgresql://nightly_crawl:CANARY@127.0.0.1:1/practice", {}, 1),
        ("migrate", "mysql://nightly_crawl:CANARY@host/practice", {}, 2),
        ("docs", "postgresql://nightly_crawl:CANARY@host:99999/practice", {}, 2),
        (
            "dbt",
            f"postgresql://nightly_transform:{ENCODED}{address}",
            {"ARGS": "--debug run -s no_such_model --flag"},
            2,
        ),
        ("dbt", f"postgresql://analyst:{ENCODED}{address}", {"ARGS": "--debug run"}, 1),
    ]
    for command, url, settings, exit_status in runs:
        logs_everything = {"DATABASE_URL": url, "DBT_LOG_LEVEL_FILE": "debug"}
        done = commands_of(server, "nightly_crawl", dbt_artifacts).run(command, **logs_everything, **settings)
        output = done.stdout + done.stderr
        assert done.returncode == exit_status, f"{command} {settings}\n{output}"
        assert "Traceback" not in output, output
        tally.trials += 1
        tally.faults += 1
        assert found_in(output) == [], output
    written = written_files(server, dbt_artifacts)
    assert any(path.name == "dbt.log" for path in written)
    assert any(path.name == "manifest.json" for path in written)
    holding = [path for path in written if found_in(path.read_bytes().decode("utf-8", errors="replace"))]
    tally.losses = len(holding)
    assert holding == []
    with psycopg.connect(owner.conninfo) as connection:
        queries = [query for (query,) in connection.execute(TABLES).fetchall()]
        assert len(queries) > len(LOGINS)
        for query in queries:
            assert found_in(str(connection.execute(query.encode()).fetchall())) == [], query
