"""The settings of make bench are read from the environment, and become the command for the same table."""

import pytest

from bench.__main__ import main
from bench.settings import Settings
from scraper.errors import UsageError


def test_blank_settings_have_their_defaults() -> None:
    assert Settings.of({"BENCH_SESSIONS": " ", "BENCH_DELAY": ""}) == Settings()
    assert Settings().command == "make bench"


def test_given_settings_become_the_command() -> None:
    given = {"BENCH_SESSIONS": "10000 1000000", "BENCH_DELAY": "0.25", "BENCH_ONLY": "pages crawl", "BENCH_RECORD": "1"}
    settings = Settings.of(given)
    assert (settings.sessions, settings.delay) == ((10_000, 1_000_000), 0.25)
    command = 'make bench BENCH_SESSIONS="10000 1000000" BENCH_DELAY="0.25" BENCH_ONLY="pages crawl" BENCH_RECORD="1"'
    assert settings.command == command


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BENCH_SESSIONS", "10k"),
        ("BENCH_SESSIONS", "0"),
        ("BENCH_ROUNDS", "-1"),
        ("BENCH_DELAY", "nan"),
        ("BENCH_AGAINST", "/"),
    ],
)
def test_an_unreadable_setting_is_named(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"cannot read {name}={text}: write "):
        Settings.of({name: text})


def test_an_unknown_part_ends_with_the_status_for_wrong_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "pages tea")
    assert main() == 2
    assert capsys.readouterr().err.startswith("bench: unknown part in BENCH_ONLY=tea: write some of pages raw_rows")
