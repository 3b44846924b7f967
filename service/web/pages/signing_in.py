"""Signing in with a token where the service listens beyond loopback, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.web import access
from service.web.access import IsSignedIn
from service.web.pages.forms import Fields, see_other
from service.web.pages.rendering import page
from service.web.pools import ThePools

router = APIRouter(include_in_schema=False)

_AFTERWARDS = "/imports"


@router.get("/sign-in")
def show_form(
    request: Request, is_signed_in: IsSignedIn, to: Annotated[str, Query(max_length=500)] = _AFTERWARDS
) -> Response:
    """Show the form, or go on if there is nothing to sign in for."""
    to = _own_path(to)
    return see_other(to) if is_signed_in else page(request, "sign_in.html", to=to, is_wrong=False)


@router.post("/sign-in")
def sign_in(request: Request, pools: ThePools, fields: Fields) -> Response:
    """Sign in with a token, and go on to the page that asked for it."""
    to, token = _own_path(fields.get("to", _AFTERWARDS)), fields.get("token", "")
    if not access.is_token(pools, token):
        return page(request, "sign_in.html", status=401, to=to, is_wrong=True)
    response = see_other(to)
    # Behind a proxy the browser alone knows that it uses TLS.
    is_secure = request.url.scheme == "https" or request.headers.get("origin", "").startswith("https:")
    access.sign_in(response, token, is_secure=is_secure)
    return response


@router.post("/sign-out")
def sign_out(_: Fields) -> Response:
    """Sign out."""
    response = see_other(_AFTERWARDS)
    access.sign_out(response)
    return response


def _own_path(to: str) -> str:
    """Return a path of this service, whatever a link asks for."""
    is_own = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable() and to.isascii()
    return to if is_own else _AFTERWARDS
