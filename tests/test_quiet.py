"""QUIET=1: output is held until there is something to say."""

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from scraper import __main__ as entry
from scraper.config import Config
from scraper.errors import CannotWork
from scraper.quiet import news, quiet

Says = Callable[[], int]


@pytest.fixture
def doctor_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[Says], int]:
    """Replaces a command that takes QUIET by a function, and runs it with QUIET=1."""

    def run(says: Says) -> int:
        def run_with(_: Config) -> int:
            return says()

        module = ModuleType("scraper.commands.doctor")
        vars(module)["run"] = run_with
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setenv("QUIET", "1")
        return entry.main(["doctor"])

    return run


def say(exit_status: int = 0, *, is_news: bool = False, problem: BaseException | None = None) -> Says:
    def says() -> int:
        print("first")
        print("second", file=sys.stderr)
        if is_news:
            news()
        print("third")
        if problem:
            raise problem
        return exit_status

    return says


def test_a_run_without_news_prints_nothing(
    doctor_that: Callable[[Says], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor_that(say()) == 0
    assert capsys.readouterr() == ("", "")
    assert entry.main(["doctor", "--no-quiet"]) == 0
    assert capsys.readouterr() == ("first\nthird\n", "second\n")


@pytest.mark.parametrize(
    ("says", "status", "errors"),
    [
        (say(is_news=True), 0, "second\n"),
        (say(1), 1, "second\n"),
        (say(problem=CannotWork("no database")), 1, "second\ndoctor: no database\n"),
        (say(problem=KeyboardInterrupt()), 130, "second\n"),
    ],
    ids=["news", "exit status", "error", "interruption"],
)
def test_news_and_problems_print_everything_and_keep_their_exit_status(
    doctor_that: Callable[[Says], int], capsys: pytest.CaptureFixture[str], says: Says, status: int, errors: str
) -> None:
    assert doctor_that(says) == status
    assert capsys.readouterr() == ("first\nthird\n", errors)


def test_output_keeps_its_order_over_both_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shared:
        text = ""

        def write(self, text: str) -> int:
            self.text += text
            return len(text)

        def flush(self) -> None:
            pass

    shared = Shared()
    monkeypatch.setattr(sys, "stdout", shared)
    monkeypatch.setattr(sys, "stderr", shared)
    with quiet():
        say(is_news=True)()
    assert shared.text == "first\nsecond\nthird\n"


def test_news_without_quiet_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert say(is_news=True)() == 0
    assert capsys.readouterr().out == "first\nthird\n"
