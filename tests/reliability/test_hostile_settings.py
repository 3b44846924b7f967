"""Settings of database, role and environment that change how values are written and what statements mean."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
import pytest
from psycopg import sql
from pyarrow import parquet

from scraper.database.connection import Database
from scraper.database.connection_settings import STATED_SETTINGS
from scraper.database.embedded import EmbeddedServer
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.databases import fresh_database
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.soak_table import Tally, trials

SHADOWS = """
create schema shadows;
create function shadows.lower(text) returns text language sql immutable as $$ select 'shadow' $$;
create function shadows.to_char(date, text) returns text language sql immutable as $$ select 'shadow' $$;
create function shadows.now() returns timestamptz language sql as $$ select timestamptz '1999-01-01 00:00+00' $$;
grant usage on schema shadows to public
"""
# Values that change what an unstated connection reads, writes or means.
HOSTILE: Mapping[str, tuple[str, ...]] = {
    "client_encoding": ("LATIN1", "SQL_ASCII"),
    "DateStyle": ("SQL, DMY", "German", "Postgres, MDY"),
    "IntervalStyle": ("sql_standard", "iso_8601", "postgres_verbose"),
    "TimeZone": ("Pacific/Kiritimati", "America/St_Johns", "Etc/GMT+12"),
    "extra_float_digits": ("-15", "0"),
    "bytea_output": ("escape",),
    "search_path": ("shadows, pg_catalog", "shadows"),
    "standard_conforming_strings": ("off",),
    "array_nulls": ("off",),
    "transform_null_equals": ("on",),
    "quote_all_identifiers": ("on",),
    "default_transaction_isolation": ("serializable",),
    "synchronous_commit": ("off",),
    "exit_on_error": ("on",),
    "idle_session_timeout": ("2s",),
}
LEVELS = ("database", "role", "options", "variable")
WHEN_READ_OR_WRITTEN = {*WHEN_WRITTEN, "last_ingested_at"}
# The variables of libpq, which take precedence over PGOPTIONS.
VARIABLES = {"client_encoding": "PGCLIENTENCODING", "DateStyle": "PGDATESTYLE", "TimeZone": "PGTZ"}
FreshCommands = Callable[[str], Commands]
COMMANDS = ("crawl", "transform", "status", "doctor", "report", "export", "verify")


@dataclass(frozen=True)
class Settings:
    """Hostile values: of the database, of the role, and of the environment."""

    database: Mapping[str, str]
    role: Mapping[str, str]
    environment: Mapping[str, str]

    @classmethod
    def of(cls, chance: random.Random) -> Self:
        """Give every setting a hostile value at a level."""
        at: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
        for setting, values in HOSTILE.items():
            level = chance.choice(LEVELS)
            if level == "variable" and setting not in VARIABLES:
                level = "options"
            at[level][VARIABLES[setting] if level == "variable" else setting] = chance.choice(values)
        options = " ".join(f"-c {name}=" + value.replace(" ", "\\ ") for name, value in at["options"].items())
        return cls(at["database"], at["role"], {**at["variable"], "PGOPTIONS": options})

    def apply(self, database: Database) -> None:
        """Set those of the database and of the role."""
        user, name = sql.Identifier(database.parameters["user"]), sql.Identifier(database.parameters["dbname"])
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            connection.execute(SHADOWS)
            for setting, value in self.database.items():
                connection.execute(sql.SQL("alter database {} set {}").format(name, _assigned(setting, value)))
            for setting, value in self.role.items():
                connection.execute(
                    sql.SQL("alter role {} in database {} set {}").format(user, name, _assigned(setting, value))
                )

    def undo(self, database: Database) -> None:
        """Reset them, so that the test can read the rows."""
        user, name = sql.Identifier(database.parameters["user"]), sql.Identifier(database.parameters["dbname"])
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL("alter database {} reset all").format(name))
            connection.execute(sql.SQL("alter role {} in database {} reset all").format(user, name))


def _assigned(setting: str, value: str) -> sql.Composed:
    values = [part.strip() for part in value.split(",")] if setting == "search_path" else [value]
    return sql.SQL("{} = {}").format(sql.Identifier(setting), sql.SQL(", ").join(map(sql.Literal, values)))


@pytest.fixture
def fresh(postgres_server: EmbeddedServer, migrated_template: str, dbt_artifacts: Path) -> Iterator[FreshCommands]:
    """Commands on a new database, each time it is called."""
    with ExitStack() as databases:

        def commands(name: str) -> Commands:
            return Commands(
                databases.enter_context(fresh_database(postgres_server, migrated_template, name)), dbt_artifacts
            )

        yield commands


def run_all(commands: Commands, folder: Path, arguments: Mapping[str, str]) -> None:
    """Run every command; each must end with 0."""
    for command in COMMANDS:
        commands.succeed(command, OUT=str(folder / "day.html"), EXPORT_FOLDER=str(folder), **arguments)


def written(folder: Path) -> dict[str, bytes]:
    """The report without the time of the crawl, and the exported models of `analytics` that hold no such time."""
    files = (folder / "analytics").rglob("*.parquet")
    models = [file for file in files if "last_ingested_at" not in parquet.read_schema(file).names]
    report = re.sub(rb"\d\d:\d\d UTC", b"", (folder / "day.html").read_bytes())
    return {"report": report, **{str(file.relative_to(folder)): file.read_bytes() for file in models}}


def test_settings_of_database_role_and_environment_change_nothing(
    fresh: FreshCommands, tmp_path: Path, tally: Tally
) -> None:
    tally.promise = "rows and files that depend on settings of database, role or environment"
    chance = random.Random(11)
    season = Season.generate(tracks=1, days=1)
    (day,) = season.days()
    with SampleSite(season) as site:
        arguments = {"LIVERC_BASE_URL": site.base_url, "TRACK": day.track.slug, "DATE": str(day.date)}
        plain = fresh("practice_plain")
        run_all(plain, tmp_path / "plain", arguments)
        expected_rows, expected_files = final_rows(plain.database, WHEN_READ_OR_WRITTEN), written(tmp_path / "plain")
        for trial in range(trials(quick=1, full=12)):
            hostile = fresh("practice_hostile")
            settings = Settings.of(chance)
            settings.apply(hostile.database)
            folder = tmp_path / f"hostile-{trial}"
            run_all(hostile, folder, {**arguments, **settings.environment})
            settings.undo(hostile.database)
            files = written(folder)
            losses = differences(final_rows(hostile.database, WHEN_READ_OR_WRITTEN), expected_rows)
            losses += [name for name, content in expected_files.items() if files.get(name) != content]
            tally.losses += len(losses)
            tally.trials += len(COMMANDS)
            tally.faults += len(HOSTILE)
            assert losses == [], settings


def test_every_stated_setting_has_a_hostile_value() -> None:
    assert set(HOSTILE) == set(STATED_SETTINGS)
