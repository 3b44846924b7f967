"""The paths of the application, as OpenAPI names them."""

from fastapi import Request
from starlette.types import Scope


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
    # Starlette knows those of one function, and a path may have several.
    operations = request.app.openapi()["paths"].get(route_of(request.scope), {})
    return ", ".join(sorted(method.upper() for method in operations))
