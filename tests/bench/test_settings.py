"""Settings of make bench: read from the environment, and back into the command that makes the same table."""

import pytest

from bench.__main__ import main
from bench.settings import Settings
from scraper.errors import UsageError


def test_blank_ones_have_their_defaults() -> None:
    assert Settings.of({"BENCH_SESSIONS": " ", "BENCH_DELAY": ""}) == Settings()
    assert Settings().command == "make bench"


def test_given_ones_come_back_as_the_command() -> None:
    given = {"BENCH_SESSIONS": "10000 1000000", "BENCH_DELAY": "0.25", "BENCH_ONLY": "pages crawl", "BENCH_RECORD": "1"}
    settings = Settings.of(given)
    assert (settings.sessions, settings.delay) == ((10_000, 1_000_000), 0.25)
    typed = 'make bench BENCH_SESSIONS="10000 1000000" BENCH_DELAY="0.25" BENCH_ONLY="pages crawl" BENCH_RECORD="1"'
    assert settings.command == typed


@pytest.mark.parametrize(
    ("name", "text"),
    [("BENCH_SESSIONS", "10k"), ("BENCH_SESSIONS", "0"), ("BENCH_ROUNDS", "-1"), ("BENCH_DELAY", "nan")],
)
def test_what_cannot_be_read_is_named(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"{name}={text} cannot be read"):
        Settings.of({name: text})


def test_an_unknown_part_ends_with_the_status_for_wrong_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "pages tea")
    assert main() == 2
    assert capsys.readouterr().err.startswith("bench: BENCH_ONLY=tea names no part: write some of pages raw_rows")
