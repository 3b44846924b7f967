"""The sessions that chance alone would not bring: each known trap of the real pages, on a day of its own choosing.

``days_back`` counts practice days from the end of the season (0 is its last), so that names come before or after one
another by intention; a season too short for a day goes without its sessions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from scraper.sample_site.chance import chance_of
from scraper.sample_site.driver_names import UNKNOWN_CLASS, UNKNOWN_DRIVER

TOO_SHORT_MS, TOO_LONG_MS = 6_298, 95_034
"""Outside the valid range of every track."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted session."""

    days_back: int
    clock: time
    driver: str
    class_name: str
    transponder: str
    laps: int | tuple[int, ...]
    """How many ordinary laps, or the times of all laps in milliseconds."""

    person: str = ""
    """Who drives without a name; else the name says it, in any spelling."""

    @property
    def lap_times_ms(self) -> tuple[int, ...]:
        """The times of all laps; ordinary ones are valid at every track."""
        if isinstance(self.laps, tuple):
            return self.laps
        return _ordinary_laps(self.laps, f"{self.driver} {self.transponder} {self.days_back} {self.clock}")


def _ordinary_laps(count: int, whose: str) -> tuple[int, ...]:
    chance = chance_of("planted", whose)
    return tuple(chance.randint(31_000, 36_500) for _ in range(count))


def _sessions() -> Iterator[Planted]:
    yield from _transponders()
    yield from _names()
    yield from _name_variations()
    yield from _classes()
    yield from _lengths()
    yield from _lap_counts()
    yield from _clocks()
    yield from _borders()


def _transponders() -> Iterator[Planted]:
    # One driver, three transponders on one day.
    yield Planted(0, time(10, 5, 12, 301_000), "Marlo Tesk", "4WD (Mod)", "9000101", 6)
    yield Planted(0, time(11, 25, 40, 998_000), "Marlo Tesk", "4WD (Mod)", "9000102", 9)
    yield Planted(0, time(13, 2, 3, 2_000), "Marlo Tesk", "4WD (Mod)", "9000103", 5)
    # One transponder, two people on one day; the later one gives the driver's name.
    yield Planted(1, time(10, 10), "Ilse Varnholt", "1/10 Open", "9000201", 8)
    yield Planted(1, time(14, 40), "Pip Varnholt", "1/10 Open", "9000201", 6)
    # The same transponder and no name: it may be either of them.
    yield Planted(1, time(16, 58), UNKNOWN_DRIVER, "1/10 Open", "9000201", 5, "pip varnholt")
    # Named, then unknown, then named again; and known at first, unknown at last.
    yield Planted(6, time(10, 45), "Otis Grennick", "2WD Stock Buggy", "9000301", 7)
    yield Planted(3, time(10, 50), UNKNOWN_DRIVER, "2WD Stock Buggy", "9000301", 7, "grennick otis")
    yield Planted(0, time(10, 55), "Otis Grennick", "2WD Stock Buggy", "9000301", 7)
    yield Planted(4, time(15, 20), "Hedda Crane-Lowell", "Short Course Truck", "9000302", 10)
    yield Planted(1, time(15, 25), UNKNOWN_DRIVER, UNKNOWN_CLASS, "9000302", 11, "crane hedda lowell")
    # Never named; with a transponder one driver, without one as many as sessions.
    yield Planted(5, time(12, 20), UNKNOWN_DRIVER, "Open Practice", "9000303", 4)
    yield Planted(2, time(12, 21), UNKNOWN_DRIVER, "Open Practice", "9000303", 5)
    yield Planted(2, time(12, 40), UNKNOWN_DRIVER, "Open Practice", "", 6)
    yield Planted(2, time(13, 40), UNKNOWN_DRIVER, UNKNOWN_CLASS, "", 3)
    # A name without a transponder, twice: two drivers to us.
    yield Planted(2, time(14, 5), "Wenna Halloway", "Open Practice", "", 8)
    yield Planted(0, time(14, 6), "Wenna Halloway", "4WD (Mod)", "", 6)
    # A transponder that is no number; the plain number is somebody else's.
    yield Planted(1, time(11, 11), "Caspar Undergate", "1/8 Electric Buggy", "3141592/2", 9)
    yield Planted(1, time(11, 40), "Beryl Undergate", "1/8 Electric Buggy", "3141592", 9)
    # What somebody typed to fill the field says nothing: one name at two tracks may be two people, no name anybody.
    yield Planted(4, time(16, 12), "Lotte Fillmore", "Open Practice", "9999999", 6)
    yield Planted(3, time(16, 12), "Lotte Fillmore", "Open Practice", "9999999", 6)
    yield Planted(3, time(16, 30), UNKNOWN_DRIVER, "Open Practice", "9999999", 5, "fillmore lotte")
    # One driver, one transponder, two classes.
    yield Planted(0, time(9, 50), "Tamsin Orrel", "1/8 Electric Buggy", "9000401", 8)
    yield Planted(0, time(15, 15), "Tamsin Orrel", "1/8 Buggy (Sportsman)", "9000401", 8)


