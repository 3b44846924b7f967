"""The page of a practice day: one HTML file that needs no network and runs only its own script."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scraper.report import wording
from scraper.report.contents import contents_of
from scraper.report.practice_day import FEWEST_LAPS_FOR_CONSISTENCY, PracticeDay

TEMPLATES = Path(__file__).with_name("templates")
"""Templates, style sheet and script, which the pages of the service use, too."""


def render(day: PracticeDay) -> str:
    """Render the whole page. Equal rows give equal pages."""
    return (
        environment()
        .get_template("day.html")
        .render(
            **vars(contents_of(day)),
            fewest_laps=FEWEST_LAPS_FOR_CONSISTENCY,
            styles=_source("page.css"),
            script=_source("page.js"),
        )
    )


@lru_cache(maxsize=2)
def environment(*folders: Path) -> Environment:
    """Return the templates of these folders, and those of the report that have other names."""
    environment = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,  # what is unknown sorts as an empty cell
    )
    environment.filters |= {name: getattr(wording, name) for name in wording.FILTERS}
    environment.filters["source_hash"] = _source_hash
    environment.globals["flag_words"] = wording.FLAGS
    return environment


def _source(name: str) -> Markup:
    """Return a style sheet or script, which the page contains as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 (our own file)


def _source_hash(source: str) -> str:
    """Return the hash by which the page's Content-Security-Policy allows a style sheet or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
