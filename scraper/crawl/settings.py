"""Scrapy's settings: every one that departs from Scrapy's default says what that is, and why.

What a run is given (tracks, delay, concurrency, contact) comes on top of it from `scraper.config`, in `for_run`.
"""

from datetime import date
from importlib.metadata import version
from typing import Any

from scraper import __version__
from scraper.config import Config
from scraper.crawl.urls import SiteUrls
from scraper.database.connection import Database

BOT_NAME = "practice-warehouse"
SPIDER_MODULES = ["scraper.crawl.spiders"]

# What the site may expect of us
ROBOTSTXT_OBEY = True  # default False
COOKIES_ENABLED = False  # default True; the pages need none, and a session is load on the site
AUTOTHROTTLE_ENABLED = True  # default False
DOWNLOAD_DELAY_JITTER = 0  # default 0.5: half the delay at times, and CRAWL_DELAY is a floor
DOWNLOAD_TIMEOUT = 30  # default 180
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # default 1 GiB; a day of 1,000 sessions is under 1 MiB
DOWNLOAD_WARNSIZE = 0  # default 32 MiB; a page that is too large is a failure on record, and needs no warning
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False
REDIRECT_MAX_TIMES = 3  # default 20
METAREFRESH_ENABLED = False  # default True; LiveRC has none
REFERRER_POLICY = "no-referrer"  # default sends where we come from

# No request leaves while an answer still waits to be stored: a kill then costs the site no more pages, fetched in vain,
# than were on their way at once.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1  # default 5,000,000 bytes

# What nobody needs to reach
TELNETCONSOLE_ENABLED = False  # default True
REMOTE_CONTROL_ENABLED = False  # default True
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}  # default all of them

DOWNLOADER = "scraper.crawl.downloader.SiteDownloader"  # default has a slot per host
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scraper.crawl.middlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scraper.crawl.middlewares.robots.Robots": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scraper.crawl.middlewares.retry.RetryMiddleware": 550,
}
ITEM_PIPELINES = {"scraper.crawl.pipelines.RawTablesPipeline": 300}
EXTENSIONS = {
    "scraper.crawl.extensions.shutdown.Shutdown": 0,
    "scraper.crawl.extensions.progress.Progress": 500,
    "scrapy.extensions.logstats.LogStats": None,  # default 0; ours says more, in fewer lines
}

LOG_LEVEL = "INFO"  # default DEBUG
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_DATEFORMAT = "%H:%M:%S"
LOG_VERSIONS: list[str] = []  # default lxml, Twisted and others
STATS_DUMP = False  # default True; the summary says what counts


def user_agent(contact: str | None) -> str:
    """Who asks, in which version, with what, and how the site can reach whoever runs it."""
    scrapy = f"Scrapy/{version('scrapy')}"
    return f"{BOT_NAME}/{__version__} ({contact or 'no contact given'}) {scrapy}"


def for_run(config: Config, database: Database, crawl_id: int, days: tuple[date, date]) -> dict[str, Any]:
    """The settings of one run, to lay over this module's."""
    return {
        "USER_AGENT": user_agent(config.crawl_contact),
        "AUTOTHROTTLE_START_DELAY": config.crawl_delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(config.crawl_concurrency),
        "CONCURRENT_REQUESTS": config.crawl_concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": config.crawl_concurrency,
        "DOWNLOAD_DELAY": config.crawl_delay,
        "PRACTICE_CONFIG": config,
        "PRACTICE_DATABASE": database,
        "PRACTICE_CRAWL_ID": crawl_id,
        "PRACTICE_DAYS": days,
        "PRACTICE_ORIGINS": SiteUrls(config.liverc_base_url).origins(config.tracks),
    }
