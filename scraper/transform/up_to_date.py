"""What a transform need not do: anything when nothing has changed, and views that are as the project has them.

`settle` records the fingerprint of the project, and of the views, with a transform whose tests passed. That it left
nothing to do counts until a page is queued or another batch begins: a batch that failed, was killed or came from
`make dbt` stays unsettled.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from scraper.config import REPOSITORY
from scraper.database.migrate import newest_revision

# The files that dbt reads, the lock that names its version, and what reads the seeds.
_READ = (
    "dbt_project.yml",
    "profiles.yml",
    "selectors.yml",
    "requirements.lock",
    "dbt_project/**/*",
    "scraper/seeds/*.py",
)

_VIEWS = """
select
    md5(coalesce(string_agg(concat_ws(' ', schemaname, viewname, definition), ';' order by schemaname, viewname), ''))
from pg_views
where schemaname in ('staging', 'intermediate', 'analytics')
"""
_LATEST_IS_CURRENT = """
select started_at
from (select * from intermediate.transforms order by ended_at desc limit 1) as latest
where
    project = %s
    and views = %s
"""
_NOTHING_IS_BEGUN_OR_QUEUED = """
    and not exists (select from raw.transform_queue)
    and not exists (select from intermediate.transform_batch)
"""


def fingerprint(repository: Path = REPOSITORY) -> str:
    """A hash of everything but the pages that the result depends on: the project's files and the schema's revision."""
    digest = hashlib.sha256(newest_revision().encode())
    for path in _files(repository):
        for part in (str(path.relative_to(repository)).encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def views_fingerprint(connection: psycopg.Connection) -> str:
    """A hash of the definitions of all views as they are in the database."""
    (digest,) = connection.execute(_VIEWS).fetchone() or ("",)
    return str(digest)


def nothing_new_since(connection: psycopg.Connection, project: str) -> datetime | None:
    """When the last transform began, if it left nothing to do; None when there is or may be something."""
    question = _LATEST_IS_CURRENT + _NOTHING_IS_BEGUN_OR_QUEUED
    row = connection.execute(question, [project, views_fingerprint(connection)]).fetchone()
    return row[0] if row else None


def has_current_views(connection: psycopg.Connection, project: str) -> bool:
    """Whether all views are as the last transform left them, if it read this project and passed its tests."""
    return connection.execute(_LATEST_IS_CURRENT, [project, views_fingerprint(connection)]).fetchone() is not None


def _files(repository: Path) -> Iterator[Path]:
    for pattern in _READ:
        # dbt does not read hidden files, such as those of editors.
        yield from sorted(path for path in repository.glob(pattern) if path.is_file() and path.name[0] != ".")
