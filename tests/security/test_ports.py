"""A crawl listens on no port: Scrapy's consoles, which execute any code, are off."""

import psutil

from tests.support.crawling import Crawler
from tests.support.faults import Fault, NeverAnswer
from tests.support.waiting import wait_for


def test_a_crawl_has_no_listening_socket(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", NeverAnswer()))
    with crawler.start() as crawl:
        wait_for(lambda: [path for path in crawler.asked() if "view_session" in path], crawl)
        sockets = psutil.Process(crawl.pid).net_connections(kind="inet")
        crawl.kill()
    assert sockets  # those to the site are seen
    assert [each for each in sockets if each.status == psutil.CONN_LISTEN] == []
