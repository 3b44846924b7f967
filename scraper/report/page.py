"""The page: everything of a practice day in one file that needs no network and runs no script but its own."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from scraper.report import wording
from scraper.report.contents import contents_of
from scraper.report.practice_day import PracticeDay
from scraper.report.racers import FEWEST_LAPS_FOR_CONSISTENCY

_TEMPLATES = Path(__file__).with_name("templates")


def render(day: PracticeDay) -> str:
    """The whole page. The same rows give the same page."""
    scripts = get_plotlyjs(), _text("page.js")
    return (
        _environment()
        .get_template("day.html")
        .render(
            **vars(contents_of(day)),
            fewest_laps=FEWEST_LAPS_FOR_CONSISTENCY,
            styles=Markup(_text("page.css")),  # noqa: S704 - our own files
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            script_hashes=[_hash(script) for script in scripts],
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(wording, name) for name in wording.FILTERS}
    environment.globals["flag_words"] = wording.FLAGS
    return environment


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """By which the page's policy knows a script; no other one runs."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
