"""The image holds all that its commands need, and these do in a bare folder what the compose file wants of them."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # ships no types

from scraper.__main__ import COMMANDS
from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.url import connection_parameters
from tests.deploy.conftest import Start, check_worker, serving
from tests.deploy.known_settings import KNOWN
from tests.support.running_command import start_program

DEPLOY = REPOSITORY / "deploy"
HOME = "/var/lib/practice"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "practice"}
_LINES = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)).splitlines()
INSTRUCTIONS = [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in _LINES if line]


def of(instruction: str) -> list[str]:
    """What the lines of an instruction say."""
    return [rest for name, rest in INSTRUCTIONS if name == instruction]


ENV = dict(word.split("=", 1) for line in of("ENV") for word in shlex.split(line))
(COMMAND,) = (json.loads(line) for line in of("CMD"))
(HEALTH,) = (json.loads(line.partition("CMD ")[2]) for line in of("HEALTHCHECK"))
TOKEN = ["python", "-m", "service", "tokens", "make", "NAME"]


def filled(value: str, given: dict[str, str]) -> str:
    """A value of the compose file, with variables as Compose puts them in."""
    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", lambda found: given.get(found[1], found[3]), value)


class Image:
    """A folder with what the image has, and nothing else of the repository."""

    def __init__(self, folder: Path, url: str) -> None:
        self.app, self.home = folder / "app", folder / "home"
        for made in (self.app, self.home):
            made.mkdir()
        for line in of("COPY"):
            *sources, target = line.split()
            for source in map(REPOSITORY.joinpath, sources):
                if source.is_dir():
                    shutil.copytree(source, self.app / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(source, self.app / target)
        self.url = url

    def environment(self, service: str = "web") -> dict[str, str]:
        """What a service is given."""
        image = {name: value.replace(HOME, str(self.home)) for name, value in ENV.items()}
        compose = {name: filled(value, {}) for name, value in OURS[service]["environment"].items()}
        return {**os.environ, **image, **compose, "DATABASE_URL": self.url, "SERVE_PORT": "0"}

    def start(self, command: list[str], service: str = "web") -> Start:
        """How to start a command."""
        return lambda: start_program(self.program(command), self.environment(service), self.app)

    def run(self, command: list[str]) -> str:
        """Run a command, which must succeed; its output."""
        done = subprocess.run(
            self.program(command), cwd=self.app, env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @staticmethod
    def program(command: list[str]) -> list[str]:
        """The command, with the Python of the tests."""
        assert command[0] == "python"
        return [sys.executable, *command[1:]]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, url: str) -> Image:
    image = Image(tmp_path_factory.mktemp("image"), url)
    assert "has the newest schema" in image.run(OURS["migrate"]["command"])
    assert len(image.run(TOKEN).strip()) > 40  # else it does not listen beyond loopback
    return image


@pytest.mark.parametrize("command", [OURS["web"]["command"], COMMAND], ids=["web", "serve"])
def test_the_web_server_is_healthy_and_ends_cleanly(image: Image, command: list[str]) -> None:
    with serving(image.start(command)) as url:
        image.run([part.replace("8000", url.rpartition(":")[2]) for part in HEALTH])


def test_the_health_check_fails_without_a_web_server(image: Image) -> None:
    with pytest.raises(AssertionError, match="Connection refused"):
        image.run([part.replace("8000", "1") for part in HEALTH])


def test_the_worker_does_a_job_and_ends_cleanly(image: Image, shared_database: Database) -> None:
    before = {*image.app.rglob("*")}
    check_worker(image.start(OURS["worker"]["command"], "worker"), shared_database)
    written = {*image.app.rglob("*")} - before
    assert {path for path in written if "__pycache__" not in path.parts} == set()  # the container cannot
    assert {path.name for path in image.home.iterdir()} >= {"target", "logs"}


def test_the_settings_exist() -> None:
    assert set(ENV) <= KNOWN
    for service in OURS.values():
        assert set(service["environment"]) <= KNOWN


def test_the_database_is_the_one_of_the_compose_file() -> None:
    services, password = COMPOSE["services"], "0f"
    assert "0f" not in COMPOSE_TEXT
    made = {
        name: filled(value, {"POSTGRES_PASSWORD": password})
        for name, value in services["database"]["environment"].items()
    }
    for service in OURS.values():
        found = connection_parameters(filled(service["environment"]["DATABASE_URL"], {"POSTGRES_PASSWORD": password}))
        assert found["host"] in services
        assert [found[name] for name in ("user", "dbname", "password")] == list(made.values())


def test_commands_that_the_files_tell_to_use_exist() -> None:
    told = re.findall(r"^#.* (python -m .*?)(?:   .*)?$", DOCKERFILE + COMPOSE_TEXT, flags=re.MULTILINE)
    assert shlex.join(TOKEN) in told
    assert {command.split()[3] for command in told if "scraper" in command} <= set(COMMANDS)


def test_the_image_installs_only_wheels_with_hashes_and_runs_as_a_user() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (install,) = re.findall(r"^INSTALL := .*?(--require-hashes.*)", makefile, flags=re.MULTILINE)
    assert f"{install} --requirement requirements.lock" in of("RUN")[0]
    assert of("USER") != ["root"]
    assert all("/" not in image for image in (*of("FROM"), *(each["image"] for each in COMPOSE["services"].values())))
