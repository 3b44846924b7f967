"""Rules of the dbt project: layers look one way, who reads which source, and exposures name what they read."""

import re
from pathlib import Path
from typing import Any

import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.seeds.columns import SEEDS
from tests.support.commands_runner import Commands

# The folders of dbt_project/models. A model reads its own layer and those before it.
LAYERS = ("staging", "intermediate", "racing", "analytics")
# The only readers of each source, by the beginning of their names.
READERS = {
    "liverc": "stg_liverc__",
    "seeds": tuple(seed.name for seed in SEEDS),
    "queue": "int_practice__queued_sessions",
    "transform": "int_practice__",
    "previous_racing": "int_previous__",
    "previous_people": "int_previous__",
}
Models = dict[str, dict[str, Any]]

pytestmark = pytest.mark.every_model


@pytest.fixture(scope="module")
def manifest(shared_database: Database, dbt_artifacts: Path) -> dict[str, Any]:
    """The project as dbt parses it."""
    return Commands(shared_database, dbt_artifacts).manifest()


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> Models:
    """The models by their unique ids."""
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def test_layers_look_one_way(models: Models) -> None:
    places = {name: LAYERS.index(model["fqn"][1]) for name, model in models.items()}
    assert set(places.values()) == set(range(len(LAYERS)))
    wrong = [
        (model["name"], models[parent]["name"])
        for name, model in models.items()
        for parent in model["depends_on"]["nodes"]
        if parent in models and places[parent] > places[name]
    ]
    assert wrong == []


def test_each_source_has_its_readers(manifest: dict[str, Any], models: Models) -> None:
    readers = [
        (manifest["sources"][parent]["source_name"], model["name"])
        for model in models.values()
        for parent in model["depends_on"]["nodes"]
        if parent in manifest["sources"]
    ]
    assert {source for source, _ in readers} == READERS.keys()
    assert [(source, name) for source, name in readers if not name.startswith(READERS[source])] == []


def test_one_model_reads_the_days_of_the_batch(models: Models) -> None:
    days = "source.practice.transform.transform_batch_days"
    assert [each["name"] for each in models.values() if days in each["depends_on"]["nodes"]] == ["int_practice__days"]


def test_dbt_can_neither_drop_nor_alter_the_tables_of_migrations(models: Models) -> None:
    configs = [model["config"] for model in models.values() if model["schema"] == "racing"]
    assert configs
    assert {(each["full_refresh"], each["on_schema_change"], each["contract"]["enforced"]) for each in configs} == {
        (False, "fail", True)
    }


def test_every_public_model_has_a_contract(models: Models) -> None:
    public = [model for model in models.values() if model["schema"] in ("racing", "analytics")]
    assert public
    assert [model["name"] for model in public if not model["config"]["contract"]["enforced"]] == []


def test_no_model_builds_sql_from_values_of_the_database() -> None:
    queries = re.compile(r"run_query|statement\(|load_result|get_column_values|dbt_utils|pivot")
    files = [*(REPOSITORY / "dbt_project" / "models").rglob("*.sql"), *(REPOSITORY / "dbt_project").glob("tests/*.sql")]
    assert len(files) > 50
    assert [file.name for file in files if queries.search(file.read_text(encoding="utf-8"))] == []


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
