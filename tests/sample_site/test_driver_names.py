"""Display names and normalized names."""

import pytest

from scraper.sample_site.driver_names import display_name, normalized_name


@pytest.mark.parametrize(
    ("name", "normalized"),
    [
        ("Rosander, Greg", "greg rosander"),
        ("GREG  ROSANDER", "greg rosander"),
        (" greg rosander. ", "greg rosander"),
        ("José Nuñez", "jose nunez"),
        ("Łukasz Wierzbin", "lukasz wierzbin"),
        ("Søren Æbelgård", "aebelgard soren"),
        ("Đorđe Weiß-Œuvré", "dorde oeuvre weiss"),
        ("Зоя Лугова", "зоя лугова"),
        ("Finn O'Dwyer", "finn odwyer"),
        ("Finn O\u2019Dwyer", "finn odwyer"),
        ("J.R. Vane", "jr vane"),
        ("Coco Martin", "coco martin"),
        ("Mabb & Sons", "mabb sons"),
        ("Zed <3", "3 zed"),
        ("Hedda Crane-Lowell", "crane hedda lowell"),
        ("Unknown Driver", None),
        ("", None),
        (" ", None),
        ("--", None),
    ],
)
def test_normalized_name(name: str, normalized: str | None) -> None:
    assert normalized_name(name) == normalized


@pytest.mark.parametrize(
    ("name", "displayed"),
    [("GREG  ROSANDER ", "GREG ROSANDER"), ("", "Unknown Driver"), ("Unknown Driver", "Unknown Driver")],
)
def test_display_name(name: str, displayed: str) -> None:
    assert display_name(name) == displayed
