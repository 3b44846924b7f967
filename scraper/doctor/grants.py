"""What the crawl and the transform need from the database, and no more: what migrations grant, as a list to check."""

from collections.abc import Iterator
from dataclasses import dataclass

from scraper.database.tables import metadata

CRAWLER = "practice_crawler"
TRANSFORMER = "practice_transformer"
READER = "practice_reader"
ROLES = (CRAWLER, TRANSFORMER, READER)

_PAGE_TABLES = ("raw.practice_months", "raw.practice_lists", "raw.practice_sessions")


@dataclass(frozen=True)
class Grant:
    """One privilege of one role; `column` where the privilege is for that column alone."""

    role: str
    privilege: str
    kind: str
    name: str
    column: str | None = None

    def statement(self, to: str) -> str:
        """The SQL that gives it."""
        column = f" ({self.column})" if self.column else ""
        return f"grant {self.privilege}{column} on {self.kind} {self.name} to {to}"


def required_grants() -> Iterator[Grant]:
    """Everything that the three roles need."""
    raw, racing = (
        sorted(table.fullname for table in metadata.tables.values() if table.schema == schema)
        for schema in ("raw", "racing")
    )
    for role in ROLES:
        yield Grant(role, "select", "table", "public.alembic_version")
    yield Grant(CRAWLER, "usage", "schema", "raw")
    for table in _PAGE_TABLES:
        yield from _on(CRAWLER, table, "select", "insert")
        yield Grant(CRAWLER, "update", "table", table, "last_seen_at")
    for table in ("raw.crawls", "raw.failed_pages"):
        yield from _on(CRAWLER, table, "select", "insert", "update")
    for schema in ("raw", "racing", "staging", "intermediate", "analytics"):
        yield Grant(TRANSFORMER, "usage", "schema", schema)
    for schema in ("staging", "intermediate", "analytics"):
        yield Grant(TRANSFORMER, "create", "schema", schema)
    for table in raw:
        yield from _on(TRANSFORMER, table, "select")
    yield from _on(TRANSFORMER, "raw.work_list", "insert", "delete")
    yield from _on(TRANSFORMER, "intermediate.transforms", "select", "insert")
    yield Grant(TRANSFORMER, "update", "table", "intermediate.transforms", "project")
    for table in racing:
        yield from _on(TRANSFORMER, table, "select", "insert", "update", "delete")
    for schema in ("racing", "analytics"):
        yield Grant(READER, "usage", "schema", schema)
    for table in racing:
        yield from _on(READER, table, "select")


def _on(role: str, table: str, *privileges: str) -> Iterator[Grant]:
    for privilege in privileges:
        yield Grant(role, privilege, "table", table)
