"""The settings of one run: from options of the command line, else from the environment, else from `.env`.

`.env` lies in the repository root. A blank setting counts as not given. No other module reads settings from the
environment.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from scraper.errors import UsageError
from scraper.setting_types import (
    BaseUrl,
    Concurrency,
    Contact,
    Day,
    Days,
    ExportFormat,
    File,
    Folder,
    Format,
    Line,
    Seconds,
    Switch,
    Tracks,
    Unusable,
    shown,
)

REPOSITORY = Path(__file__).resolve().parent.parent

# A track's wall clock may be at most one calendar day ahead of this machine's.
_LONGEST_LOOK_AHEAD = timedelta(days=1)


class Config(BaseSettings):
    """Every setting and every argument of one run, typed and checked. `load_config` makes it."""

    model_config = SettingsConfigDict(
        env_file=REPOSITORY / ".env",
        env_ignore_empty=True,  # an empty variable leaves the setting to `.env`
        case_sensitive=True,  # a shell's own `date` or `from` is not a setting
        populate_by_name=True,
        extra="ignore",  # `.env` may hold settings of other programs
        hide_input_in_errors=True,  # the input may be DATABASE_URL
        frozen=True,
    )

    database_url: SecretStr | None = Field(
        default=None, validation_alias="DATABASE_URL", description="postgresql://user:password@host/database"
    )
    liverc_base_url: BaseUrl = Field(
        default="https://{track}.liverc.com",
        validation_alias="LIVERC_BASE_URL",
        description="URL of a track's pages; {track} stands for its slug",
    )
    scheduled_tracks: Tracks = Field(default=(), validation_alias="TRACKS", description="track slugs of scheduled runs")
    days: Days = Field(
        default=2, validation_alias="DAYS", description="days that a scheduled run looks back, today included"
    )
    crawl_concurrency: Concurrency = Field(
        default=3, validation_alias="CRAWL_CONCURRENCY", description="most requests in flight, 1 to 5"
    )
    crawl_delay: Seconds = Field(
        default=0.5, validation_alias="CRAWL_DELAY", description="least seconds between two requests, over all tracks"
    )
    crawl_contact: Contact | None = Field(
        default=None,
        validation_alias="CRAWL_CONTACT",
        description="address in the User-Agent, so that the site can reach you",
    )
    crawl_disabled: Switch = Field(default=False, validation_alias="CRAWL_DISABLED", description="refuse to crawl")

    named_tracks: Tracks = Field(
        default=(), validation_alias="TRACK", description="track slugs, such as canberraoffroad; replaces TRACKS"
    )
    practice_date: Day | None = Field(
        default=None, validation_alias="DATE", description="practice day, such as 2025-10-25"
    )
    from_date: Day | None = Field(default=None, validation_alias="FROM", description="first practice day of a range")
    to_date: Day | None = Field(
        default=None, validation_alias="TO", description="last practice day of a range; today when FROM is given alone"
    )
    list_only: Switch = Field(
        default=False, validation_alias="LIST_ONLY", description="fetch the lists without session pages"
    )
    refresh: Switch = Field(
        default=False, validation_alias="REFRESH", description="fetch every page of the range, stored or not"
    )
    full: Switch = Field(
        default=False, validation_alias="FULL", description="derive or read everything, changed or not"
    )
    quiet: Switch = Field(
        default=False, validation_alias="QUIET", description="print nothing when there is nothing to say"
    )
    export_folder: Folder = Field(
        default=REPOSITORY / "exports", validation_alias="EXPORT_FOLDER", description="folder of the exported files"
    )
    export_format: Format = Field(
        default=ExportFormat.PARQUET,
        validation_alias="FORMAT",
        description="parquet for every table, csv for laps, sessions and leaderboards in a spreadsheet",
    )
    person: Line | None = Field(
        default=None, validation_alias="PERSON", description="name or id of the racer whose rows an export as csv has"
    )
    models: Line = Field(
        default="", validation_alias="MODEL", description="models or tables whose columns are listed, such as sessions"
    )
    report_file: File | None = Field(
        default=None, validation_alias="OUT", description="file to write instead of reports/{track}-{date}.html"
    )
    dbt_arguments: str = Field(default="", validation_alias="ARGS", description="arguments for dbt, in one text")

    @model_validator(mode="before")
    @classmethod
    def _drop_blank_settings(cls, given: dict[str, Any]) -> dict[str, Any]:
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        return {name: value for name, value in stripped.items() if value != ""}

    @field_validator("practice_date", "from_date")
    @classmethod
    def _is_not_in_the_future(cls, day: date | None) -> date | None:
        if day and day > date.today() + _LONGEST_LOOK_AHEAD:
            raise Unusable("is in the future", f"give a day up to today, {date.today()}")
        return day

    @field_validator("from_date", "to_date")
    @classmethod
    def _is_not_combined_with_date(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day and info.data.get("practice_date"):
            raise Unusable("cannot be combined with DATE", "give DATE for one day, or FROM and TO for a range")
        return day

    @field_validator("to_date")
    @classmethod
    def _ends_a_range(cls, last: date | None, info: ValidationInfo) -> date | None:
        if last and "from_date" in info.data:  # else FROM has an error of its own
            first = info.data["from_date"]
            if first is None:
                raise Unusable("has no FROM", f"add FROM={last} or an earlier day")
            if first > last:
                raise Unusable(f"is before FROM={first}", f"write FROM={last} TO={first}")
        return last

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

    def includes(self, track: str, day: date) -> bool:
        """Return whether the tracks and days of this run include this one; a setting that is not given includes all."""
        first, last = self.practice_date or self.from_date or day, self.practice_date or self.to_date or day
        named = {slug.lower() for slug in self.named_tracks}
        return (not named or track.lower() in named) and first <= day <= last


# Both may hold a password, LIVERC_BASE_URL by mistake.
_NEVER_SHOWN = {"DATABASE_URL", "LIVERC_BASE_URL"}


def load_config(options: Mapping[str, object] | None = None) -> Config:
    """Read the settings. `options` are those of the command line, by setting; they win over the environment.

    Raises UsageError with one line for each setting that cannot be used.
    """
    try:
        return Config(**options or {})  # type: ignore[arg-type] # pydantic reads each option as it reads a variable
    except ValidationError as problem:
        raise UsageError("\n".join(_lines(problem.errors(include_url=False), options or {}))) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"cannot read {Config.model_config['env_file']} ({problem}): make it readable UTF-8 text, or move it away"
        ) from None


def option_of(setting: str) -> str:
    """Return the option of the command line for a setting: `--list-only` for LIST_ONLY."""
    return "--" + setting.lower().replace("_", "-")


def fields() -> dict[str, Any]:
    """Return all settings by their name in the environment, as pydantic's fields."""
    return {str(field.validation_alias): field for field in Config.model_fields.values()}


def _lines(errors: list[ErrorDetails], options: Mapping[str, object]) -> Iterator[str]:
    for error in errors:
        setting = str(error["loc"][0])
        refused: Unusable = error["ctx"]["error"]  # every type that can refuse a text raises it
        name = option_of(setting) if setting in options else setting
        value = "" if setting in _NEVER_SHOWN else f"={shown(str(error['input']))}"
        yield f"{name}{value} {refused.reason}: {refused.advice.format(setting=name)}"
