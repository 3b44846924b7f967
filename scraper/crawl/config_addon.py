"""The project's configuration as Scrapy settings, for every `scrapy` command."""

from importlib.metadata import version

from scrapy.settings import BaseSettings

from scraper import __version__
from scraper.config import Config, load_config
from scraper.crawl.settings import BOT_NAME

# Scrapy's download slot has to have a delay above 0 to be paused: see SiteSlotMiddleware.
SHORTEST_DELAY = 0.001


class ConfigAddon:
    """Sets Scrapy's settings from the environment and `.env`. Options of the command line (`-s`) override them."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Apply the configuration. Raises UsageError for a setting that cannot be used."""
        settings.setdict(scrapy_settings(load_config()), priority="project")


def scrapy_settings(config: Config) -> dict[str, object]:
    """Return a configuration as Scrapy settings with plain values."""
    delay = max(config.crawl_delay, SHORTEST_DELAY)
    return {
        "USER_AGENT": user_agent(config.crawl_contact),
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(config.crawl_concurrency),
        "CONCURRENT_REQUESTS": config.crawl_concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": config.crawl_concurrency,
        "DOWNLOAD_DELAY": delay,
        "LIVERC_BASE_URL": config.liverc_base_url,
        "CRAWL_DISABLED": config.crawl_disabled,
    }


def user_agent(contact: str | None) -> str:
    """Name the program, its version, the operator's contact and Scrapy's version."""
    return f"{BOT_NAME}/{__version__} ({contact or 'no contact given'}) Scrapy/{version('scrapy')}"
