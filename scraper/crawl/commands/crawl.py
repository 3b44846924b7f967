"""`scrapy crawl practice_days`: the same crawl as `make crawl`, with Scrapy's own options and log."""

import argparse

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.crawler import AsyncCrawlerProcess

from scraper.crawl.run import run_crawl
from scraper.crawl.spiders.practice_days import PracticeDaysSpider, config_of
from scraper.exit_status import exit_status_of


class Command(CrawlCommand):
    """Replaces Scrapy's `crawl` for our spider: prints the summary, and ends with the exit status of `make crawl`."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider. Arguments that are not given come from the environment and `.env`."""
        process = self.crawler_process
        if args != [PracticeDaysSpider.name] or not isinstance(process, AsyncCrawlerProcess):
            super().run(args, opts)
            return
        self.exitcode = exit_status_of(
            "crawl",
            lambda: run_crawl(process, process.create_crawler(PracticeDaysSpider), config_of(opts.spargs)),
        )
