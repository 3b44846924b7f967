"""Whether a transform would change anything: decided by one query, without importing dbt.

`settle` records the fingerprint of the project with a transform whose tests passed. It counts until a page is queued or
another batch begins: a batch that failed, was killed or came from `make dbt` stays unsettled.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from scraper.config import REPOSITORY
from scraper.database.migrate import newest_revision

# The files that dbt reads, and the lock that names its version.
_READ = ("dbt_project.yml", "profiles.yml", "selectors.yml", "requirements.lock", "dbt_project/**/*")

_NOTHING_NEW_SINCE = """
select started_at
from (select * from intermediate.transforms order by ended_at desc limit 1) as latest
where
    outcome = 'finished'
    and project = %s
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


def nothing_new_since(connection: psycopg.Connection, project: str) -> datetime | None:
    """When the last transform began, if it left nothing to do; None when there is or may be something."""
    row = connection.execute(_NOTHING_NEW_SINCE, [project]).fetchone()
    return row[0] if row else None


def _files(repository: Path) -> Iterator[Path]:
    for pattern in _READ:
        # dbt does not read hidden files, such as those of editors.
        yield from sorted(path for path in repository.glob(pattern) if path.is_file() and path.name[0] != ".")
