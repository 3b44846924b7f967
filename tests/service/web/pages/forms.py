"""Forms, filled in and sent as a browser does."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI
from parsel import Selector

from tests.service.web.conftest import serving
from tests.service.web.pages.conftest import page_of


@contextmanager
def browsing(app: FastAPI) -> Iterator[httpx.Client]:
    """A client that asks for pages, says which page a form is of, and goes where a form sends it."""
    with serving(app) as client:
        client.headers.update({"accept": "text/html,*/*;q=0.8", "origin": f"{client.base_url}".rstrip("/")})
        client.follow_redirects = True
        yield client


def send(client: httpx.Client, page: Selector, action: str, **typed: str) -> httpx.Response:
    """Fill in a form of a page, and send it."""
    (form,) = page.css(f'form[method="post"][action="{action}"]')
    fields = {each.attrib["name"]: each.attrib.get("value", "") for each in form.css("input:not([type=checkbox])")}
    names = {each.attrib["name"] for each in form.css("input, select")}
    assert {*typed} <= names
    return client.post(action, data=fields | typed)


def sent(client: httpx.Client, page: Selector, action: str, **typed: str) -> Selector:
    """The page to which a form leads."""
    return page_of(send(client, page, action, **typed))
