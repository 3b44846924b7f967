"""The alerts of Prometheus ask for metrics that exist, and the operations page has a remedy for each."""

import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
import yaml  # type: ignore[import-untyped] # ships no types
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from scraper.config import REPOSITORY
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.requests import Kind, PlainRequest
from tests.service.web.conftest import API, app_of
from tests.service.web.conftest import serving as serving_app
from tests.support.commands_runner import Commands

RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load((REPOSITORY / "deploy" / "prometheus-rules.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
}
PAGE = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
ALERTS = PAGE.partition("\n## Alerts\n")[2].partition("\n## ")[0]
DEFINITIONS = "select string_agg(pg_get_constraintdef(oid), ' ') from pg_constraint where contype = 'c'"
FAILED_PAGE = """
insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id)
select 'hill', 'session', '1', '', 'http', '', min(crawl_id) from raw.crawls
"""


@pytest.fixture(scope="module")
def metrics(derived_season: Commands) -> list[Metric]:
    """All metrics of a service that has something to say of each."""
    database = derived_season.database
    with connect(database, "test") as connection:
        store.enqueue(connection, PlainRequest(Kind.VERIFY))
    with database.connect(autocommit=True) as connection:
        connection.execute(FAILED_PAGE)
    with serving_app(app_of(database)) as client:
        client.get(f"{API}/tracks")
        return list(text_string_to_metric_families(client.get("/metrics").text))


def selectors(expression: Any) -> Iterator[promql_parser.VectorSelector]:
    """Yield all selectors of a parsed expression."""
    nodes: list[Any] = []
    promql_parser.walk(expression, nodes.append)
    for node in nodes:
        if isinstance(node, promql_parser.MatrixSelector):
            yield node.vector_selector
        elif isinstance(node, promql_parser.VectorSelector):
            yield node


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_asks_for_metrics_labels_and_values_that_exist(
    alert: str, metrics: list[Metric], derived_season: Commands
) -> None:
    labels = {"up": {"job"}} | {metric.name: set[str]() for metric in metrics}
    for metric in metrics:
        for sample in metric.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    with derived_season.database.connect() as connection:
        (definitions,) = connection.execute(DEFINITIONS).fetchone() or ("",)
    rule = RULES[alert]
    asked = list(selectors(promql_parser.parse(rule["expr"])))
    assert asked
    for selector in asked:
        assert selector.name in labels
        for matcher in selector.matchers.matchers:
            assert matcher.name in labels[selector.name]
            if matcher.name in ("state", "outcome"):
                assert all(f"'{value}'" in definitions for value in matcher.value.split("|"))
    named = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    assert set(named) <= {label for selector in asked for label in labels[str(selector.name)]}


def test_only_known_fields_are_in_a_rule() -> None:
    for rule in RULES.values():
        assert set(rule) <= {"alert", "expr", "for", "annotations"}
        assert set(rule["annotations"]) == {"summary"}
        if "for" in rule:
            promql_parser.parse_duration(rule["for"])


def test_the_page_has_a_remedy_for_each_alert() -> None:
    assert re.findall(r"^\| `(Practice\w+)` \| .+ \|$", ALERTS, flags=re.MULTILINE) == list(RULES)


def test_the_page_says_of_each_metric_whether_it_wakes_somebody(metrics: list[Metric]) -> None:
    asked = {str(selector.name) for rule in RULES.values() for selector in selectors(promql_parser.parse(rule["expr"]))}
    silent = set(re.findall(r"`(practice_\w+)`", ALERTS))
    waking = {
        metric.name for metric in metrics if {metric.name, f"{metric.name}_total", f"{metric.name}_bucket"} & asked
    }
    others = {metric.name for metric in metrics if not metric.name.endswith("_created")} - waking
    assert silent == others
