"""The settings of the project, from the environment and from `.env` in the repository root; the environment wins.

A setting that is blank counts as not given. Nothing else in the package reads the environment for settings.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from scraper.errors import UsageError
from scraper.setting_values import (
    read_base_url,
    read_contact,
    read_date,
    read_file,
    read_folder,
    read_seconds,
    read_switch,
    read_tracks,
    read_whole_number,
)

REPOSITORY = Path(__file__).resolve().parent.parent

# Ten years back: more is a slip of the keyboard, or a range that FROM and TO say better.
_MOST_DAYS = 3650
# A track may be a calendar day ahead of the clock of this machine, not more.
_LONGEST_LOOK_AHEAD = timedelta(days=1)


def _read(reader: Callable[..., object], setting: str, *limits: int) -> BeforeValidator:
    """Lets `reader` turn the setting's text into its value; what is no text is a value already."""

    def read(given: object) -> object:
        return reader(setting, given.strip(), *limits) if isinstance(given, str) else given

    return BeforeValidator(read)


class Config(BaseSettings):
    """Every setting and every argument of one run, typed and checked. Made by `load_config`."""

    model_config = SettingsConfigDict(
        env_file=REPOSITORY / ".env",
        env_ignore_empty=True,  # so that a blank variable lets `.env` speak
        case_sensitive=True,  # so that a shell's own `date` or `from` is no argument of ours
        populate_by_name=True,
        extra="ignore",  # `.env` may hold settings of other programs
        hide_input_in_errors=True,  # the input may be DATABASE_URL
        frozen=True,
    )

    database_url: Annotated[SecretStr | None, Field(validation_alias="DATABASE_URL")] = None
    liverc_base_url: Annotated[
        str, Field(validation_alias="LIVERC_BASE_URL"), _read(read_base_url, "LIVERC_BASE_URL")
    ] = "https://{track}.liverc.com"
    scheduled_tracks: Annotated[
        tuple[str, ...], NoDecode, Field(validation_alias="TRACKS"), _read(read_tracks, "TRACKS")
    ] = ()
    days: Annotated[int, Field(validation_alias="DAYS"), _read(read_whole_number, "DAYS", 1, _MOST_DAYS)] = 2
    crawl_concurrency: Annotated[
        int, Field(validation_alias="CRAWL_CONCURRENCY"), _read(read_whole_number, "CRAWL_CONCURRENCY", 1, 5)
    ] = 3
    crawl_delay: Annotated[float, Field(validation_alias="CRAWL_DELAY"), _read(read_seconds, "CRAWL_DELAY")] = 0.5
    crawl_contact: Annotated[
        str | None, Field(validation_alias="CRAWL_CONTACT"), _read(read_contact, "CRAWL_CONTACT")
    ] = None
    crawl_disabled: Annotated[bool, Field(validation_alias="CRAWL_DISABLED"), _read(read_switch, "CRAWL_DISABLED")] = (
        False
    )

    named_tracks: Annotated[
        tuple[str, ...], NoDecode, Field(validation_alias="TRACK"), _read(read_tracks, "TRACK")
    ] = ()
    practice_date: Annotated[date | None, Field(validation_alias="DATE"), _read(read_date, "DATE")] = None
    from_date: Annotated[date | None, Field(validation_alias="FROM"), _read(read_date, "FROM")] = None
    to_date: Annotated[date | None, Field(validation_alias="TO"), _read(read_date, "TO")] = None
    list_only: Annotated[bool, Field(validation_alias="LIST_ONLY"), _read(read_switch, "LIST_ONLY")] = False
    refresh: Annotated[bool, Field(validation_alias="REFRESH"), _read(read_switch, "REFRESH")] = False
    full: Annotated[bool, Field(validation_alias="FULL"), _read(read_switch, "FULL")] = False
    export_folder: Annotated[Path, Field(validation_alias="EXPORT_FOLDER"), _read(read_folder, "EXPORT_FOLDER")] = (
        REPOSITORY / "exports"
    )
    report_file: Annotated[Path | None, Field(validation_alias="OUT"), _read(read_file, "OUT")] = None
    dbt_arguments: Annotated[str, Field(validation_alias="ARGS")] = ""

    @model_validator(mode="before")
    @classmethod
    def _forget_what_is_blank(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if not (isinstance(value, str) and not value.strip())}

    @model_validator(mode="after")
    def _dates_agree(self) -> Self:
        if self.practice_date and (self.from_date or self.to_date):
            raise UsageError("DATE goes with neither FROM nor TO: give DATE for one day, or FROM and TO for a range")
        if self.to_date and not self.from_date:
            raise UsageError(f"TO={self.to_date} lacks a beginning: add FROM={self.to_date} or an earlier day")
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise UsageError(
                f"FROM={self.from_date} is after TO={self.to_date}: write FROM={self.to_date} TO={self.from_date}"
            )
        latest = date.today() + _LONGEST_LOOK_AHEAD
        for setting, day in (("DATE", self.practice_date), ("FROM", self.from_date)):
            if day and day > latest:
                raise UsageError(f"{setting}={day} is in the future: give a day up to today, {date.today()}")
        return self

    @property
    def tracks(self) -> tuple[str, ...]:
        """The tracks of this run: those of TRACK, else those of TRACKS; empty when neither is given."""
        return self.named_tracks or self.scheduled_tracks

    def date_range(self, today: date) -> tuple[date, date]:
        """First and last practice day of this run, both included: DATE, else FROM to TO, else the last DAYS days."""
        if self.practice_date:
            return self.practice_date, self.practice_date
        if self.from_date:
            return self.from_date, self.to_date or max(today, self.from_date)
        return today - timedelta(days=self.days - 1), today

    def asks_for(self, track: str, day: date) -> bool:
        """Whether TRACK and DATE, or FROM and TO, leave this day of this track in; what is not given leaves all in."""
        first, last = self.practice_date or self.from_date or day, self.practice_date or self.to_date or day
        return (not self.named_tracks or track in self.named_tracks) and first <= day <= last


def load_config() -> Config:
    """The settings as they are now. Raises UsageError, with one line, for the first that cannot be used."""
    try:
        return Config()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"cannot read {Config.model_config['env_file']} ({problem}): make it readable UTF-8 text, or move it away"
        ) from None
