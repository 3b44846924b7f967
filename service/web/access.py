"""Who may cause requests to the site: whoever reaches a service on loopback, and elsewhere whoever has a token."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.web.pools import ThePools
from service.web.problems import Refusal
from service.web.tokens import is_valid

_bearer = HTTPBearer(auto_error=False, description="Made by `python -m service tokens make NAME`.")


def _may_cause_requests(
    request: Request, pools: ThePools, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> None:
    if given is None and request.app.state.settings.is_loopback and "authorization" not in request.headers:
        return
    if given is not None:
        with pools.jobs.connection() as connection:
            if is_valid(connection, given.credentials):
                return
    raise Refusal(
        "UNAUTHORIZED",
        "Send a valid token: Authorization: Bearer … . The operator of this service makes tokens.",
        {"WWW-Authenticate": "Bearer"},
    )


MayCauseRequests = Depends(_may_cause_requests)
"""A dependency of a path that causes requests to the site or cancels them. Raises UNAUTHORIZED."""
