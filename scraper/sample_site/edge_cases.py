"""Sessions that random generation does not produce: every known irregularity of the real pages, on a chosen day.

``days_back`` counts practice days from the end of the season (0 is its last), so that the order of a driver's names is
chosen too. A season that is too short for a day lacks its sessions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from random import Random

from scraper.sample_site.driver_names import UNKNOWN_CLASS, UNKNOWN_DRIVER

TOO_SHORT_MS, TOO_LONG_MS = 6_298, 95_034
"""Outside the valid range of every track."""


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """One session."""

    days_back: int
    clock: time
    driver: str
    class_name: str
    transponder: str
    laps: int | tuple[int, ...]
    """The number of ordinary laps, or the times of all laps in milliseconds."""

    person: str = ""
    """Who drives a session without a name; otherwise the normalized name is the person."""

    summer_time_ends: time | None = None
    """When the track's clock is set back by an hour during the session."""

    @property
    def lap_times_ms(self) -> tuple[int, ...]:
        """The times of all laps. Ordinary laps are valid at every track."""
        if isinstance(self.laps, tuple):
            return self.laps
        return _ordinary_laps(self.laps, f"{self.driver} {self.transponder} {self.days_back} {self.clock}")


def _ordinary_laps(count: int, seed: str) -> tuple[int, ...]:
    random = Random(f"planted|{seed}")  # noqa: S311 (not for secrets)
    return tuple(random.randint(31_000, 36_500) for _ in range(count))


def _edge_cases() -> Iterator[EdgeCase]:
    yield from _transponders()
    yield from _names()
    yield from _name_variations()
    yield from _classes()
    yield from _lengths()
    yield from _lap_counts()
    yield from _clocks()
    yield from _endurance()
    yield from _boundaries()


def _transponders() -> Iterator[EdgeCase]:
    # One driver, three transponders on one day.
    yield EdgeCase(0, time(10, 5, 12, 301_000), "Marlo Tesk", "4WD (Mod)", "9000101", 6)
    yield EdgeCase(0, time(11, 25, 40, 998_000), "Marlo Tesk", "4WD (Mod)", "9000102", 9)
    yield EdgeCase(0, time(13, 2, 3, 2_000), "Marlo Tesk", "4WD (Mod)", "9000103", 5)
    # One transponder and two people on one day: the later name is the driver's.
    yield EdgeCase(1, time(10, 10), "Ilse Varnholt", "1/10 Open", "9000201", 8)
    yield EdgeCase(1, time(14, 40), "Pip Varnholt", "1/10 Open", "9000201", 6)
    # The same transponder without a name: either person may have driven.
    yield EdgeCase(1, time(16, 58), UNKNOWN_DRIVER, "1/10 Open", "9000201", 5, "pip varnholt")
    # Named, unknown, named again; and first named, then unknown.
    yield EdgeCase(6, time(10, 45), "Otis Grennick", "2WD Stock Buggy", "9000301", 7)
    yield EdgeCase(3, time(10, 50), UNKNOWN_DRIVER, "2WD Stock Buggy", "9000301", 7, "grennick otis")
    yield EdgeCase(0, time(10, 55), "Otis Grennick", "2WD Stock Buggy", "9000301", 7)
    yield EdgeCase(4, time(15, 20), "Hedda Crane-Lowell", "Short Course Truck", "9000302", 10)
    yield EdgeCase(1, time(15, 25), UNKNOWN_DRIVER, UNKNOWN_CLASS, "9000302", 11, "crane hedda lowell")
    # Never named. With a transponder that is one driver; without one, each session is a driver of its own.
    yield EdgeCase(5, time(12, 20), UNKNOWN_DRIVER, "Open Practice", "9000303", 4)
    yield EdgeCase(2, time(12, 21), UNKNOWN_DRIVER, "Open Practice", "9000303", 5)
    yield EdgeCase(2, time(12, 40), UNKNOWN_DRIVER, "Open Practice", "", 6)
    yield EdgeCase(2, time(13, 40), UNKNOWN_DRIVER, UNKNOWN_CLASS, "", 3)
    # One name without a transponder in two sessions: two drivers.
    yield EdgeCase(2, time(14, 5), "Wenna Halloway", "Open Practice", "", 8)
    yield EdgeCase(0, time(14, 6), "Wenna Halloway", "4WD (Mod)", "", 6)
    # A transponder that is not a number; the plain number belongs to another person.
    yield EdgeCase(1, time(11, 11), "Caspar Undergate", "1/8 Electric Buggy", "3141592/2", 9)
    yield EdgeCase(1, time(11, 40), "Beryl Undergate", "1/8 Electric Buggy", "3141592", 9)
    # A placeholder instead of a transponder proves nothing: one name at two tracks may be two people, and a session
    # without a name may be anybody's.
    yield EdgeCase(4, time(16, 12), "Lotte Fillmore", "Open Practice", "9999999", 6)
    yield EdgeCase(3, time(16, 12), "Lotte Fillmore", "Open Practice", "9999999", 6)
    yield EdgeCase(3, time(16, 30), UNKNOWN_DRIVER, "Open Practice", "9999999", 5, "fillmore lotte")
    # Words instead of a transponder are no transponder either: two people share them, and a session without a name.
    yield EdgeCase(12, time(10, 20), "Ossian Thule", "Open Practice", "N/A", 6)
    yield EdgeCase(12, time(11, 20), "Maren Quist", "Open Practice", "N/A", 7)
    yield EdgeCase(12, time(13, 20), UNKNOWN_DRIVER, "Open Practice", "N/A", 4, "quist maren")
    yield EdgeCase(12, time(15, 20), "Maren Quist", "Open Practice", "None", 5)
    # One driver, one transponder, two classes.
    yield EdgeCase(0, time(9, 50), "Tamsin Orrel", "1/8 Electric Buggy", "9000401", 8)
    yield EdgeCase(0, time(15, 15), "Tamsin Orrel", "1/8 Buggy (Sportsman)", "9000401", 8)


