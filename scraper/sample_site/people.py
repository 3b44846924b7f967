"""The invented people of the sample season: who is at home at a track, in which class, with which transponders."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from scraper.sample_site.chance import chance_of

GIVEN_NAMES = (
    "Abner", "Belva", "Corin", "Delphine", "Edda", "Fintan", "Gwyn", "Hollis", "Imke", "Jorun", "Kester", "Lunetta",
    "Merrick", "Nell", "Orla", "Perrin", "Quill", "Rowan", "Sable", "Tobin", "Ulla", "Verity", "Wystan", "Xanthe",
    "Yorick", "Zora",
)  # fmt: skip
FAMILY_NAMES = (
    "Ashgrove", "Bramblewick", "Cobbleton", "Dunmarrow", "Elderfen", "Foxglade", "Gorsehill", "Hawthwaite", "Inkpenny",
    "Juniperson", "Kettlebrook", "Larkmoor", "Mossbank", "Nettlefold", "Oakhanger", "Pennywort", "Quickthorn",
    "Rushmere", "Sedgewater", "Thistledown", "Underbough", "Vetchley", "Willowmead", "Yarrowby",
)  # fmt: skip
CLASSES = (
    "1/10 Open",
    "1/8 Electric Buggy",
    "1/8 Buggy (Sportsman)",
    "2WD Stock Buggy",
    "4WD (Mod)",
    "Short Course Truck",
)
FIRST_TRANSPONDER, PLANTED_TRANSPONDERS = 1_000_000, 9_000_000
"""Transponders of generated people; from the second number on they belong to the planted sessions."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A regular at a track; ``pace`` is the driver's ordinary lap as a share of the track's."""

    name: str
    class_name: str
    transponders: tuple[str, ...]
    pace: float


@lru_cache(maxsize=64)
def regulars(seed: int, track_number: int, track_count: int, wanted: int) -> tuple[Driver, ...]:
    """Up to ``wanted`` people, no two of the same name, no transponder shared with another track."""
    rng = chance_of(seed, "regulars", track_number)
    names = [f"{given} {family}" for given, family in product(GIVEN_NAMES, FAMILY_NAMES)]
    names = rng.sample(names, min(wanted, len(names)))
    free = range(FIRST_TRANSPONDER + track_number, PLANTED_TRANSPONDERS, track_count)
    transponders = iter(rng.sample(free, 2 * len(names)))
    return tuple(
        Driver(
            name=name,
            class_name=rng.choice(CLASSES),
            transponders=tuple(str(next(transponders)) for _ in range(rng.choice((1, 1, 1, 2)))),
            pace=rng.uniform(0.93, 1.1),
        )
        for name in names
    )
