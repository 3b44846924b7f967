"""`make demo`: from an empty machine to a summary, in a separate database, with any settings of real crawls."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.commands import demo
from scraper.config import REPOSITORY, load_config
from scraper.database.embedded import EmbeddedServer
from scraper.sample_site.season import Season


@pytest.fixture
def empty_machine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    home = tmp_path_factory.mktemp("demo") / "postgres"
    monkeypatch.setattr(demo, "EMBEDDED_HOME", home)
    yield
    EmbeddedServer(home).stop()


@pytest.mark.usefixtures("empty_machine")
def test_the_demo_shows_the_season_on_an_empty_machine(
    dbt_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # Settings of real crawls, which the demo must ignore.
    for name, value in {"TRACKS": "bend", "DATE": "", "LIST_ONLY": "1", "DATABASE_URL": "postgresql://a@b/c"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DBT_TARGET_PATH", str(dbt_artifacts / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(dbt_artifacts / "logs"))
    page = tmp_path / "day.html"
    monkeypatch.setenv("OUT", str(page))
    assert demo.run(load_config()) == 0
    printed = capfd.readouterr()
    season = Season.generate()
    sessions = list(season.sessions())
    laps = sum(len(session.laps) for session in sessions)
    assert f"{len(sessions)} sessions on {len(list(season.days()))} days at 3 tracks, {laps} laps" in printed.out
    assert "$ make crawl TRACK='wattlegrove Iron-Range saltbushflat' FROM=2025-08-23 TO=2025-10-26" in printed.out
    assert re.search(r"^1/10 Open +\d\d\.\d{3}  \w+", printed.out, flags=re.MULTILINE)
    assert f"$ make report TRACK=wattlegrove DATE=2025-10-25\nReport: {page}\n" in printed.out
    assert "Wattle Grove Off Road R/C" in page.read_text(encoding="utf-8")
    assert "Traceback" not in printed.out + printed.err
    # The suggested command works.
    (url,) = re.findall(r"make db-shell DATABASE_URL='(\S+)'", printed.out)
    monkeypatch.setenv("DATABASE_URL", url)
    counted = subprocess.run(
        [sys.executable, "-m", "scraper", "db-shell"],
        cwd=REPOSITORY,
        input="select count(*) from racing.laps;",
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(laps) in counted.stdout
