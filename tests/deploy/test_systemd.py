"""The units of systemd start programs that work and end as systemd wants it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from tests.deploy.conftest import Start, check_worker, serving
from tests.deploy.known_settings import KNOWN
from tests.service.conftest import HeldResponses
from tests.support.commands_runner import Commands
from tests.support.crawling import DAY, SESSIONS, TRACK, Crawler
from tests.support.faults import Fault
from tests.support.running_command import RunningCommand, start_program
from tests.support.waiting import wait_for

UNITS = REPOSITORY / "deploy" / "systemd"
CLONE, PYTHON = "/srv/practice", "/srv/practice/.venv/bin/python"
MOST_EXPOSED = 20  # tenths, of ten; a unit without any setting has 9.6

without_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")


def lines_of(unit: str) -> list[tuple[str, str]]:
    """Names and values of a service, with those of the file that all services share."""
    texts = [(UNITS / name).read_text("utf-8") for name in (unit, "practice-.service.d/hardening.conf")]
    return re.findall(r"^(\w+)=(.*)$", "\n".join(texts), flags=re.MULTILINE)


def values_of(unit: str, name: str) -> list[str]:
    return [value for key, value in lines_of(unit) if key == name]


def environment_of(unit: str, states: Path) -> dict[str, str]:
    """What the unit sets, in a folder of states."""
    words = [word for value in values_of(unit, "Environment") for word in value.split()]
    return dict(word.replace("%S", str(states)).split("=", 1) for word in words)


def start(unit: str, states: Path, *words: str, **settings: str) -> Start:
    """How to start the program of a unit, with the Python and the folder of the tests."""
    (command,) = values_of(unit, "ExecStart")
    program = shlex.split(command.replace(PYTHON, sys.executable))
    assert values_of(unit, "WorkingDirectory") == [CLONE]
    return lambda: start_program([*program, *words], {**os.environ, **environment_of(unit, states), **settings})


def test_the_web_server_serves_and_ends_cleanly(url: str, tmp_path: Path) -> None:
    with serving(start("practice-web.service", tmp_path, DATABASE_URL=url, SERVE_PORT="0")):
        pass


@pytest.fixture
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


def test_the_worker_does_a_job_and_ends_cleanly(url: str, tmp_path: Path, shared_database: Database) -> None:
    check_worker(start("practice-worker.service", tmp_path, DATABASE_URL=url), shared_database)
    assert (tmp_path / "practice" / "target").is_dir()


def start_crawl(crawler: Crawler, states: Path) -> RunningCommand:
    """Start the crawl by make, in the environment of the tests instead of one that make installs."""
    words = ("READY=", f"SCRAPER={sys.executable} -m scraper")
    settings = {
        "DATABASE_URL": crawler.commands.environment["DATABASE_URL"],
        "LIVERC_BASE_URL": crawler.site.base_url,
        "TRACKS": TRACK,
        "DATE": DAY.isoformat(),  # the season is over
        "CRAWL_DELAY": "0",
    }
    return start("practice-crawl.service", states, *words, **settings)()


def test_the_crawl_crawls_and_derives(crawler: Crawler, tmp_path: Path) -> None:
    crawler.commands.lend_parsed_project(Path(environment_of("practice-crawl.service", tmp_path)["DBT_TARGET_PATH"]))
    with start_crawl(crawler, tmp_path) as crawl:
        pass
    assert crawl.returncode == 0, crawl.communicate()
    assert crawler.rows("select outcome from raw.crawls order by crawl_id desc limit 1") == [("finished",)]
    assert crawler.rows("select count(*) from racing.races") == [(len(SESSIONS),)]


@pytest.mark.reliability
def test_a_crawl_that_is_stopped_ends_by_itself(crawler: Crawler, tmp_path: Path) -> None:
    crawler.misbehave(Fault("p=session_list", held := HeldResponses()))
    assert values_of("practice-crawl.service", "KillMode") == ["control-group"]
    with start_crawl(crawler, tmp_path) as crawl:
        wait_for(lambda: held.requested, crawl)
        for process in [psutil.Process(crawl.pid), *psutil.Process(crawl.pid).children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # it may have ended with its parent
                process.terminate()
        held.is_released = True
    wait_for(lambda: crawler.rows("select from raw.crawls where outcome = 'interrupted'"))


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_the_settings_exist_and_its_folders_are_its_own(unit: str) -> None:
    environment = environment_of(unit, Path("/var/lib"))
    assert set(environment) <= KNOWN
    (state,) = values_of(unit, "StateDirectory")
    folders = [value for value in environment.values() if "/" in value]
    assert len(folders) == 3
    assert all(folder.startswith(f"/var/lib/{state}/") for folder in folders)


def test_the_timer_starts_the_crawl() -> None:
    assert (UNITS / "practice-crawl.timer").with_suffix(".service").is_file()


@without_systemd
def test_systemd_finds_no_mistake_and_little_that_is_exposed(tmp_path: Path) -> None:
    """`systemd-analyze verify` wants the programs to be there, so it reads copies with the paths of this machine."""
    names = sorted(path.name for path in UNITS.glob("practice-*.*") if path.is_file())
    assert len(names) == 4
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in [*tmp_path.glob("*.*"), *tmp_path.glob("*/*.conf")]:
        if path.is_file():
            text = path.read_text("utf-8")
            path.write_text(text.replace(PYTHON, sys.executable).replace(CLONE, str(REPOSITORY)), "utf-8")
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"}

    def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["systemd-analyze", *arguments], env=environment, capture_output=True, text=True, check=False
        )

    verified = analyze("verify", "--man=no", *names)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    for service in (name for name in names if name.endswith(".service")):
        exposed = analyze("security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", service)
        assert exposed.returncode == 0, exposed.stdout + exposed.stderr
