"""A transform takes the seeds as they are: a bad row is a warning, and every track is derived."""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from scraper.seeds.columns import SEEDS
from tests.dbt_project.raw_pages import DayList, SessionPage, listed, store
from tests.support.commands_runner import Commands

BAD = {
    "track_time_zones": "track_slug,time_zone\nhill,Europe/Wien\nmoor,Europe/Vienna\nbend,CEST\nmoor,Asia/Tokyo\n",
    "class_aliases": 'page_class_name,class_name\n2021,Stock\n"1/10 Open,Open\n1/10 Open,Open\n1/10 open,Shut\n',
    "person_overrides": "track_slug,transponder_number,driver_name,person,reason\n"
    "moor,,,Ana,no condition\n,,Null,Nell,her name\n",
    "lap_exclusions": "track_slug,session_id,lap_number,reason\nmoor,2,0,no lap\nmoor,2,1,cut\n",
    "left_out_flags": "flag,reason\nsuspected,a guess\n",
    "shared_labels": "label\n?!\nRental\n",
}


@pytest.mark.parametrize("seed", [seed.name for seed in SEEDS])
def test_each_seed_has_a_bad_file(seed: str) -> None:
    assert seed in BAD


def test_bad_rows_are_warnings_and_every_track_is_derived(commands: Commands, tmp_path: Path) -> None:
    for name, text in BAD.items():
        (tmp_path / f"{name}.csv").write_text(text)
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        for number, track in enumerate(("hill", "moor", "bend"), start=1):
            day = date(2025, 12, 6)
            row = listed(number, "Null", started_at=f"{day} 14:00:00")
            store(connection, track, DayList([row], day))
            store(connection, track, SessionPage(number, "Null", fields={"date": "December 6, 2025 (Saturday)"}))
        other_folder = (
            "import pathlib, scraper.seeds.files as files\n"
            f"files.load_seeds.__defaults__ = files.check_seeds.__defaults__ = (pathlib.Path({str(tmp_path)!r}),)"
        )
        for _ in range(2):  # the second run finds nothing new, and warns all the same
            done = commands.run("transform", before=other_folder)
            assert done.returncode == 0, done.stdout + done.stderr
            left_out = [
                line.partition(": ")[0].rpartition("/")[2] for line in done.stdout.splitlines() if "left out" in line
            ]
            assert left_out == [
                "track_time_zones.csv, line 2",
                "track_time_zones.csv, line 4",
                "track_time_zones.csv, line 5",
                "class_aliases.csv, line 3",
                "class_aliases.csv, line 5",
                "person_overrides.csv, line 2",
                "lap_exclusions.csv, line 2",
                "left_out_flags.csv, line 2",
                "shared_labels.csv, line 2",
            ]
        zones = connection.execute("select source_track_slug, time_zone from racing.tracks order by 1").fetchall()
        assert zones == [("bend", None), ("hill", None), ("moor", "Europe/Vienna")]
        classes = connection.execute("select distinct class_name from analytics.sessions").fetchall()
        assert classes == [("Open",)]
        people = connection.execute("select distinct person_name, count(*) over () from analytics.people").fetchall()
        assert people == [("Null", 1)]
        for command in ("status", "doctor"):
            said = commands.run(command, before=other_folder).stdout
            assert said.count("the row is left out") == 9, said
        (tmp_path / "track_time_zones.csv").write_text("track\nmoor\n")
        wrong = (
            "track_time_zones.csv, line 1: the column names are track: write track_slug,time_zone there; the last good"
        )
        for command, status in (("transform", 0), ("status", 1), ("doctor", 1)):
            done = commands.run(command, before=other_folder)
            assert (done.returncode, wrong in done.stdout) == (status, True), done.stdout
        assert (
            connection.execute("select source_track_slug, time_zone from racing.tracks order by 1").fetchall() == zones
        )
