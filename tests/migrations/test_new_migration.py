"""`alembic revision` writes a migration with the next number, as docs/transforming.md says."""

import shutil
from pathlib import Path

import pytest
from alembic import command

from scraper.database import migrate
from scraper.database.connection import Database


def test_a_new_migration_takes_the_next_number(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, migrations)
    monkeypatch.setattr(migrate, "MIGRATIONS", migrations)
    config = migrate.alembic_config(database)
    config.set_main_option("script_location", str(migrations))
    newest = migrate.newest_revision()
    for number in (int(newest) + 1, int(newest) + 2):
        command.revision(config, message="Add a column", head=migrate.newest_revision(), splice=True)
        assert migrate.newest_revision() == f"{number:04}"
        assert (migrations / "versions" / f"{number:04}_add_a_column.py").exists()
