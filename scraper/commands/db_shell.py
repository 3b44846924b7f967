"""Run psql on the database of this project, interactively or with SQL from standard input."""

import os
import shutil
import sys

from psycopg.conninfo import make_conninfo

from scraper.config import Config
from scraper.database.connection import Database, open_database
from scraper.database.embedded.programs import bundled_programs


def run(config: Config) -> int:
    """Replace this process by psql, whose exit status is that of the command."""
    database = open_database(config, application_name="practice db-shell")
    # The bundled psql fits the embedded server; for other servers the system's psql may support TLS.
    found = shutil.which("psql") if config.database_url else None
    psql = found or str(bundled_programs() / "psql")
    sys.stdout.flush()
    os.execve(psql, [psql, _without_password(database)], {**os.environ, **_password_of(database)})  # noqa: S606


def _without_password(database: Database) -> str:
    """Return the connection string; every user of the machine can read the arguments of a process."""
    return make_conninfo(**{name: value for name, value in database.parameters.items() if name != "password"})


def _password_of(database: Database) -> dict[str, str]:
    password = database.parameters.get("password")
    return {"PGPASSWORD": password} if password else {}
