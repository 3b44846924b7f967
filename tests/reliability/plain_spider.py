"""A spider as tutorials have it, for Scrapy's own default settings: what `test_network_faults.py` must find wanting."""

from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.http import Response


class PlainSpider(scrapy.Spider):
    """A day's list, and the page of each session on it. `-a list_url=…`."""

    name = "plain"
    list_url: str

    async def start(self) -> Any:
        """The list."""
        yield scrapy.Request(self.list_url)

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        """Every session that the list names."""
        for session_id in response.css("a[href*=view_session]::attr(href)").re(r"\bid=(\d+)"):
            url = response.urljoin(f"?p=view_session&id={session_id}")
            yield scrapy.Request(url, callback=self.parse_session, cb_kwargs={"session_id": session_id})

    def parse_session(self, response: Response, session_id: str) -> Iterator[dict[str, Any]]:
        """What the page says."""
        yield {"session_id": session_id, "laps": len(response.css(".laps_list span::text").getall())}
