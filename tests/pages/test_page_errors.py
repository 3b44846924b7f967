"""Pages that every page object rejects."""

import pickle
from collections.abc import Callable

import pytest

from scraper.pages import DayListPage, MonthPage, PageError, PageErrorKind, SessionPage, is_bot_check
from tests.pages.markup import day_list_page, list_row, list_table, month_page, page, session_page

READERS: list[Callable[[str], object]] = [
    lambda html: MonthPage(html, month="2025-10"),
    lambda html: DayListPage(html, date="2025-10-25"),
    SessionPage,
]
each_kind_of_page = pytest.mark.parametrize("read", READERS, ids=["month", "list", "session"])
PADDING = " " * 5_900


def error_of(read: Callable[[str], object], html: str) -> PageError:
    with pytest.raises(PageError) as error:
        read(html)
    assert "\n" not in error.value.reason
    return error.value


@each_kind_of_page
@pytest.mark.parametrize("html", ["", " ", "\r\n\t\n"])
def test_a_blank_body_is_rejected_as_empty(read: Callable[[str], object], html: str) -> None:
    assert error_of(read, html).kind is PageErrorKind.EMPTY


@each_kind_of_page
@pytest.mark.parametrize(
    "html",
    [
        "<html><head><title>Just a moment...</title></head><body></body></html>",
        "<html><head><TITLE>\n JUST A MOMENT...</TITLE>",
        "<html><head><title>Sandy Creek</title><script>window._cf_chl_opt={}</script>",
        "<title lang=en>Attention Required! | Cloudflare</title>",
        "<title>Access denied</title></html>",
        "<html>" + PADDING + "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate'></script></html>",
        "<div id='cf-browser-verification'>There are no practice sessions available for the given date.</div>",
        "window._CF_CHL_OPT={}",
        day_list_page().replace("<head>", "<head><script>window._cf_chl_opt={}</script>"),
    ],
)
def test_a_bot_check_is_recognised(read: Callable[[str], object], html: str) -> None:
    assert is_bot_check(html)
    assert error_of(read, html).kind is PageErrorKind.BOT_CHECK


@pytest.mark.parametrize(
    "html",
    [
        month_page(),
        session_page(),
        "<title>captcha</title>",
        page("", kind="Practice Session for Access denied"),
        page("", kind="Practice Session for cf_chl_opt"),
        "<html>" + PADDING + " " * 100 + "<script src='/cdn-cgi/challenge-platform/jsd/main.js'></script></html>",
    ],
)
def test_an_ordinary_page_is_no_bot_check(html: str) -> None:
    assert not is_bot_check(html)


@each_kind_of_page
def test_a_page_without_its_end_is_rejected_as_truncated(read: Callable[[str], object]) -> None:
    for html in (month_page(), day_list_page(), session_page()):
        error = error_of(read, html.replace("</html>", ""))
        assert error.kind is PageErrorKind.TRUNCATED
        assert "without </html>" in error.reason


@pytest.mark.parametrize("ending", ["</html>", "</HTML>", "</html>\r\n\n  "])
def test_the_end_of_a_page_may_be_in_upper_case_and_followed_by_white_space(ending: str) -> None:
    html = session_page().rstrip().removesuffix("</html>") + ending
    assert SessionPage(html).payload() == SessionPage(session_page()).payload()


@each_kind_of_page
@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<html><head><title>502\n Bad Gateway</title></head><body></body></html>", '"502 Bad Gateway"'),
        ("<html></html>", '""'),
        ("<!-- nothing --></html>", '""'),
        (day_list_page().replace('id="page-wrapper"', 'id="wrapper"'), "Sandy Creek :: Practice Sessions :: LiveRC"),
        (day_list_page().replace('<h1 class="page-header">', "<h1>"), "Sandy Creek :: Practice Sessions :: LiveRC"),
    ],
)
def test_a_page_of_another_site_is_rejected_with_its_title(
    read: Callable[[str], object], html: str, title: str
) -> None:
    error = error_of(read, html)
    assert error.kind is PageErrorKind.NOT_LIVERC
    assert title in error.reason


@each_kind_of_page
@pytest.mark.parametrize("html", ['{"error": "not found"}', "Not Found", "\x00\x00", "\ufeff"])
def test_a_body_that_is_no_html_is_rejected(read: Callable[[str], object], html: str) -> None:
    assert error_of(read, html).kind is PageErrorKind.NOT_LIVERC


def test_a_byte_order_mark_is_ignored() -> None:
    assert SessionPage("\ufeff" + session_page()).payload() == SessionPage(session_page()).payload()


def test_a_lone_surrogate_is_replaced() -> None:
    html = day_list_page(list_table([list_row(driver="Ana\ud800Ruiz")]))
    assert DayListPage(html, date="2025-10-25").sessions[0]["driver"] == "Ana?Ruiz"


def test_an_error_prints_its_reason_and_can_be_pickled() -> None:
    error = PageError(PageErrorKind.EMPTY, "the page\nis empty")
    assert str(error) == "the page is empty"
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.kind, twin.reason) == (error.kind, error.reason)
    assert f"{error.kind}" == "empty"
