"""What README and docs tell to type exists: make's targets, settings, SQL and the pages that they point to."""

import re
from dataclasses import fields
from pathlib import Path

import psycopg
import pytest

from bench.settings import Settings as BenchSettings
from scraper.config import REPOSITORY, Config
from scraper.database.connection import Database

PAGES = [REPOSITORY / "README.md", REPOSITORY / "SECURITY.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
# Of make itself: its flags, and what it takes beside our settings.
MAKE_S_OWN = {"ARGS", "PYTHON", "TEST_POSTGRES_BIN", "SOAK"}
MAKE_BENCH_S_OWN = {f"BENCH_{field.name.upper()}" for field in fields(BenchSettings)}
SETTINGS = {str(field.validation_alias) for field in Config.model_fields.values()} | MAKE_S_OWN | MAKE_BENCH_S_OWN
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
COMMAND = re.compile(r"(?:[`/]|^|&& )make\b([^`&|#\n]*)", re.MULTILINE)

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def commands_of(page: Path) -> list[str]:
    """What follows `make` wherever a page writes it as something to type."""
    code = (
        span if span.startswith("```") else " ".join(span.split()) for span in CODE.findall(page.read_text("utf-8"))
    )
    return [command for span in code for command in COMMAND.findall(span)]


def words_of(command: str) -> list[str]:
    """What follows `make`, without flags and without the text of a quoted value."""
    return [word for word in re.sub(r'"[^"]*"', "", command).split() if not word.startswith("-")]


@by_page
def test_make_targets_and_settings_exist(page: Path) -> None:
    words = [word for command in commands_of(page) for word in words_of(command)]
    assert {word for word in words if "=" not in word} - TARGETS == set()
    assert {word.partition("=")[0] for word in words if "=" in word} - SETTINGS == set()


def test_commands_are_found_in_the_pages() -> None:
    found = [command for page in PAGES for command in commands_of(page)]
    assert {word for command in found for word in words_of(command)} >= {
        "crawl",
        "transform",
        "verify",
        "DATE=2025-10-25",
    }


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_query_of_the_readme_runs(database: Database) -> None:
    queries = re.findall(r"```sql\n(.*?)```", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert queries
    with psycopg.connect(database.conninfo) as connection:
        for query in queries:
            connection.execute(query.encode())


def test_the_logins_of_the_security_page_can_be_made(database: Database) -> None:
    text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    (statements,) = re.findall(r"```sql\n( *create role.*?)```", text, re.DOTALL)
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(statements.encode())
        connection.rollback()  # roles belong to the whole server
