"""Periodic jobs, which replace cron where that is wanted: each by a setting, off by default."""

from croniter import croniter
from procrastinate import App
from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from scraper.config import Config
from scraper.database.connection import Database
from scraper.errors import UsageError
from scraper.setting_types import shown
from service.jobs.queue import connect
from service.jobs.requests import Kind, PlainRequest
from service.jobs.store import enqueue


class Schedule(BaseSettings):
    """When periodic jobs are asked for, as cron expressions by UTC. A blank one is off."""

    model_config = SettingsConfigDict(
        env_file=Config.model_config["env_file"], env_ignore_empty=True, case_sensitive=True, extra="ignore"
    )

    crawl: str | None = Field(default=None, validation_alias="SCHEDULE_CRAWL")
    verify: str | None = Field(default=None, validation_alias="SCHEDULE_VERIFY")
    export: str | None = Field(default=None, validation_alias="SCHEDULE_EXPORT")

    @field_validator("crawl", "verify", "export")
    @classmethod
    def _is_cron(cls, expression: str | None) -> str | None:
        if expression is not None and not croniter.is_valid(expression):
            raise ValueError
        return expression

    def register(self, app: App, database: Database) -> None:
        """Let a worker ask for each job at its times. Several workers ask once."""
        for kind, cron in ((Kind.CRAWL, self.crawl), (Kind.VERIFY, self.verify), (Kind.EXPORT, self.export)):
            if cron is not None:
                _register(app, database, kind, cron)


def load_schedule() -> Schedule:
    """Read the settings. Raises UsageError with one line for each that cannot be used."""
    try:
        return Schedule()
    except ValidationError as problem:
        raise UsageError("\n".join(_line(error) for error in problem.errors(include_url=False))) from None


def _line(error: ErrorDetails) -> str:
    setting, value = error["loc"][0], shown(str(error["input"]))
    return f"{setting}={value} is no cron expression: write {setting}='30 3 * * *' for 03:30 UTC every day"


def _register(app: App, database: Database, kind: Kind, cron: str) -> None:
    @app.periodic(cron=cron)
    @app.task(name=f"ask for {kind}")
    def ask(timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
        with connect(database, "worker schedule") as connection:
            enqueue(connection, PlainRequest(kind))
