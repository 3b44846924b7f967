"""Settings: their defaults, their sources, and the message for each that cannot be used."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from scraper.config import Config, load_config
from scraper.errors import UsageError
from scraper.setting_types import Day, Seconds, Unusable, read_base_url, read_tracks, shown

TODAY = date(2025, 10, 26)
SETTINGS = [str(field.validation_alias) for field in Config.model_fields.values()]


def config_of(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Config:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return load_config()


def refusals(monkeypatch: pytest.MonkeyPatch, **settings: str) -> list[str]:
    """The messages that refuse these settings, one per line."""
    with pytest.raises(UsageError) as problem:
        config_of(monkeypatch, **settings)
    lines = str(problem.value).split("\n")
    assert all(line.isprintable() for line in lines), lines
    return lines


def refusal(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    """The only message that refuses these settings."""
    (line,) = refusals(monkeypatch, **settings)
    return line


def test_all_wrong_settings_are_reported_at_once_with_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"TRACK": "a/b", "DATE": "25.10.2025", "TO": "2025-10-26", "DAYS": "0", "LIST_ONLY": "maybe", "OUT": "/"}
    lines = refusals(monkeypatch, **wrong, CRAWL_DELAY="1")
    assert sorted(line.partition("=")[0] for line in lines) == sorted(wrong)


def test_a_wrong_date_hides_no_second_mistake_and_causes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusals(monkeypatch, FROM="x", TO="y") == [
        "FROM=x is not a calendar date: write it as FROM=2025-10-25",
        "TO=y is not a calendar date: write it as TO=2025-10-25",
    ]
    assert refusals(monkeypatch, FROM="x", TO="2025-10-25") == [
        "FROM=x is not a calendar date: write it as FROM=2025-10-25"
    ]


def test_an_option_wins_over_the_environment_and_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DAYS=5\nTRACK=south\nFULL=1\nCRAWL_DELAY=2\n")
    monkeypatch.setitem(Config.model_config, "env_file", file)
    monkeypatch.setenv("DAYS", "6")
    monkeypatch.setenv("TRACK", "north")
    config = load_config({"DAYS": "7", "FULL": False})
    assert (config.days, config.tracks, config.full, config.crawl_delay) == (7, ("north",), False, 2.0)


def test_a_wrong_option_is_named_as_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYS", "x")
    with pytest.raises(UsageError) as problem:
        load_config({"DATE": "25.10.2025", "EXPORT_FOLDER": "a\tb"})
    assert str(problem.value).splitlines() == [
        "DAYS=x is not a whole number from 1 to 3650: for example DAYS=2",
        "--date=25.10.2025 is not a calendar date: write it as --date=2025-10-25",
        "--export-folder=a\\tb holds control characters: write the path without them",
    ]


def test_the_defaults_are_those_of_the_contract() -> None:
    config = load_config()
    assert config.database_url is None
    assert config.liverc_base_url == "https://{track}.liverc.com"
    assert (config.tracks, config.days) == ((), 2)
    assert (config.crawl_concurrency, config.crawl_delay, config.crawl_contact) == (3, 0.5, None)
    assert (config.list_only, config.refresh, config.full) == (False, False, False)
    assert config.date_range(TODAY) == (date(2025, 10, 25), TODAY)


@pytest.mark.parametrize("blank", ["", " ", "\t \n"])
def test_a_blank_setting_counts_as_not_given(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    assert config_of(monkeypatch, **dict.fromkeys(SETTINGS, blank)) == Config()


def test_the_environment_wins_over_the_file_unless_it_is_blank(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# ours\nTRACKS=northside, southside\nDAYS=5\nCRAWL_DELAY=2\nSOMEONE_ELSES=1\n")
    monkeypatch.setitem(Config.model_config, "env_file", file)
    config = config_of(monkeypatch, DAYS="7", CRAWL_DELAY="")
    assert (config.tracks, config.days, config.crawl_delay) == (("northside", "southside"), 7, 2.0)


def test_a_settings_file_that_is_not_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"TRACKS=\xff\xfe")
    monkeypatch.setitem(Config.model_config, "env_file", file)
    assert str(file) in refusal(monkeypatch)


@pytest.mark.parametrize("text", ["a b", "a,b", " a , b ", "a,,b a"])
def test_tracks_are_separated_by_commas_or_white_space(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert config_of(monkeypatch, TRACK=text).tracks == ("a", "b")


def test_track_wins_over_tracks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(monkeypatch, TRACKS="north south", TRACK="East-1").tracks == ("East-1",)


def test_two_spellings_of_a_track_are_one_track_under_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(monkeypatch, TRACK="MixedCase other mixedcase OTHER").tracks == ("MixedCase", "other")


@pytest.mark.parametrize(
    "slug",
    ["evil.com/#", "127.0.0.1:8000/#", "-a", "a-", "a_b", "../a", "a/b", "ä", "a%20b", "a" * 64, "{track}", "a@b", "١"],
)
def test_a_track_that_is_not_a_slug_is_refused(monkeypatch: pytest.MonkeyPatch, slug: str) -> None:
    assert "which is not a track slug" in refusal(monkeypatch, TRACK=slug)


@given(st.text(max_size=70))
def test_an_accepted_track_is_a_host_label(text: str) -> None:
    try:
        slugs = read_tracks(text)
    except Unusable:
        return
    assert isinstance(slugs, tuple)
    assert all(slug.isascii() and slug.replace("-", "a").isalnum() and len(slug) <= 63 for slug in slugs)


def test_dates_choose_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(monkeypatch, DATE="2025-10-24").date_range(TODAY) == (date(2025, 10, 24), date(2025, 10, 24))
    monkeypatch.delenv("DATE")
    assert config_of(monkeypatch, FROM="2025-10-01").date_range(TODAY) == (date(2025, 10, 1), TODAY)
    assert config_of(monkeypatch, TO="2025-10-02").date_range(TODAY) == (date(2025, 10, 1), date(2025, 10, 2))


@pytest.mark.parametrize("days", [1, 2, 3650])
def test_days_includes_today(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    first, last = config_of(monkeypatch, DAYS=str(days)).date_range(TODAY)
    assert ((last - first).days + 1, last) == (days, TODAY)


def test_a_date_may_be_tomorrow_but_not_later(monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = date.today() + timedelta(days=1)
    assert config_of(monkeypatch, DATE=str(tomorrow)).practice_date == tomorrow
    assert "is in the future" in refusal(monkeypatch, DATE=str(date.today() + timedelta(days=3)))


@given(st.dates())
def test_every_iso_date_is_read(day: date) -> None:
    assert TypeAdapter(Day).validate_python(day.isoformat()) == day


@given(st.decimals(min_value=0, max_value=86_400, places=3))
def test_every_decimal_delay_is_read(seconds: object) -> None:
    assert TypeAdapter(Seconds).validate_python(str(seconds)) == float(str(seconds))


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"DATE": "25.10.2025"}, "DATE=25.10.2025 is not a calendar date: write it as DATE=2025-10-25"),
        ({"FROM": "20251025"}, "FROM=20251025 is not a calendar date: write it as FROM=2025-10-25"),
        ({"DATE": "2025-02-30"}, "DATE=2025-02-30 is not a calendar date"),
        ({"DATE": "2025-10-25", "FROM": "2025-10-01"}, "FROM=2025-10-01 cannot be combined with DATE"),
        ({"DATE": "2025-10-25", "TO": "2025-10-26"}, "TO=2025-10-26 cannot be combined with DATE"),
        ({"TO": "2025-10-01"}, "TO=2025-10-01 has no FROM: add FROM="),
        ({"FROM": "2025-10-02", "TO": "2025-10-01"}, "write FROM=2025-10-01 TO=2025-10-02"),
        ({"FROM": "9999-12-31"}, "FROM=9999-12-31 is in the future"),
        ({"DAYS": "0"}, "DAYS=0 is not a whole number from 1 to"),
        ({"DAYS": "two"}, "DAYS=two is not a whole number"),
        ({"DAYS": "99999999999"}, "DAYS=99999999999 is not a whole number"),
        ({"CRAWL_CONCURRENCY": "6"}, "CRAWL_CONCURRENCY=6 is not a whole number from 1 to 5"),
        ({"CRAWL_CONCURRENCY": "٣"}, "CRAWL_CONCURRENCY=٣ is not a whole number"),
        ({"CRAWL_DELAY": "-1"}, "CRAWL_DELAY=-1 is not a number of seconds"),
        ({"CRAWL_DELAY": "nan"}, "CRAWL_DELAY=nan is not a number of seconds"),
        (
            {"CRAWL_DELAY": "0,5"},
            "CRAWL_DELAY=0,5 is not a number of seconds from 0 to 86400: write it as CRAWL_DELAY=0.5",
        ),
        ({"LIST_ONLY": "maybe"}, "LIST_ONLY=maybe is neither on nor off: write LIST_ONLY=1 or LIST_ONLY=0"),
        ({"FULL": "2"}, "FULL=2 is neither on nor off"),
        ({"CRAWL_CONTACT": "me@example.org\r\nHost: evil"}, "holds control characters"),
        ({"EXPORT_FOLDER": "a\tb"}, "EXPORT_FOLDER=a\\tb holds control characters: write the path without them"),
        ({"EXPORT_FOLDER": "~nobody-here/x"}, "EXPORT_FOLDER=~nobody-here/x starts with the home of an unknown user"),
        ({"OUT": str(Path(__file__).parent)}, "is a folder: add a file name, such as day.html"),
        ({"TRACK": "north\nsouth/"}, "TRACK=north\\nsouth/ names south/, which is not a track slug"),
    ],
)
def test_a_wrong_setting_gets_a_message_that_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], line: str
) -> None:
    assert line in refusal(monkeypatch, **settings)


@pytest.mark.parametrize(
    ("text", "switched"),
    [("1", True), ("true", True), ("YES", True), (" 1 ", True), ("0", False), ("False", False), ("no", False)],
)
def test_switches_accept_the_usual_words(monkeypatch: pytest.MonkeyPatch, text: str, switched: bool) -> None:
    config = config_of(monkeypatch, LIST_ONLY=text, REFRESH=text, FULL=text)
    assert (config.list_only, config.refresh, config.full) == (switched, switched, switched)


def test_a_path_may_begin_with_the_home_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(monkeypatch, EXPORT_FOLDER="~/files", OUT="~/day.html")
    assert config.export_folder == Path.home() / "files"
    assert config.report_file == Path.home() / "day.html"


@pytest.mark.parametrize(
    "address",
    ["https://{track}.liverc.com", "http://127.0.0.1:8000/{track}", "http://[::1]:8000/{track}", "HTTP://{track}.x/a"],
)
def test_a_base_url_with_the_track_in_host_or_path_loses_only_its_last_slash(address: str) -> None:
    assert read_base_url(address) == address
    assert read_base_url(address + "/") == address


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://liverc.com", "lacks {track}"),
        ("ftp://{track}.liverc.com", "starts with neither http:// nor https://"),
        ("{track}.liverc.com", "starts with neither http:// nor https://"),
        ("file:///{track}", "starts with neither http:// nor https://"),
        ("https:///{track}", "has no host"),
        ("https://{track}.liverc.com/?a=1", "a ? or #"),
        ("https://{track}.liverc.com/?", "a ? or #"),
        ("https://{track}.liverc.com#x", "a ? or #"),
        ("https://me:s3cret@{track}.liverc.com", "user name or password"),
        ("https://{track}:99999", "is not a URL"),
        ("https://{track}.liverc.com:0", "impossible port"),
        ("https://[{track}", "is not a URL"),
        ("https://{track}.live rc.com", "characters that no URL has"),
        ("https://{track}.liverc.com\n", "characters that no URL has"),
        ("https://{track}\\@evil.example", "characters that no URL has"),
        ("https://{track}.{host}.com", "characters that no URL has"),
    ],
)
def test_a_base_url_that_could_lead_elsewhere_is_refused(address: str, reason: str) -> None:
    with pytest.raises(Unusable) as problem:
        read_base_url(address)
    assert reason in problem.value.reason
    assert "{setting}=https://{{track}}.liverc.com or" in problem.value.advice
    assert "s3cret" not in problem.value.reason


def test_a_refused_base_url_is_not_shown_since_it_may_hold_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, LIVERC_BASE_URL="https://me:s3cret@{track}.liverc.com") == (
        "LIVERC_BASE_URL holds a user name or password: write it as LIVERC_BASE_URL=https://{track}.liverc.com or "
        "LIVERC_BASE_URL=http://127.0.0.1:8000/{track}"
    )


def test_the_password_of_the_database_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(monkeypatch, DATABASE_URL="postgresql://me:s3cret@host/practice")
    assert "s3cret" not in f"{config!r} {config}"


@given(st.text())
def test_a_shown_value_is_one_short_line(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 61 * 10
