"""README and docs name only what exists: targets, settings, paths, relations, tests, links, migrations and SQL."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import psycopg

from bench.settings import Settings as BenchSettings
from scraper.config import REPOSITORY, Config
from scraper.database.connection import Database
from scraper.database.tables import metadata

DECISIONS = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = [
    *sorted(REPOSITORY.glob("*.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
    REPOSITORY / "docs" / "decisions" / "README.md",
    *DECISIONS,
]
MODELS = REPOSITORY / "dbt_project" / "models"
SEEDS = REPOSITORY / "dbt_project" / "seeds"
MAKE_VARIABLES = {"ARGS", "PYTHON", "TEST_POSTGRES_BIN", "SOAK"}

FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
COMMAND = re.compile(r"(?:[`/]|^|&& )make\b([^`&|#\n]*)", re.MULTILINE)
PATH = re.compile(r"(?:scraper|service|tests|dbt_project|migrations|bench|docs|deploy)/[\w*./-]*\w\b/?")
RELATION = re.compile(r"\b(?:raw|staging|intermediate|racing|analytics)\.([a-z_]+\b\*?)")
# The model that docs/analysts.md lets the reader write.
WORKED_EXAMPLE = "regulars"


def in_all_pages(find: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """What `find` finds, by page."""
    return {str(page.relative_to(REPOSITORY)): found for page in PAGES if (found := find(page))}


def prose(page: Path) -> str:
    """The page without fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def inline_code(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(page))


def make_words(page: Path) -> list[str]:
    """The targets and settings of each `make` that the page shows as code, without flags and quoted values."""
    code = (
        span if span.startswith("```") else " ".join(span.split())
        for span in CODE.findall(page.read_text(encoding="utf-8"))
    )
    commands = [command for span in code for command in COMMAND.findall(span)]
    words = [word for command in commands for word in re.sub(r'"[^"]*"', "", command).split()]
    return [word for word in words if not word.startswith("-")]


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_make_targets_and_settings_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    settings = {str(field.validation_alias) for field in Config.model_fields.values()}
    settings |= MAKE_VARIABLES | {f"BENCH_{field.name.upper()}" for field in fields(BenchSettings)}
    known = targets | {f"{setting}=" for setting in settings}

    def unknown(page: Path) -> list[str]:
        return [word for word in make_words(page) if re.sub(r"=.*", "=", word) not in known]

    assert in_all_pages(unknown) == {}


def test_the_pages_contain_commands() -> None:
    assert {word for page in PAGES for word in make_words(page)} >= {"crawl", "transform", "verify", "DATE=2025-10-25"}


def test_relative_links_lead_to_a_page_and_a_heading() -> None:
    def broken(page: Path) -> list[str]:
        links = [link for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)) if "://" not in link]
        found = []
        for link in links:
            target, _, anchor = link.partition("#")
            file = page.parent / target if target else page
            if not file.exists() or (anchor and anchor not in anchors_of(file)):
                found.append(link)
        return found

    assert in_all_pages(broken) == {}


def test_paths_exist() -> None:
    def missing(page: Path) -> list[str]:
        paths = [path for code in inline_code(page) for path in PATH.findall(code) if WORKED_EXAMPLE not in path]
        return [path for path in paths if not any(REPOSITORY.glob(path))]

    assert in_all_pages(missing) == {}


def test_relations_exist() -> None:
    relations = {table.name for table in metadata.tables.values()}
    relations |= {path.stem for path in [*MODELS.rglob("*.sql"), *SEEDS.glob("*.csv")]}

    def missing(page: Path) -> list[str]:
        names = [name for code in inline_code(page) for name in RELATION.findall(code)]
        return [name for name in names if not any(re.fullmatch(name.replace("*", ".*"), known) for known in relations)]

    assert in_all_pages(missing) == {}


def test_named_tests_exist() -> None:
    files = sorted((REPOSITORY / "tests").rglob("test_*.py"))
    known = {file.stem for file in files}
    known |= {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}

    def missing(page: Path) -> list[str]:
        return [code for code in inline_code(page) if re.fullmatch(r"test_\w+", code) and code not in known]

    assert in_all_pages(missing) == {}


def test_commands_name_no_migration_that_can_go_stale() -> None:
    """A new migration takes the next number, so no page may give it. A downgrade leads to a migration that exists."""
    revisions = {path.name[:4] for path in (REPOSITORY / "migrations" / "versions").glob("[0-9]*.py")}

    def stale(page: Path) -> list[str]:
        text = page.read_text(encoding="utf-8")
        targets = re.findall(r"alembic (?:up|down)grade (\d+)", text)
        return re.findall(r"--rev-id[ =]+\"?\d+", text) + [target for target in targets if target not in revisions]

    assert in_all_pages(stale) == {}


def test_the_index_lists_every_decision() -> None:
    index = (REPOSITORY / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.*) \| (\S+) \|$", index, re.MULTILINE)
    records = []
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        head = re.match(r"# (\d{4}): (.*)\n\nStatus: (?:accepted|superseded by \[.*\]\(.*\)), (\S+)\n", text)
        assert head, path.name
        records.append((head[1], path.name, head[2], head[3]))
        parts = re.findall(r"^\*\*(Context|Decision|Cost|Look again)\b", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Cost", "Look again"], path.name
    assert rows == records
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


def test_the_query_of_the_readme_runs(database: Database) -> None:
    queries = re.findall(r"```sql\n(.*?)```", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert queries
    with psycopg.connect(database.conninfo) as connection:
        for query in queries:
            connection.execute(query.encode())


def test_the_logins_of_the_security_page_can_be_created(database: Database) -> None:
    text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    (statements,) = re.findall(r"```sql\n( *create role.*?)```", text, re.DOTALL)
    with psycopg.connect(database.conninfo) as connection:
        connection.execute(statements.encode())
        connection.rollback()  # roles belong to the whole server
