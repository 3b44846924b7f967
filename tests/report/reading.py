"""The text and the tables of a report."""

import re
from dataclasses import dataclass

from parsel import Selector


@dataclass(frozen=True)
class Report:
    """A report and its parsed page."""

    html: str
    page: Selector

    @classmethod
    def of(cls, html: str) -> "Report":
        """Parse the page, without its script."""
        return cls(html, Selector(re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)))

    def table(self, css: str) -> list[list[str]]:
        """The cells of the first table that a selector finds, without the heading row."""
        return [[text_of(cell) for cell in row.css("th, td")] for row in self.page.css(css)[:1].css("tbody tr")]

    def text(self, css: str) -> str:
        """The text of all elements that a selector finds."""
        return " ".join(text_of(element) for element in self.page.css(css))


def text_of(element: Selector) -> str:
    """The text on one line."""
    return " ".join("".join(element.xpath(".//text()").getall()).split())
