"""What a form of a page sends."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response

from service.web.problems import Refusal

_MOST_FIELDS = 20
_MEDIA_TYPE = "application/x-www-form-urlencoded"


async def _read_fields(request: Request) -> Mapping[str, str]:
    # `RequestChecks` refuses the pages of other sites by what a browser says of them. A form that says nothing of its
    # page may come from one, and needs no permission of the browser's as JSON does.
    if "origin" not in request.headers and request.headers.get("sec-fetch-site") != "same-origin":
        raise Refusal("CROSS_SITE_REQUEST", "The browser does not say which page the form is of. Programs use the API.")
    if request.headers.get("content-type", _MEDIA_TYPE).partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise Refusal("VALIDATION_ERROR", f"A form is sent as {_MEDIA_TYPE}.")
    try:
        pairs = parse_qsl((await request.body()).decode(), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refusal("VALIDATION_ERROR", "The form cannot be read.") from None
    return {name: value.strip() for name, value in pairs}


Fields = Annotated[Mapping[str, str], Depends(_read_fields)]
"""The fields of a form that are not empty. Raises CROSS_SITE_REQUEST for a form of unknown origin."""


def see_other(path: str) -> Response:
    """Send the browser on to a page after a form."""
    return Response(status_code=303, headers={"Location": path})
