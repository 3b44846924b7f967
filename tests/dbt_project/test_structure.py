"""Rules for models: references look downstream, few layers read sources, exports hold every final model."""

import re
from pathlib import Path
from typing import Any

import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from tests.support.commands_runner import Commands

# Folders of dbt_project/models, from upstream to downstream.
PREVIOUS = ("intermediate", "previous")
LAYERS = (("staging",), PREVIOUS, ("intermediate",), ("racing",), ("analytics",))
Models = dict[str, dict[str, Any]]

pytestmark = pytest.mark.every_model


@pytest.fixture(scope="module")
def manifest(shared_database: Database, dbt_artifacts: Path) -> dict[str, Any]:
    """The project as dbt reads it."""
    return Commands(shared_database, dbt_artifacts).manifest()


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> Models:
    """The models by their unique ids."""
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def layer(model: dict[str, Any]) -> int:
    """The place of the model's folder; the longest name that fits."""
    folder = tuple(model["fqn"][1:-1])
    fitting = [known for known in LAYERS if folder[: len(known)] == known]
    return LAYERS.index(max(fitting, key=len))


def test_every_layer_has_models(models: Models) -> None:
    assert {layer(model) for model in models.values()} == set(range(len(LAYERS)))


def test_layers_only_look_down(models: Models) -> None:
    looking_up = [
        (model["name"], models[parent]["name"])
        for model in models.values()
        for parent in model["depends_on"]["nodes"]
        if parent in models and layer(models[parent]) > layer(model)
    ]
    assert looking_up == []


def test_only_staging_and_previous_read_sources(models: Models) -> None:
    readers = {
        layer(model)
        for model in models.values()
        if any(parent.startswith("source.") for parent in model["depends_on"]["nodes"])
    }
    assert readers == {LAYERS.index(("staging",)), LAYERS.index(PREVIOUS)}


def test_dbt_can_neither_drop_nor_widen_what_migrations_own(models: Models) -> None:
    configs = [model["config"] for model in models.values() if model["schema"] == "racing"]
    assert configs
    assert {(each["full_refresh"], each["on_schema_change"], each["contract"]["enforced"]) for each in configs} == {
        (False, "fail", True)
    }


def test_every_public_model_has_a_contract(models: Models) -> None:
    public = [model for model in models.values() if model["schema"] in ("racing", "analytics")]
    assert public
    assert [model["name"] for model in public if not model["config"]["contract"]["enforced"]] == []


def test_no_model_asks_the_database_for_text_to_build_sql_of() -> None:
    asking = re.compile(r"run_query|statement\(|load_result|get_column_values|dbt_utils|pivot")
    files = [*(REPOSITORY / "dbt_project" / "models").rglob("*.sql"), *(REPOSITORY / "dbt_project").glob("tests/*.sql")]
    assert len(files) > 50
    assert [file.name for file in files if asking.search(file.read_text(encoding="utf-8"))] == []


def test_the_exports_name_every_final_model(manifest: dict[str, Any], models: Models) -> None:
    [exports] = [each for each in manifest["exposures"].values() if each["name"] == "exports"]
    final = {name for name, model in models.items() if model["schema"] in ("racing", "analytics")}
    assert set(exports["depends_on"]["nodes"]) == final


def test_every_exposure_reads_final_models_alone(manifest: dict[str, Any], models: Models) -> None:
    for exposure in manifest["exposures"].values():
        assert exposure["description"]
        assert exposure["owner"]["name"]
        schemas = {models[name]["schema"] for name in exposure["depends_on"]["nodes"]}
        assert schemas <= {"racing", "analytics"}, exposure["name"]
