"""Scrapy settings. Each one that differs from Scrapy's default states the default and the reason.

Delay, concurrency, contact and base URL come from the project's configuration: `scraper.crawl.config_addon`.
"""

BOT_NAME = "practice-warehouse"
SPIDER_MODULES = ["scraper.crawl.spiders"]
COMMANDS_MODULE = "scraper.crawl.commands"  # default ""; `scrapy crawl` ends with the exit status of `make crawl`
ADDONS = {"scraper.crawl.config_addon.ConfigAddon": 0}  # default {}

# Politeness
ROBOTSTXT_OBEY = True  # default False
COOKIES_ENABLED = False  # default True; the pages need none
AUTOTHROTTLE_ENABLED = True  # default False
DOWNLOAD_DELAY_JITTER = 0  # default 0.5, which halves the delay at times; CRAWL_DELAY is a minimum
DOWNLOAD_TIMEOUT = 30  # default 180
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # default 1 GiB; a day of 1,000 sessions is under 1 MiB
DOWNLOAD_WARNSIZE = 0  # default 32 MiB; a page that is too large is stored as failed, and needs no warning
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False
REDIRECT_MAX_TIMES = 3  # default 20
METAREFRESH_ENABLED = False  # default True; LiveRC has none
REFERRER_POLICY = "no-referrer"  # default sends the URL of the previous page

# Back-pressure: send no request while a response waits to be stored, so that a killed crawl has fetched at most
# CONCURRENT_REQUESTS pages in vain.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1  # default 5,000,000 bytes

# Attack surface
TELNETCONSOLE_ENABLED = False  # default True
REMOTE_CONTROL_ENABLED = False  # default True
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}  # default enables all of them

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scraper.crawl.middlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scraper.crawl.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scraper.crawl.middlewares.retry.RetryMiddleware": 550,
    # The last one before DownloaderStats, which counts the requests that are sent.
    "scraper.crawl.middlewares.site_slot.SiteSlotMiddleware": 840,
}
ITEM_PIPELINES = {"scraper.crawl.pipelines.RawTablesPipeline": 300}
EXTENSIONS = {
    "scraper.crawl.extensions.crawl_record.CrawlRecord": 0,
    "scraper.crawl.extensions.shutdown.Shutdown": 100,
    "scraper.crawl.extensions.progress.Progress": 500,
    "scrapy.extensions.logstats.LogStats": None,  # default 0; Progress replaces it
}

# Default None, which exports all fields with `-o FILE`; but JSON has no place for the body, which is bytes.
FEED_EXPORT_FIELDS = ["page", "url", "payload", "reason_kind", "reason", "http_status"]

LOG_LEVEL = "INFO"  # default DEBUG
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_DATEFORMAT = "%H:%M:%S"
LOG_VERSIONS: list[str] = []  # default lxml, Twisted and others
STATS_DUMP = False  # default True; the summary has the figures that matter
