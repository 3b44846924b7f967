"""Settings: what they default to, where they may come from, and the one line for each that cannot be used."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config import Config, load_config
from scraper.errors import UsageError
from scraper.setting_values import read_base_url, read_date, read_seconds, read_tracks, shown

TODAY = date(2025, 10, 26)
SETTINGS = [str(field.validation_alias) for field in Config.model_fields.values()]


def config_of(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Config:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return load_config()


def refusal(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    """The one line that refuses these settings."""
    with pytest.raises(UsageError) as problem:
        config_of(monkeypatch, **settings)
    line = str(problem.value)
    assert line.isprintable(), line
    return line


def test_without_settings_the_defaults_of_the_contract_hold() -> None:
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


def test_the_environment_wins_over_the_file_and_a_blank_lets_the_file_speak(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("# ours\nTRACKS=northside, southside\nDAYS=5\nCRAWL_DELAY=2\nSOMEONE_ELSES=1\n")
    monkeypatch.setitem(Config.model_config, "env_file", file)
    config = config_of(monkeypatch, DAYS="7", CRAWL_DELAY="")
    assert (config.tracks, config.days, config.crawl_delay) == (("northside", "southside"), 7, 2.0)


def test_a_file_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"TRACKS=\xff\xfe")
    monkeypatch.setitem(Config.model_config, "env_file", file)
    assert str(file) in refusal(monkeypatch)


@pytest.mark.parametrize("text", ["a b", "a,b", " a , b ", "a,,b a"])
def test_tracks_are_separated_by_commas_or_white_space(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert config_of(monkeypatch, TRACK=text).tracks == ("a", "b")


def test_the_tracks_of_the_command_win_over_the_scheduled_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(monkeypatch, TRACKS="north south", TRACK="East-1").tracks == ("East-1",)


@pytest.mark.parametrize(
    "slug",
    ["evil.com/#", "127.0.0.1:8000/#", "-a", "a-", "a_b", "../a", "a/b", "ä", "a%20b", "a" * 64, "{track}", "a@b", "١"],
)
def test_what_is_no_slug_is_no_track(monkeypatch: pytest.MonkeyPatch, slug: str) -> None:
    assert "is not a track" in refusal(monkeypatch, TRACK=slug)


@given(st.text(max_size=70))
def test_a_track_is_a_host_label_whatever_is_given(text: str) -> None:
    try:
        slugs = read_tracks("TRACK", text)
    except UsageError:
        return
    assert all(slug.isascii() and slug.replace("-", "a").isalnum() and len(slug) <= 63 for slug in slugs)


def test_dates_choose_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(monkeypatch, DATE="2025-10-24").date_range(TODAY) == (date(2025, 10, 24), date(2025, 10, 24))
    monkeypatch.delenv("DATE")
    assert config_of(monkeypatch, FROM="2025-10-01").date_range(TODAY) == (date(2025, 10, 1), TODAY)
    assert config_of(monkeypatch, TO="2025-10-02").date_range(TODAY) == (date(2025, 10, 1), date(2025, 10, 2))


@pytest.mark.parametrize("days", [1, 2, 3650])
def test_days_counts_today(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    first, last = config_of(monkeypatch, DAYS=str(days)).date_range(TODAY)
    assert ((last - first).days + 1, last) == (days, TODAY)


def test_a_track_may_be_a_day_ahead_of_us_but_not_two(monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = date.today() + timedelta(days=1)
    assert config_of(monkeypatch, DATE=str(tomorrow)).practice_date == tomorrow
    assert "is in the future" in refusal(monkeypatch, DATE=str(date.today() + timedelta(days=3)))


@given(st.dates())
def test_every_day_reads_as_it_is_written(day: date) -> None:
    assert read_date("DATE", day.isoformat()) == day


@given(st.decimals(min_value=0, max_value=999_999, places=3))
def test_every_delay_reads_as_it_is_written(seconds: object) -> None:
    assert read_seconds("CRAWL_DELAY", str(seconds)) == float(str(seconds))


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"DATE": "25.10.2025"}, "DATE=25.10.2025 is not a date: write it as DATE=2025-10-25"),
        ({"FROM": "20251025"}, "FROM=20251025 is not a date: write it as FROM=2025-10-25"),
        ({"DATE": "2025-02-30"}, "DATE=2025-02-30 is not a day of the calendar"),
        ({"DATE": "2025-10-25", "FROM": "2025-10-01"}, "DATE goes with neither FROM nor TO"),
        ({"DATE": "2025-10-25", "TO": "2025-10-26"}, "DATE goes with neither FROM nor TO"),
        ({"TO": "2025-10-01"}, "TO=2025-10-01 lacks a beginning: add FROM="),
        ({"FROM": "2025-10-02", "TO": "2025-10-01"}, "write FROM=2025-10-01 TO=2025-10-02"),
        ({"FROM": "9999-12-31"}, "FROM=9999-12-31 is in the future"),
        ({"DAYS": "0"}, "DAYS=0 is not a whole number from 1 to"),
        ({"DAYS": "two"}, "DAYS=two is not a whole number"),
        ({"DAYS": "99999999999"}, "DAYS=99999999999 is not a whole number"),
        ({"CRAWL_CONCURRENCY": "6"}, "CRAWL_CONCURRENCY=6 is not a whole number from 1 to 5"),
        ({"CRAWL_CONCURRENCY": "٣"}, "CRAWL_CONCURRENCY=٣ is not a whole number"),
        ({"CRAWL_DELAY": "-1"}, "CRAWL_DELAY=-1 is no number of seconds"),
        ({"CRAWL_DELAY": "nan"}, "CRAWL_DELAY=nan is no number of seconds"),
        ({"CRAWL_DELAY": "0,5"}, "CRAWL_DELAY=0,5 is no number of seconds: write zero or more, as CRAWL_DELAY=0.5"),
        ({"LIST_ONLY": "maybe"}, "LIST_ONLY=maybe is neither on nor off: write LIST_ONLY=1 or LIST_ONLY=0"),
        ({"FULL": "2"}, "FULL=2 is neither on nor off"),
        ({"CRAWL_CONTACT": "me@example.org\r\nHost: evil"}, "holds control characters"),
        ({"EXPORT_FOLDER": "a\tb"}, "EXPORT_FOLDER=a\\tb holds control characters: write the path in plain letters"),
        ({"EXPORT_FOLDER": "~nobody-here/x"}, "EXPORT_FOLDER=~nobody-here/x begins with no user's home"),
        ({"OUT": str(Path(__file__).parent)}, "is a folder: add a file's name to it, such as day.html"),
        ({"TRACK": "north\nsouth/"}, "TRACK=north\\nsouth/: south/ is not a track"),
    ],
)
def test_what_cannot_be_used_gets_one_line_that_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], line: str
) -> None:
    assert line in refusal(monkeypatch, **settings)


@pytest.mark.parametrize(
    ("text", "switched"),
    [("1", True), ("true", True), ("YES", True), (" 1 ", True), ("0", False), ("False", False), ("no", False)],
)
def test_switches_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch, text: str, switched: bool) -> None:
    config = config_of(monkeypatch, LIST_ONLY=text, REFRESH=text, FULL=text)
    assert (config.list_only, config.refresh, config.full) == (switched, switched, switched)


def test_a_path_may_begin_with_the_user_s_home(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(monkeypatch, EXPORT_FOLDER="~/files", OUT="~/day.html")
    assert config.export_folder == Path.home() / "files"
    assert config.report_file == Path.home() / "day.html"


@pytest.mark.parametrize(
    "address",
    ["https://{track}.liverc.com", "http://127.0.0.1:8000/{track}", "http://[::1]:8000/{track}", "HTTP://{track}.x/a"],
)
def test_an_address_with_the_track_in_host_or_path_is_kept_without_its_last_slash(address: str) -> None:
    assert read_base_url("LIVERC_BASE_URL", address) == address
    assert read_base_url("LIVERC_BASE_URL", address + "/") == address


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://liverc.com", "lacks {track}"),
        ("ftp://{track}.liverc.com", "neither http:// nor https://"),
        ("{track}.liverc.com", "neither http:// nor https://"),
        ("file:///{track}", "neither http:// nor https://"),
        ("https:///{track}", "names no host"),
        ("https://{track}.liverc.com/?a=1", "a ? or #"),
        ("https://{track}.liverc.com/?", "a ? or #"),
        ("https://{track}.liverc.com#x", "a ? or #"),
        ("https://me:s3cret@{track}.liverc.com", "user name or password"),
        ("https://{track}:99999", "is not an address"),
        ("https://{track}.liverc.com:0", "names no host"),
        ("https://[{track}", "is not an address"),
        ("https://{track}.live rc.com", "characters that no address has"),
        ("https://{track}.liverc.com\n", "characters that no address has"),
        ("https://{track}\\@evil.example", "characters that no address has"),
        ("https://{track}.{host}.com", "characters that no address has"),
    ],
)
def test_an_address_that_could_lead_elsewhere_is_refused(address: str, reason: str) -> None:
    with pytest.raises(UsageError) as problem:
        read_base_url("LIVERC_BASE_URL", address)
    assert reason in str(problem.value)
    assert "https://{track}.liverc.com or" in str(problem.value)
    assert "s3cret" not in str(problem.value)


def test_the_password_of_the_database_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(monkeypatch, DATABASE_URL="postgresql://me:s3cret@host/practice")
    assert "s3cret" not in f"{config!r} {config}"


@given(st.text())
def test_what_is_shown_of_a_setting_is_one_short_line(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 61 * 10
