"""List the models of `racing` and `analytics` with what one row is, or the columns of some with their meaning."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from scraper.config import Config
from scraper.console import plain_console, plain_table
from scraper.errors import UsageError
from scraper.transform.model_docs import ModelDoc, model_docs


def run(config: Config) -> int:
    """Print the models, or the columns of those of MODEL. Needs no database. Raises UsageError for an unknown model."""
    console = plain_console()
    models = model_docs()
    if not config.models:
        table = plain_table("model", "one row per", wrapped="one row per")
        for model in models:
            table.add_row(f"{model.schema}.{model.name}", model.grain)
        console.print(table)
        console.print("\nThe columns of one: make columns MODEL=sessions")
    for model in _named(models, config.models.replace(",", " ").split()):
        table = plain_table("column", "type", "meaning", wrapped="meaning")
        for column in model.columns:
            table.add_row(column.name, column.data_type, column.description)
        console.print(f"{model.schema}.{model.name}: {model.description}\n")
        console.print(table)
        console.print()
    return 0


def _named(models: Sequence[ModelDoc], names: Sequence[str]) -> Iterator[ModelDoc]:
    known = {name: model for model in models for name in (model.name, f"{model.schema}.{model.name}")}
    for name in names:
        if name not in known:
            similar = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(similar)}? " if similar else ""
            raise UsageError(f"there is no model {name}: {hint}make columns lists all models")
    yield from (known[name] for name in names)