def _names() -> Iterator[Planted]:
    names = ("José Nuñez", "Łukasz Wierzbin", "Зоя Лугова", "Søren Æbelgård", "Finn O'Dwyer", "Mabb & Sons", "Zed <3")
    for number, name in enumerate(names):
        yield Planted(2, time(9, 40 + number, 17), name, "1/10 Open", str(9_000_501 + number), 5 + number)
    # The same people as others type them; two tidy cells, two that are not.
    yield Planted(0, time(16, 1), "Jose Nunez", "1/10 Open", "9000501", 6)
    yield Planted(5, time(16, 2), "Lukasz  Wierzbin ", "1/10 Open", "9000502", 6)
    # A cell that somebody left blank.
    yield Planted(1, time(16, 30), "", "1/10 Open", "9000508", 5)
    yield Planted(1, time(16, 45), "Effie Blankenrow", "", "9000509", 5)


def _name_variations() -> Iterator[Planted]:
    variations = ("Greg Rosander", "Rosander, Greg", "GREG  ROSANDER", "greg rosander.")
    for days_back, name in zip((8, 6, 4, 2), variations, strict=True):
        yield Planted(days_back, time(17, 3), name, "2WD Stock Buggy", "9000601", 9)


def _classes() -> Iterator[Planted]:
    yield Planted(1, time(12, 2), "Dorrit Vane", "4WD (Mod)", "", 7)
    yield Planted(1, time(12, 33), "Dorrit Vane", "1/8 Buggy (Sportsman)", "9000701", 7)
    yield Planted(1, time(13, 3), "Dorrit Vane", UNKNOWN_CLASS, "9000701", 7)


def _lengths() -> Iterator[Planted]:
    yield Planted(0, time(12, 14, 59, 999_000), "Hale Sprintley", "1/10 Open", "9000801", 1)
    yield Planted(0, time(17, 10), "Ada Longacre", "1/8 Electric Buggy", "9000802", 112)
    yield Planted(1, time(17, 20), "Basil Stray", "Short Course Truck", "9000803", ())
    # Invalid laps: too short, too long, splitting what would be three in a row; and nothing valid at all.
    strays = (
        *_ordinary_laps(2, "Basil"),
        TOO_SHORT_MS,
        *_ordinary_laps(4, "Stray"),
        TOO_LONG_MS,
        *_ordinary_laps(3, "Basil Stray"),
    )
    yield Planted(0, time(16, 20), "Basil Stray", "Short Course Truck", "9000803", strays)
    yield Planted(0, time(16, 50), "Basil Stray", "Short Course Truck", "9000803", (TOO_LONG_MS, TOO_SHORT_MS))
    # Over a minute a lap, and valid at this track: lap times are printed in bare seconds all the same.
    yield Planted(2, time(17, 30), "Lorimer Slow", "1/10 Open", "9000804", (65_340, 64_871, 66_002))


def _lap_counts() -> Iterator[Planted]:
    for number, count in enumerate((1, 4, 7, 12, 20)):
        yield Planted(2, time(15, 10 * number, 5), "Vera Countryman", "4WD (Mod)", "9000901", count)


def _clocks() -> Iterator[Planted]:
    yield Planted(1, time(0, 20, 30, 450_000), "Nox Lantern", "1/10 Open", "9001001", 5)
    yield Planted(1, time(12, 0, 0), "Nox Lantern", "1/10 Open", "9001001", 5)
    yield Planted(1, time(23, 52, 10, 733_000), "Nox Lantern", "1/10 Open", "9001001", 25)
    # Two people over the line in the same second.
    yield Planted(0, time(13, 33, 33, 100_000), "Twyla Parr", "1/10 Open", "9001002", 4)
    yield Planted(0, time(13, 33, 33, 900_000), "Twain Parr", "1/10 Open", "9001003", 4)


def _borders() -> Iterator[Planted]:
    # Equal best laps: within a session, of one driver's two, and of two drivers. Five minutes of pause are a short one.
    yield Planted(0, time(14, 20), "Arlo Even", "Vintage Truck", "9001101", (33_500, 32_750, 34_100, 32_750, 33_900))
    yield Planted(0, time(14, 27, 47), "Arlo Even", "Vintage Truck", "9001101", (33_010, 32_750))
    yield Planted(0, time(14, 30), "Bryn Even", "Vintage Truck", "9001102", (34_000, 32_750, 33_300))
    # A short pause, and another class.
    yield Planted(0, time(14, 35), "Bryn Even", "4WD (Mod)", "9001102", 5)
    # Laps of 90, 110, 120 and 200 per cent of the median.
    cass = (40_000, 40_000, 36_000, 44_000, 48_000, 80_000)
    yield Planted(0, time(14, 40), "Cass Late", "Vintage Truck", "9001103", cass)


EDGE_CASES = tuple(_sessions())
