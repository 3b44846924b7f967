"""The rights of the four roles, as a list to compare with the database. Migrations grant exactly these."""

from collections.abc import Iterator
from dataclasses import dataclass

from scraper.database.roles import Role
from scraper.database.tables import metadata

_BATCH_TABLES = sorted(
    table.fullname
    for table in metadata.tables.values()
    if table.schema == "intermediate" and table.name != "transforms"
)
_QUEUE_TABLES = tuple(f"jobs.procrastinate_{name}" for name in ("jobs", "events", "periodic_defers", "workers"))
_METRICS = ("jobs.crawl_totals", "jobs.failed_page_totals", "jobs.transform_totals", "jobs.transform_backlog")
_PAGE_TABLES = ("raw.practice_months", "raw.practice_lists", "raw.practice_sessions")


@dataclass(frozen=True)
class Grant:
    """One privilege of one role; `column` is set where the privilege is for that column alone.

    A member of another role has all rights of it.
    """

    role: str
    privilege: str
    kind: str
    name: str
    column: str | None = None

    def statement(self, to: str) -> str:
        """Return the SQL that grants it."""
        if self.kind == "role":
            return f"grant {self.name} to {to}"
        column = f" ({self.column})" if self.column else ""
        return f"grant {self.privilege}{column} on {self.kind} {self.name} to {to}"


def required_grants() -> Iterator[Grant]:
    """List every right that the four roles need."""
    raw = sorted(table.fullname for table in metadata.tables.values() if table.schema == "raw")
    derived = sorted(table.fullname for table in metadata.tables.values() if table.schema in ("racing", "analytics"))
    for role in (Role.CRAWLER, Role.TRANSFORMER, Role.READER):
        yield Grant(role, "select", "table", "public.alembic_version")
    yield Grant(Role.CRAWLER, "usage", "schema", "raw")
    for table in _PAGE_TABLES:
        yield from _on(Role.CRAWLER, table, "select", "insert")
        yield Grant(Role.CRAWLER, "update", "table", table, "last_seen_at")
    yield from _on(Role.CRAWLER, "raw.tracks", "select", "insert")
    for table in ("raw.crawls", "raw.failed_pages"):
        yield from _on(Role.CRAWLER, table, "select", "insert", "update")
    for schema in ("raw", "racing", "staging", "intermediate", "analytics"):
        yield Grant(Role.TRANSFORMER, "usage", "schema", schema)
    for schema in ("staging", "intermediate", "analytics"):
        yield Grant(Role.TRANSFORMER, "create", "schema", schema)
    for table in raw:
        yield from _on(Role.TRANSFORMER, table, "select")
    yield from _on(Role.TRANSFORMER, "raw.transform_queue", "insert", "delete")
    yield from _on(Role.TRANSFORMER, "intermediate.transforms", "select", "insert")
    for table in _BATCH_TABLES:
        yield from _on(Role.TRANSFORMER, table, "select", "insert", "truncate")
    for table in derived:
        yield from _on(Role.TRANSFORMER, table, "select", "insert", "update", "delete")
    for schema in ("racing", "analytics"):
        yield Grant(Role.READER, "usage", "schema", schema)
    for table in derived:
        yield from _on(Role.READER, table, "select")
    yield from _of_the_service()


def _of_the_service() -> Iterator[Grant]:
    yield Grant(Role.SERVICE, "member", "role", Role.READER)
    yield Grant(Role.SERVICE, "usage", "schema", "jobs")
    for table in ("jobs.jobs", *_QUEUE_TABLES):
        yield from _on(Role.SERVICE, table, "select", "insert", "update", "delete")
    for relation in ("jobs.tokens", *_METRICS):
        yield from _on(Role.SERVICE, relation, "select")


def _on(role: Role, table: str, *privileges: str) -> Iterator[Grant]:
    for privilege in privileges:
        yield Grant(role, privilege, "table", table)
