"""A report read back: its tables as text."""

import re
from dataclasses import dataclass

from parsel import Selector


@dataclass(frozen=True)
class Report:
    """The page's text, by table."""

    html: str
    page: Selector

    @classmethod
    def of(cls, html: str) -> "Report":
        """What a browser without scripts would see."""
        return cls(html, Selector(re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)))

    def table(self, css: str) -> list[list[str]]:
        """The cells of the first table that a selector finds, heading row left out."""
        return [[text_of(cell) for cell in row.css("th, td")] for row in self.page.css(css)[:1].css("tbody tr")]

    def said(self, css: str) -> str:
        """The text of all elements that a selector finds."""
        return " ".join(text_of(element) for element in self.page.css(css))


def text_of(element: Selector) -> str:
    """Its text on one line."""
    return " ".join("".join(element.xpath(".//text()[not(parent::script)]").getall()).split())
