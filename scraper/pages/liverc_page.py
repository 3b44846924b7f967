"""Opening a page, and the parts that all LiveRC pages have.

Every LiveRC page has its content in ``#page-wrapper``: the track's name in ``h1.page-header``, the kind of page in
``h3.page-header``, often a date or a clock in ``h5.page-header``, then ``div.panel`` boxes, each with its subject in a
``div.panel-heading``.
"""

from collections.abc import Iterator

import attrs
from lxml.etree import HTMLParser, XPath
from parsel.selector import create_root_node

from scraper.pages.bot_check import is_bot_check
from scraper.pages.cells import Element, has_class, text_of, with_class
from scraper.pages.page_error import PageError, PageErrorKind

NO_PRACTICE = "no synched up practice sessions"
"""What a page says, in any letter case, of a track or a month without practice."""

_CONTENT = XPath("id('page-wrapper')")
_TITLE = XPath("string(descendant::title)", smart_strings=False)


@attrs.frozen
class Panel:
    """A box of a page. ``about`` is the rest of its heading, after the words that it was found by.

    ``element`` is the box; on a page whose headings have no boxes of their own, a copy of what follows the heading.
    """

    about: str
    element: Element
    heading: Element

    def cells(self) -> Iterator[Element]:
        """Yield the ``td`` between this panel's heading and the next: two panels may be in one box."""
        is_own = False
        for element in self.element.iterdescendants("div", "td"):
            if element is self.heading:
                is_own = True
            elif is_own and has_class("panel-heading", element):
                return
            elif is_own and element.tag == "td":
                yield element


def open_page(html: str) -> Element:
    """Parse a page and return its root element.

    Raises :class:`PageError` for a page that is empty, a bot check, truncated, or not one of LiveRC's.
    """
    if not html.strip():
        raise PageError(PageErrorKind.EMPTY, "the page is empty")
    if is_bot_check(html):
        raise PageError(PageErrorKind.BOT_CHECK, "the site asks for a human check instead of showing the page")
    if not html.lstrip("\ufeff \t\r\n").startswith("<"):
        raise PageError(PageErrorKind.NOT_LIVERC, "the body is not HTML")
    if html.rstrip()[-7:].lower() != "</html>":
        raise PageError(PageErrorKind.TRUNCATED, f"the page ends after {len(html)} characters without </html>")
    # The parser works on bytes, and a lone surrogate cannot be encoded.
    root = create_root_node(html.encode(errors="replace").decode(), HTMLParser)
    if _page_header("h1", root) is None:
        title = " ".join(_TITLE(root).split())[:200]
        raise PageError(PageErrorKind.NOT_LIVERC, f'no #page-wrapper h1.page-header; the page\'s title is "{title}"')
    return root


def track_name(root: Element) -> str:
    """Return the track's name as the page prints it."""
    return _page_header("h1", root) or ""


def date_heading(root: Element) -> str | None:
    """Return the date or clock under the track's name."""
    return _page_header("h5", root)


def find_panel(root: Element, heading: str) -> Panel | None:
    """Return the first panel whose heading begins with ``heading``."""
    for element in with_class("panel-heading", "div", root):
        text = text_of(element)
        if text.startswith(heading):
            return Panel(about=text.removeprefix(heading).strip(), element=element.getparent(), heading=element)
    return None


def changed_layout(root: Element, missing: str) -> PageError:
    """Return the error for a page without a landmark; it quotes the kind that the page says it is."""
    kind = _page_header("h3", root)
    kind = "nothing" if kind is None else kind[:200]
    return PageError(PageErrorKind.CHANGED_LAYOUT, f'{missing}; the page calls itself "{kind}"')


def says_no_practice(element: Element | None) -> bool:
    """Return whether a page, or a part of it, says that there is no practice."""
    return element is not None and NO_PRACTICE in text_of(element).casefold()


def content(root: Element) -> Element | None:
    """Return ``#page-wrapper``, the content of a page; None if the page has none."""
    return next(iter(_CONTENT(root)), None)


def _page_header(tag: str, root: Element) -> str | None:
    wrapper = content(root)
    header = None if wrapper is None else next(with_class("page-header", tag, wrapper), None)
    return None if header is None else text_of(header)
