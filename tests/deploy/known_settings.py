"""The settings that the programs read from the environment."""

from scraper.config import Config
from service.jobs.schedule import Schedule
from service.web.settings import WebSettings

_OF_OTHERS = {"FORWARDED_ALLOW_IPS", "DBT_TARGET_PATH", "DBT_LOG_PATH", "PYTHONDONTWRITEBYTECODE"}
KNOWN = _OF_OTHERS | {
    str(field.validation_alias) for each in (Config, Schedule, WebSettings) for field in each.model_fields.values()
}
