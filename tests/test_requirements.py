"""What is installed is what was locked: by version and hash, wheels only, from nowhere in particular."""

import re

from scraper.config import REPOSITORY

LOCK = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
REQUIREMENTS = re.split(r"\n(?=\S)", LOCK.strip())


def test_every_requirement_has_one_version_and_hashes() -> None:
    assert len(REQUIREMENTS) > 100
    locked = re.compile(r"[A-Za-z0-9_.\[\],-]+==[^\s;]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert [requirement for requirement in REQUIREMENTS if not locked.fullmatch(requirement)] == []


def test_no_address_stands_in_the_lock() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links)\b", LOCK, re.MULTILINE)


def test_only_wheels_with_these_hashes_are_installed() -> None:
    (install,) = re.findall(r".*pip install .*", (REPOSITORY / "Makefile").read_text(encoding="utf-8"))
    assert "--require-hashes --only-binary :all: -r $<" in install
