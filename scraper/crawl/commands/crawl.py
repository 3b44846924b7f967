"""`scrapy crawl practice_days`: the same crawl as `make crawl`, with Scrapy's own options and log."""

import argparse
import signal
import sys

import psycopg
from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.crawler import AsyncCrawlerProcess

from scraper.crawl.run import run_crawl
from scraper.crawl.spiders.practice_days import PracticeDaysSpider, config_of
from scraper.database.diagnosis import explain_error
from scraper.errors import INTERRUPTED, PracticeError


class Command(CrawlCommand):
    """Replaces Scrapy's `crawl` for our spider: prints the summary, and ends with the exit status of `make crawl`."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider. Arguments that are not given come from the environment and `.env`."""
        if args != [PracticeDaysSpider.name] or not isinstance(self.crawler_process, AsyncCrawlerProcess):
            super().run(args, opts)
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        try:
            crawler = self.crawler_process.create_crawler(PracticeDaysSpider)
            self.exitcode = run_crawl(self.crawler_process, crawler, config_of(opts.spargs))
        except PracticeError as problem:
            self._fail(str(problem), problem.exit_status)
        except psycopg.Error as problem:
            self._fail(explain_error(problem), PracticeError.exit_status)
        except KeyboardInterrupt:
            self.exitcode = INTERRUPTED

    def _fail(self, problem: str, exit_status: int) -> None:
        for line in problem.splitlines():
            print(f"crawl: {line}", file=sys.stderr)
        self.exitcode = exit_status