def _names() -> Iterator[EdgeCase]:
    names = ("José Nuñez", "Łukasz Wierzbin", "Зоя Лугова", "Søren Æbelgård", "Finn O'Dwyer", "Mabb & Sons", "Zed <3")
    for number, name in enumerate(names):
        yield EdgeCase(2, time(9, 40 + number, 17), name, "1/10 Open", str(9_000_501 + number), 5 + number)
    # The same people in other spellings, one with irregular white space.
    yield EdgeCase(0, time(16, 1), "Jose Nunez", "1/10 Open", "9000501", 6)
    yield EdgeCase(5, time(16, 2), "Lukasz  Wierzbin ", "1/10 Open", "9000502", 6)
    # A blank cell.
    yield EdgeCase(1, time(16, 30), "", "1/10 Open", "9000508", 5)
    yield EdgeCase(1, time(16, 45), "Effie Blankenrow", "", "9000509", 5)


def _name_variations() -> Iterator[EdgeCase]:
    variations = ("Greg Rosander", "Rosander, Greg", "GREG  ROSANDER", "greg rosander.")
    for days_back, name in zip((8, 6, 4, 2), variations, strict=True):
        yield EdgeCase(days_back, time(17, 3), name, "2WD Stock Buggy", "9000601", 9)


def _classes() -> Iterator[EdgeCase]:
    yield EdgeCase(1, time(12, 2), "Dorrit Vane", "4WD (Mod)", "", 7)
    yield EdgeCase(1, time(12, 33), "Dorrit Vane", "1/8 Buggy (Sportsman)", "9000701", 7)
    yield EdgeCase(1, time(13, 3), "Dorrit Vane", UNKNOWN_CLASS, "9000701", 7)


