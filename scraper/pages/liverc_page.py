"""Opening a page: is it there, whole, and one of LiveRC's?

Every LiveRC page holds its content in ``#page-wrapper``: the track's name in ``h1.page-header``, what kind of page
it is in ``h3.page-header``, often a date or a clock in ``h5.page-header``, then ``div.panel`` boxes, each with a
``div.panel-heading`` that says what the box is about.
"""

import attrs
from lxml.etree import XPath
from lxml.html import HtmlElement
from parsel import Selector

from scraper.pages.bot_check import is_bot_check
from scraper.pages.cells import has_class, text_of
from scraper.pages.page_error import PageError, PageErrorKind

_PAGE_HEADER = f"id('page-wrapper')/descendant::{{tag}}[{has_class('page-header')}]"
_TRACK_NAME = XPath(_PAGE_HEADER.format(tag="h1"))
_PAGE_KIND = XPath(_PAGE_HEADER.format(tag="h3"))
_DATE_OR_CLOCK = XPath(_PAGE_HEADER.format(tag="h5"))
_TITLE = XPath("string(descendant::title)", smart_strings=False)
_PANEL_HEADINGS = XPath(f"descendant::div[{has_class('panel-heading')}]")


@attrs.frozen
class Panel:
    """A box of a page. ``about`` is what its heading says after the words it was looked for by."""

    about: str
    element: HtmlElement


def open_page(html: str) -> HtmlElement:
    """Parse ``html`` once and return its root element.

    Raises :class:`PageError` for a page that is empty, a bot check, cut off, or not one of LiveRC's.
    """
    if not html.strip():
        raise PageError(PageErrorKind.EMPTY, "the page is empty")
    if is_bot_check(html):
        raise PageError(PageErrorKind.BOT_CHECK, "the site asks for a human instead of showing the page")
    if not html.lstrip("\ufeff \t\r\n").startswith("<"):
        raise PageError(PageErrorKind.NOT_LIVERC, "the body is no HTML")
    if html.rstrip()[-7:].lower() != "</html>":
        raise PageError(PageErrorKind.TRUNCATED, f"the page ends after {len(html)} characters without </html>")
    # A lone surrogate cannot be encoded, and the parser works on bytes.
    root: HtmlElement = Selector(text=html.encode(errors="replace").decode(), type="html").root
    if not _TRACK_NAME(root):
        title = " ".join(_TITLE(root).split())[:200]
        raise PageError(PageErrorKind.NOT_LIVERC, f'no #page-wrapper h1.page-header; the page\'s title is "{title}"')
    return root


def track_name(root: HtmlElement) -> str:
    """The track's name as the page prints it."""
    return text_of(_TRACK_NAME(root)[0])


def date_heading(root: HtmlElement) -> str | None:
    """The date or clock under the track's name."""
    found = _DATE_OR_CLOCK(root)
    return text_of(found[0]) if found else None


def find_panel(root: HtmlElement, heading: str) -> Panel | None:
    """The first panel whose heading begins with ``heading``."""
    for element in _PANEL_HEADINGS(root):
        text = text_of(element)
        if text.startswith(heading):
            return Panel(about=text.removeprefix(heading).strip(), element=element.getparent())
    return None


def changed_layout(root: HtmlElement, missing: str) -> PageError:
    """The error for a page that lacks a landmark. It quotes what the page says it is, since it may be another kind."""
    found = _PAGE_KIND(root)
    kind = text_of(found[0])[:200] if found else "nothing"
    return PageError(PageErrorKind.CHANGED_LAYOUT, f'{missing}; the page says that it is "{kind}"')
