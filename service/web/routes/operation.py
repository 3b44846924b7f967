"""For whoever watches the service: whether it lives, whether it can answer, and its metrics."""

from typing import Any

from fastapi import APIRouter, Request, Response

from scraper.database.migrate import schema_problem
from scraper.errors import Code
from service.web.documents import Document
from service.web.metrics import MEDIA_TYPE
from service.web.pools import ThePools
from service.web.problems import Refusal, responses

router = APIRouter(tags=["operation"])

_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}


class Health(Document):
    """The service answers."""

    status: str


@router.get("/healthz", responses=responses())
async def live() -> Health:
    """Say that this process answers, whatever the database does."""
    return Health(status="ok")


@router.get("/readyz", responses=responses())
def ready(pools: ThePools) -> Health:
    """Say that the database answers, has the schema of this program, and has been derived."""
    with pools.readers.connection() as connection:
        if schema_problem(connection):
            detail = "The database has the schema of another release. Run make migrate."
            raise Refusal(Code.DATABASE_UNAVAILABLE, detail, {"Retry-After": "60"})
        connection.execute("select from analytics.practice_days limit 1")
    return Health(status="ok")


@router.get("/metrics", response_class=Response, responses=_TEXT | responses())
def metrics(request: Request, pools: ThePools) -> Response:
    """Return the metrics as Prometheus reads them; what the database says, as it was at most 5 seconds ago."""
    state = request.app.state
    return Response(state.requests.text() + state.stored.text(pools), media_type=MEDIA_TYPE)
