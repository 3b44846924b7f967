"""Who may cause requests to the site: whoever uses the machine of a service on loopback, and else whoever has a token.

Programs send the token as a header, and the API reads nothing else. Browsers send it as the cookie of somebody who has
signed in, which counts for pages alone.
"""

from typing import Annotated

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.web.pools import Pools, ThePools
from service.web.problems import Refusal
from service.web.tokens import is_valid

COOKIE = "practice_token"

SECONDS_SIGNED_IN = 7 * 24 * 3600
"""How long a browser keeps the cookie. The token itself counts until it is revoked."""

_bearer = HTTPBearer(auto_error=False, description="Made by `python -m service tokens make NAME`.")


def _may_cause_requests(
    request: Request, pools: ThePools, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> None:
    if given is None and _is_local(request) and "authorization" not in request.headers:
        return
    if given is not None and is_token(pools, given.credentials):
        return
    raise Refusal(
        "UNAUTHORIZED",
        "Send a valid token: Authorization: Bearer … . The operator of this service makes tokens.",
        {"WWW-Authenticate": "Bearer"},
    )


MayCauseRequests = Depends(_may_cause_requests)
"""A dependency of a path of the API that causes requests to the site or cancels them. Raises UNAUTHORIZED."""


def _is_local(request: Request) -> bool:
    """Return whether a request needs no token: no proxy has passed it on, and none is expected."""
    is_forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    return not request.app.state.settings.needs_token and not is_forwarded


def _is_signed_in(request: Request, pools: ThePools) -> bool:
    if _is_local(request):
        return True
    token = request.cookies.get(COOKIE)
    return token is not None and is_token(pools, token)


IsSignedIn = Annotated[bool, Depends(_is_signed_in)]
"""Whether the browser may cause requests: it has signed in, or need not."""


def _must_be_signed_in(is_signed_in: IsSignedIn) -> None:
    if not is_signed_in:
        raise Refusal("UNAUTHORIZED", "Sign in first, then do this again.", {"WWW-Authenticate": "Bearer"})


MustBeSignedIn = Depends(_must_be_signed_in)
"""A dependency of a form that causes requests to the site or cancels them. Raises UNAUTHORIZED."""


def sign_in(response: Response, token: str, *, is_secure: bool) -> None:
    """Let a browser send a token with each request of our own pages, and no script read it."""
    response.set_cookie(COOKIE, token, SECONDS_SIGNED_IN, secure=is_secure, httponly=True, samesite="strict")


def sign_out(response: Response) -> None:
    """Let a browser forget the token."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


def is_token(pools: Pools, token: str) -> bool:
    """Return whether this is a token that was made and not revoked."""
    with pools.jobs.connection() as connection:
        return is_valid(connection, token)
