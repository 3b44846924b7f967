"""docs/operations.md quotes the messages of the code: each quote occurs in a text of the source."""

import ast
import re
from collections.abc import Iterator

import pytest

from scraper.config import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
TABLES = re.findall(r"^\| (`.*?`.*?) \|", PAGE.partition("## Errors and remedies")[2], flags=re.MULTILINE)
# Not messages of ours: a command, a name of dbt's, an output's first word.
OTHERS = {"make verify", "warning"}
QUOTES = sorted({quote for cell in TABLES for quote in re.findall(r"`([^`]+)`", cell)} - OTHERS)
PLACEHOLDER = "…"


def texts() -> Iterator[str]:
    """Every string of the source, with a placeholder for each value in it."""
    for folder in ("scraper", "migrations"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else PLACEHOLDER for part in node.values
                    )
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield re.sub(r"%[a-z]|\{\}", PLACEHOLDER, node.value)


@pytest.fixture(scope="module")
def source_texts() -> list[str]:
    return list(texts())


def test_the_page_quotes_messages() -> None:
    assert len(QUOTES) > 30


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quoted_message_exists(source_texts: list[str], quote: str) -> None:
    pattern = re.compile(".*".join(re.escape(part.strip()) for part in quote.split(PLACEHOLDER)), flags=re.DOTALL)
    assert any(pattern.search(text) for text in source_texts)
