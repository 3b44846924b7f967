"""The descriptions of the models, read from the files that dbt reads, without dbt and without a database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml  # type: ignore[import-untyped] # ships no types

from scraper.config import REPOSITORY

_MODELS = REPOSITORY / "dbt_project" / "models"
_SCHEMAS = ("racing", "analytics")
_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
_REFERENCE = re.compile(r"{{ *doc\('(\w+)'\) *}}")
_GRAIN = re.compile(r"One row per ([^.]*)\.")


@dataclass(frozen=True)
class ColumnDoc:
    """A column, its PostgreSQL type, and what it means."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class ModelDoc:
    """A table or view of `racing` or `analytics`."""

    schema: str
    name: str
    description: str
    columns: Sequence[ColumnDoc]

    @property
    def grain(self) -> str:
        """What one row is."""
        found = _GRAIN.search(self.description)
        return found[1] if found else ""


def model_docs() -> Sequence[ModelDoc]:
    """Return all models of `racing` and `analytics`, those that other models alone use left out."""
    blocks = {name: text for page in _MODELS.glob("*.md") for name, text in _BLOCK.findall(page.read_text("utf-8"))}
    return [
        _model(schema, model, blocks)
        for schema in _SCHEMAS
        for file in sorted((_MODELS / schema).rglob("*__models.yml"))
        for model in yaml.safe_load(file.read_text("utf-8"))["models"]
        if not model["name"].startswith("int_")
    ]


def _model(schema: str, model: dict[str, Any], blocks: dict[str, str]) -> ModelDoc:
    described = partial(_described, blocks=blocks)
    columns = [
        ColumnDoc(column["name"], column.get("data_type", ""), described(column)) for column in model.get("columns", ())
    ]
    return ModelDoc(schema, model["name"], described(model), columns)


def _described(thing: dict[str, Any], blocks: dict[str, str]) -> str:
    return " ".join(_REFERENCE.sub(lambda found: blocks[found[1]], thing.get("description", "")).split())
