"""The schema diagram is the one that the tables' metadata gives."""

import pytest
from sqlalchemy import Table

from scraper.database.schema_diagram import SCHEMA_PAGE, schema_page
from scraper.database.tables import metadata

DRAWN = [table for table in metadata.sorted_tables if table.schema in ("raw", "racing")]


def test_the_page_is_what_make_docs_writes() -> None:
    assert SCHEMA_PAGE.read_text(encoding="utf-8") == schema_page(), "run make docs, and commit docs/schema.md"


@pytest.mark.parametrize("table", DRAWN, ids=lambda table: table.fullname)
def test_every_table_is_drawn_with_its_columns_and_references(table: Table) -> None:
    page = schema_page().partition(f"## Schema `{table.schema}`")[2]
    entity = page.partition(f"\n    {table.name} {{\n")[2].partition("\n    }")[0].splitlines()
    assert [line.split()[1] for line in entity] == [column.name for column in table.columns]
    for key in table.foreign_keys:
        assert f'{key.column.table.name} ||--o{{ {table.name} : "{key.parent.name}"' in page
