"""The three locks agree, name hashes and no addresses, and hold what each kind of command imports."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from scraper.config import REPOSITORY

RUNTIME, DEVELOPMENT, BENCHMARK = "requirements.lock", "requirements-dev.lock", "requirements-bench.lock"
COMPETITORS = {"beautifulsoup4", "dlt"}
REQUIREMENT = re.compile(r"[A-Za-z0-9_.\[\], -]+==[^\s;]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")

by_lock = pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT, BENCHMARK])


def text_of(lock: str) -> str:
    return (REPOSITORY / lock).read_text(encoding="utf-8")


def requirements_of(lock: str) -> list[str]:
    return re.split(r"\n(?=\S)", text_of(lock).strip())


def versions_of(lock: str) -> set[tuple[str, str]]:
    """Return name and version of each requirement."""
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", text_of(lock), re.MULTILINE))


def names_of(lock: str) -> set[str]:
    return {name for name, _ in versions_of(lock)}


def imports_of(folder: Path) -> Iterator[str]:
    """Yield the top-level names of all modules that the Python files of a folder import."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield str(node.module).partition(".")[0]


def distributions_of(folder: Path) -> set[str]:
    """Return the installed distributions that the Python files of a folder import."""
    by_package = packages_distributions()
    names = set(imports_of(folder)) - sys.stdlib_module_names
    return {re.sub(r"[-_.]+", "-", name).lower() for package in names for name in by_package.get(package, [])}


@by_lock
def test_every_requirement_has_one_version_and_hashes(lock: str) -> None:
    requirements = requirements_of(lock)
    assert len(requirements) > 100
    assert [requirement for requirement in requirements if not REQUIREMENT.fullmatch(requirement)] == []


@by_lock
def test_a_lock_has_no_addresses(lock: str) -> None:
    assert "://" not in text_of(lock)
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links)\b", text_of(lock), re.MULTILINE)


@pytest.mark.parametrize(("smaller", "larger"), [(RUNTIME, DEVELOPMENT), (DEVELOPMENT, BENCHMARK)])
def test_a_larger_lock_contains_the_smaller_one(smaller: str, larger: str) -> None:
    assert versions_of(smaller) < versions_of(larger)


def test_the_commands_import_runtime_dependencies_only() -> None:
    imported = distributions_of(REPOSITORY / "scraper") | distributions_of(REPOSITORY / "migrations")
    assert imported >= {"scrapy", "psycopg", "lxml"}
    assert imported - names_of(RUNTIME) == set()


def test_the_tests_need_no_competitor() -> None:
    assert names_of(DEVELOPMENT) & COMPETITORS == set()
    assert names_of(BENCHMARK) >= COMPETITORS


def test_only_wheels_with_these_hashes_are_installed() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (install,) = re.findall(r"^INSTALL := (.*)", makefile, re.MULTILINE)
    assert install.endswith("pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:")
    assert re.findall(r".*\$\(INSTALL\).*", makefile) == ["\t@$(INSTALL) -r $<"] * 2
