"""Two crawls, two transforms and a migration, started at once on an empty database: no deadlock, no duplicates."""

import re
from pathlib import Path

import pytest

from scraper.database.connection import Database
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.soak_table import Tally, trials
from tests.support.waiting import LONGEST_SECONDS
from tests.support.whole_season import differences_from_season

LOCK_HELD = 4
# A holder may end between the refusal and the query for its name.
NAMED_HOLDER = re.compile(r"\(pid \d+ on .*, since 20|has just ended")


@pytest.mark.parametrize("round_number", range(trials(quick=1, full=50)))
def test_each_command_works_or_exits_with_the_name_of_the_lock_holder(
    empty_database: Database, dbt_artifacts: Path, tmp_path: Path, tally: Tally, round_number: int
) -> None:
    tally.promise = "crawls, transforms and a migration at once: no deadlock, no duplicates"
    season = Season.generate(seed=round_number + 1, tracks=1, days=2)
    dates = [day.date for day in season.days()]
    # Artifacts of their own: dbt does not expect two processes to write the same files.
    commands, others = Commands(empty_database, dbt_artifacts), Commands(empty_database, tmp_path)
    with SampleSite(season) as site:
        settings = {
            "LIVERC_BASE_URL": site.base_url,
            "TRACK": season.tracks[0].slug,
            "FROM": str(dates[0]),
            "TO": str(dates[-1]),
        }
        starters = [
            commands.start("crawl", **settings),
            commands.start("crawl", **settings),
            commands.start("transform"),
            others.start("transform", FULL="1"),
            commands.start("migrate"),
        ]
        for starter in starters:
            out, err = starter.communicate(timeout=LONGEST_SECONDS)
            assert starter.returncode in (0, LOCK_HELD), f"{starter.args!r}\n{out}\n{err}"
            assert "deadlock" not in out + err
            if starter.returncode == LOCK_HELD:
                assert NAMED_HOLDER.search(err.splitlines()[-1]), err
        commands.succeed("crawl", **settings)
        commands.succeed("transform")
        wrong = differences_from_season(empty_database, site)
    tally.trials, tally.faults, tally.losses = 1, len(starters), len(wrong)
    assert wrong == []
