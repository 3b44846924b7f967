"""The paths of the application, as OpenAPI names them."""

from fastapi import Request
from starlette.routing import Match
from starlette.types import Scope

_METHODS = ("GET", "POST", "DELETE")


def route_of(scope: Scope) -> str | None:
    """Return the path with the names of its parameters in place of their values; None for a path that is none."""
    template: str | None = getattr(scope.get("route"), "path_format", None)
    if template is None:
        path: str = scope["path"]
        return path if path == getattr(scope.get("app"), "openapi_url", None) else None
    # The route knows its path from its router on; what comes before is a prefix.
    prefix = scope["path"].split("/")[: -template.count("/")]
    return "/".join(prefix) + template


def methods_of(request: Request) -> str:
    """Return the methods of the path of a request, as the `Allow` header has them."""
    allowed = [method for method in _METHODS if _is_routed(request, method)]
    return ", ".join(["GET", "HEAD", *allowed[1:]] if "GET" in allowed else allowed)


def _is_routed(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
