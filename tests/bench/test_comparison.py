"""Both checkouts of a comparison get equal work, and their processor seconds are measured."""

import json
from pathlib import Path

import psycopg
import pytest

from bench.commands import THIS_CHECKOUT
from bench.comparison.pages import read_seconds, season_pages
from bench.comparison.server_processor import server_processor_seconds
from bench.comparison.sides import Cost, costs_line
from scraper.database.embedded import EmbeddedServer
from scraper.sample_site.season import Season

BUSY = "select count(*) from generate_series(1, 1000000)"


def test_the_processor_seconds_of_ended_server_processes_count(postgres_server: EmbeddedServer) -> None:
    before = server_processor_seconds(postgres_server)
    for _ in range(3):
        with psycopg.connect(postgres_server.conninfo("postgres")) as connection:
            connection.execute(BUSY)
    assert server_processor_seconds(postgres_server) - before >= 0.03


def test_the_line_compares_command_and_server_together() -> None:
    this = [Cost(1.0, 1.0), Cost(2.0, 2.0), Cost(9.0, 1.0)]
    other = [Cost(1.0, 3.0), Cost(2.0, 3.0), Cost(1.0, 4.0)]
    line = costs_line("crawl", {"this": this, "other": other})
    assert line.ours == "4.00 s (2.00 s command, 1.00 s server)"
    assert line.against == "other checkout: 5.00 s (1.00 s command, 3.00 s server)"
    assert line.ratio == "0.800 ×"
    assert [target.verdict for target in line.targets] == ["reached"]


@pytest.mark.parametrize(("this", "verdict"), [(1.05, "reached"), (1.155, "missed by 10%")])
def test_more_than_1_05_times_the_other_checkout_misses_the_target(this: float, verdict: str) -> None:
    line = costs_line("crawl", {"this": [Cost(this, 0.0)], "other": [Cost(1.0, 0.0)]})
    assert [target.verdict for target in line.targets] == [verdict]


def test_a_checkout_reads_each_kind_of_page_in_a_process_of_its_own(tmp_path: Path) -> None:
    pages = list(season_pages(Season.generate(tracks=1, days=1, sessions_per_day=3), sessions=2))
    assert [page["kind"] for page in pages] == ["month", "list", "session", "session"]
    file = tmp_path / "pages.jsonl"
    file.write_text("\n".join(map(json.dumps, pages)), encoding="utf-8")
    seconds = read_seconds(THIS_CHECKOUT, file)
    assert seconds.keys() == {"month", "list", "session"}
    assert all(spent > 0 for spent in seconds.values())
