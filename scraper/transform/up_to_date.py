"""Whether a transform would change anything: found out by one query, without importing dbt.

A finished run of `make transform` leaves on its row of `intermediate.transforms` the fingerprint of the project it ran
with. Whoever starts dbt takes it away first (macro `begin_transform`): so after a failure, a kill, or a run of a few
models by hand there is none, and the next run derives again.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from scraper.config import REPOSITORY
from scraper.database.migrate import newest_revision

# What dbt reads, and which dbt it is.
_READ = ("dbt_project.yml", "profiles.yml", "selectors.yml", "requirements.lock", "dbt_project/**/*")

_NOTHING_NEW_SINCE = """
select started_at
from (select * from intermediate.transforms order by ended_at desc limit 1) as latest
where outcome = 'finished' and project = %s and not exists (select from raw.work_list)
"""
_NOTE = """
update intermediate.transforms set project = %s
where outcome = 'finished'
    and invocation_id = (select invocation_id from intermediate.transforms order by ended_at desc limit 1)
"""


def fingerprint(repository: Path = REPOSITORY) -> str:
    """Of everything that the outcome depends on beside the pages: the project's files, and the schema's revision."""
    digest = hashlib.sha256(newest_revision().encode())
    for path in _files(repository):
        for part in (str(path.relative_to(repository)).encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def nothing_new_since(connection: psycopg.Connection, project: str) -> datetime | None:
    """When the run began that left nothing to do; None when there is something, or when nobody can tell."""
    row = connection.execute(_NOTHING_NEW_SINCE, [project]).fetchone()
    return row[0] if row else None


def note_project(connection: psycopg.Connection, project: str) -> None:
    """Leave word that the last run has finished, its tests included, and with which project."""
    connection.execute(_NOTE, [project])


def _files(repository: Path) -> Iterator[Path]:
    for pattern in _READ:
        # Hidden files, those of editors among them, are none that dbt reads.
        yield from sorted(path for path in repository.glob(pattern) if path.is_file() and path.name[0] != ".")
