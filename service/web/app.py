"""The application: the API over a database, as OpenAPI describes it."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from scraper import __version__
from scraper.config import Config
from scraper.database.connection import Database
from service.web import pools
from service.web.metrics import Requests, Stored
from service.web.pages import assets, feeds, imports, signing_in
from service.web.pages import compare as compare_pages
from service.web.pages import days as day_pages
from service.web.pages import people as people_pages
from service.web.pages import sessions as session_pages
from service.web.pages import tracks as track_pages
from service.web.pages.kept_days import KeptDays
from service.web.pages.rendering import KeptPages, problem_page
from service.web.problems import ProblemDocument, add_handlers
from service.web.queries.all_tracks import AllTracks
from service.web.request_checks import RequestChecks
from service.web.routes import days, discover, ingest, jobs, operation, people, sessions, tracks
from service.web.settings import WebSettings

# `feed.atom` is looked for before the day of that name.
_PAGES = (assets, track_pages, feeds, day_pages, session_pages, people_pages, compare_pages, imports, signing_in)

DESCRIPTION = """
Practice days of radio-controlled car tracks, as LiveRC publishes them.

Lists are JSON, or CSV for a spreadsheet with `Accept: text/csv` or with `.csv` after the path. Numbers are exact: read
them as decimals. Problems are documents by RFC 9457; programs decide by their `code`.
"""


def create_app(config: Config, settings: WebSettings, database: Database) -> FastAPI:
    """Return the application for a migrated database. Its lifespan opens and closes its connections."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with pools.opened(database) as app.state.pools:
            yield

    app = FastAPI(
        title="LiveRC practice warehouse",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
    )
    app.state.config, app.state.settings = config, settings
    app.state.is_stopping = lambda: False  # whoever serves the application knows
    app.state.requests = Requests()
    app.state.all_tracks = AllTracks()
    app.state.stored = Stored(app.state.all_tracks)
    app.state.streams = Counter[str]()
    app.state.kept_pages, app.state.kept_days = KeptPages(), KeptDays()
    app.add_middleware(RequestChecks, settings=settings, requests=app.state.requests)
    add_handlers(app, problem_page)
    api = APIRouter(prefix="/api/v1")
    for module in (tracks, days, ingest, discover, sessions, people, jobs):
        api.include_router(module.router)
    app.include_router(api)
    app.include_router(operation.router)
    for pages in _PAGES:
        app.include_router(pages.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # how FastAPI documents it
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the document, with the schema that the responses for problems refer to."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if not app.state.settings.needs_token:  # a token is not needed
            for path in document["paths"].values():
                for operation in path.values():
                    if "security" in operation:
                        operation["security"].insert(0, {})
        schemas |= schema.pop("$defs") | {"ProblemDocument": schema}
        app.openapi_schema = document
    return app.openapi_schema
