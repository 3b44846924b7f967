"""psql on the database of this project, interactive or fed from standard input."""

import os
import shutil
import sys

from psycopg.conninfo import make_conninfo

from scraper.config import Config
from scraper.database.connection import Database, open_database
from scraper.database.embedded.programs import bundled_programs


def run(config: Config) -> int:
    """Become psql; its exit status is ours."""
    database = open_database(config, application_name="practice db-shell")
    # The bundled psql speaks to the bundled server without question; to others one from the system may speak TLS.
    found = shutil.which("psql") if config.database_url else None
    psql = found or str(bundled_programs() / "psql")
    sys.stdout.flush()
    os.execve(psql, [psql, _without_password(database)], {**os.environ, **_password_of(database)})  # noqa: S606


def _without_password(database: Database) -> str:
    """The connection as an argument, which every user of the machine can read in the list of processes."""
    return make_conninfo(**{name: value for name, value in database.parameters.items() if name != "password"})


def _password_of(database: Database) -> dict[str, str]:
    password = database.parameters.get("password")
    return {"PGPASSWORD": password} if password else {}
