"""The style sheet: every colour of text is readable on every background, in light and dark."""

import re
from pathlib import Path

import pytest

from scraper.report import page
from scraper.report.charts import CLASS_COLOURS

STYLES = (Path(page.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root[^{]*\{(.*?)\}", STYLES, re.DOTALL)
)
TEXT = ("ink", "soft", "accent", "best", "slow", "fast", "invalid")
SIGNS = ("average", "lap", *(f"class-{number}" for number in range(1, CLASS_COLOURS + 1)))
schemes = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2: from 1 for equal colours to 21 for black on white."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_as_in_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@schemes
@pytest.mark.parametrize("ground", ["ground", "card"])
def test_text_is_readable(colours: dict[str, str], ground: str) -> None:
    assert {name for name in TEXT if contrast(colours[name], colours[ground]) < 4.5} == set()


@schemes
def test_signs_of_charts_are_visible(colours: dict[str, str]) -> None:
    assert {name for name in SIGNS if contrast(colours[name], colours["card"]) < 3} == set()


def test_the_dark_scheme_has_every_colour_of_text_and_signs() -> None:
    assert {*TEXT, *SIGNS, "ground", "card", "line"} <= DARK.keys() <= LIGHT.keys()
