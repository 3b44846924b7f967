"""The settings of the web server, beside those of every command. `.env` counts as it does there."""

import ipaddress
import re
from typing import Annotated

import limits
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from scraper.config import Config
from scraper.errors import UsageError
from scraper.setting_types import Seconds

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def _read_rate(text: str) -> str:
    try:
        limits.parse(text)
    except ValueError:
        raise ValueError("is no rate: write it as 600/minute") from None
    return text


def _read_names(text: str) -> str:
    for name in text.replace(",", " ").split():
        if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", name):
            raise ValueError(f"has {name}, which is no host name: write names such as laps.example.org, without a port")
    return text


class WebSettings(BaseSettings):
    """Where the web server listens, how it is called, and how long and how often it answers."""

    model_config = SettingsConfigDict(
        env_file=Config.model_config["env_file"],
        env_ignore_empty=True,
        case_sensitive=True,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
    )

    host: str = Field(default="127.0.0.1", validation_alias="SERVE_HOST", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8000, validation_alias="SERVE_PORT", description="port to listen on; 0 takes a free one"
    )
    wait: Seconds = Field(
        default=60, validation_alias="SERVE_WAIT", description="seconds that an ingest waits for its end"
    )
    names: Annotated[str, AfterValidator(_read_names)] = Field(
        default="", validation_alias="SERVE_NAMES", description="host names by which clients may call it"
    )
    rate: Annotated[str, AfterValidator(_read_rate)] = Field(
        default="600/minute", validation_alias="SERVE_RATE", description="most requests of one client"
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def needs_token(self) -> bool:
        """Whether a token is needed for what causes requests to the site: others reach it, directly or by a proxy."""
        return not self.is_loopback or bool(self.names.replace(",", " ").split())

    @property
    def allowed_names(self) -> frozenset[str]:
        """The names that a `Host` header may have, in lower case."""
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, self.host, *self.names.replace(",", " ").split()))


def load_settings() -> WebSettings:
    """Read the settings. Raises UsageError with one line for each that cannot be used."""
    try:
        return WebSettings()
    except ValidationError as problem:
        lines = [f"{error['loc'][0]} cannot be used: {error['msg']}" for error in problem.errors(include_url=False)]
        raise UsageError("\n".join(lines)) from None
