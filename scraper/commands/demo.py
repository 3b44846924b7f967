"""Run the main job on the bundled sample site: serve it on loopback, crawl it over HTTP, transform, report."""

import os
import shlex
import subprocess
import sys
from urllib.parse import quote

import psycopg
from psycopg import sql

from scraper.config import REPOSITORY, Config
from scraper.console import plain_console, plain_table
from scraper.database.connection import EMBEDDED_HOME, Database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.errors import CannotWork
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite

DATABASE = "practice_demo"

_TOTALS = """
select
    (select count(*) from racing.tracks),
    (select count(*) from racing.events),
    (select count(*) from racing.races),
    (select count(*) from racing.laps),
    (select count(*) from racing.laps where not is_valid),
    (select count(*) from racing.drivers where normalized_name is not null),
    (select count(*) from racing.drivers)
"""

_FULLEST_DAY = """
select track_slug, practice_date
from analytics.sessions
group by track_slug, practice_date
order by count(*) desc, practice_date, track_slug
limit 1
"""

_BEST_LAPS = """
select distinct on (races.class_name)
    races.class_name,
    laps.lap_time_seconds,
    race_drivers.display_name,
    tracks.track_name,
    races.start_time
from racing.laps as laps
inner join racing.race_results as race_results on laps.race_result_id = race_results.id
inner join racing.race_drivers as race_drivers on race_results.race_driver_id = race_drivers.id
inner join racing.races as races on race_results.race_id = races.id
inner join racing.events as events on races.event_id = events.id
inner join racing.tracks as tracks on events.track_id = tracks.id
where laps.is_valid
order by races.class_name, laps.lap_time_seconds, races.start_time
"""


def run(_: Config) -> int:
    """Crawl and transform the sample season in a separate database of the embedded server, and print what it holds."""
    database = _fresh_database()
    season = Season.generate()
    days = [day.date for day in season.days()]
    tracks = " ".join(track.slug for track in season.tracks)
    print("The sample site serves a season of invented drivers from this machine; no network is needed.")
    with SampleSite(season) as site:
        season_days = {"TRACK": tracks, "FROM": f"{days[0]}", "TO": f"{days[-1]}", "LIVERC_BASE_URL": site.base_url}
        _make("crawl", database, season_days)
    _make("transform", database, {})
    with database.connect() as connection:
        _print_totals(connection)
        track, day = connection.execute(_FULLEST_DAY).fetchone() or ("", "")
    _make("report", database, {"TRACK": track, "DATE": str(day)})
    print(f"\nBrowse all days       make serve DATABASE_URL='{_shell_url(database)}'")
    print("See that day          open the file above in a browser")
    print(f"Query with SQL        make db-shell DATABASE_URL='{_shell_url(database)}'")
    print(f"Export to Parquet     make export EXPORT_FOLDER=exports/demo DATABASE_URL='{_shell_url(database)}'")
    print("Read the docs         make docs")
    print("Crawl a real track    make crawl transform TRACK=canberraoffroad DATE=2025-10-25")
    return 0


def _fresh_database() -> Database:
    """Create an empty database for the demo, so that invented drivers never mix with real ones."""
    server = EmbeddedServer(EMBEDDED_HOME)
    server.start()
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE)))
    return open_embedded(server, DATABASE, application_name="practice demo")


def _make(command: str, database: Database, arguments: dict[str, str]) -> None:
    """Run a command in a process of its own, as `make` does, with these arguments only."""
    print("\n$ make", command, *(f"{name}={shlex.quote(value)}" for name, value in arguments.items()), flush=True)
    no_other_arguments = {
        **dict.fromkeys(("TRACK", "DATE", "FROM", "TO"), ""),
        "LIST_ONLY": "0",
        "REFRESH": "0",
        "FULL": "0",
        "QUIET": "0",
    }
    demo_settings = {"DATABASE_URL": _shell_url(database), "CRAWL_DELAY": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "scraper", command],
        cwd=REPOSITORY,
        env={**os.environ, **no_other_arguments, **arguments, **demo_settings},
        check=False,
    )
    if done.returncode:
        raise CannotWork(f"{command} ended with status {done.returncode}; see its last lines above")


def _shell_url(database: Database) -> str:
    known = database.parameters
    return f"postgresql://{quote(known['user'])}@/{quote(known['dbname'])}?host={quote(known['host'])}"


def _print_totals(connection: psycopg.Connection) -> None:
    tracks, days, sessions, laps, invalid, named, drivers = connection.execute(_TOTALS).fetchone() or (0,) * 7
    console = plain_console()
    console.print(f"\n{sessions} sessions on {days} days at {tracks} tracks, {laps} laps ({invalid} of them invalid),")
    console.print(f"{drivers} drivers ({drivers - named} of them unknown). The best lap of each class:\n")
    table = plain_table("class", "lap", "driver", "track", "session", right=("lap",))
    for class_name, lap, driver, track, start in connection.execute(_BEST_LAPS):
        table.add_row(class_name, str(lap), driver, track, f"{start:%Y-%m-%d %H:%M}")
    console.print(table)