def _lengths() -> Iterator[EdgeCase]:
    yield EdgeCase(0, time(12, 14, 59, 999_000), "Hale Sprintley", "1/10 Open", "9000801", 1)
    yield EdgeCase(0, time(17, 10), "Ada Longacre", "1/8 Electric Buggy", "9000802", 112)
    yield EdgeCase(1, time(17, 20), "Basil Stray", "Short Course Truck", "9000803", ())
    # Invalid laps, too short and too long, between valid ones; and a session without a valid lap.
    with_invalid_laps = (
        *_ordinary_laps(2, "Basil"),
        TOO_SHORT_MS,
        *_ordinary_laps(4, "Stray"),
        TOO_LONG_MS,
        *_ordinary_laps(3, "Basil Stray"),
    )
    yield EdgeCase(0, time(16, 20), "Basil Stray", "Short Course Truck", "9000803", with_invalid_laps)
    yield EdgeCase(0, time(16, 50), "Basil Stray", "Short Course Truck", "9000803", (TOO_LONG_MS, TOO_SHORT_MS))
    # Laps over a minute that are valid at this track: the pages print them in seconds too.
    yield EdgeCase(2, time(17, 30), "Lorimer Slow", "1/10 Open", "9000804", (65_340, 64_871, 66_002))


def _lap_counts() -> Iterator[EdgeCase]:
    for number, count in enumerate((1, 4, 7, 12, 20)):
        yield EdgeCase(2, time(15, 10 * number, 5), "Vera Countryman", "4WD (Mod)", "9000901", count)


def _clocks() -> Iterator[EdgeCase]:
    yield EdgeCase(1, time(0, 20, 30, 450_000), "Nox Lantern", "1/10 Open", "9001001", 5)
    yield EdgeCase(1, time(12, 0, 0), "Nox Lantern", "1/10 Open", "9001001", 5)
    yield EdgeCase(1, time(23, 52, 10, 733_000), "Nox Lantern", "1/10 Open", "9001001", 25)
    # Two people cross the line in the same second.
    yield EdgeCase(0, time(13, 33, 33, 100_000), "Twyla Parr", "1/10 Open", "9001002", 4)
    yield EdgeCase(0, time(13, 33, 33, 900_000), "Twain Parr", "1/10 Open", "9001003", 4)

    # Twenty minutes begin at 2:50 and end at 2:10, because summer time ends on this night.
    yield EdgeCase(
        0, time(2, 50, 4, 250_000), "Nox Lantern", "1/10 Open", "9001001", (33_333,) * 36, summer_time_ends=time(3)
    )


def _endurance() -> Iterator[EdgeCase]:
    # A day of more than a thousand laps, which its panels print as `1,223`.
    for team, name in enumerate(("Ridge Runners", "Team Saltpan")):
        for start in (time(9, 0, 30), time(10, 45, 30), time(12, 30, 30), time(14, 15, 30)):
            yield EdgeCase(13, start, name, "1/8 Endurance", str(9_001_201 + team), 130)


def _boundaries() -> Iterator[EdgeCase]:
    # Equal best laps: within one session, in two sessions of a driver, and of two drivers. A pause of five minutes is
    # short.
    yield EdgeCase(0, time(14, 20), "Arlo Even", "Vintage Truck", "9001101", (33_500, 32_750, 34_100, 32_750, 33_900))
    yield EdgeCase(0, time(14, 27, 47), "Arlo Even", "Vintage Truck", "9001101", (33_010, 32_750))
    yield EdgeCase(0, time(14, 30), "Bryn Even", "Vintage Truck", "9001102", (34_000, 32_750, 33_300))
    # A short pause before a session in another class.
    yield EdgeCase(0, time(14, 35), "Bryn Even", "4WD (Mod)", "9001102", 5)
    # Laps at exactly 90, 110, 120 and 200 per cent of the median.
    cass = (40_000, 40_000, 36_000, 44_000, 48_000, 80_000)
    yield EdgeCase(0, time(14, 40), "Cass Late", "Vintage Truck", "9001103", cass)


EDGE_CASES = tuple(_edge_cases())
