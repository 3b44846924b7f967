"""The sessions of one date, generated from the season's plan alone: no date depends on the dates before it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from random import Random

from scraper.sample_site.driver_names import UNKNOWN_CLASS, UNKNOWN_DRIVER, normalized_name
from scraper.sample_site.edge_cases import EDGE_CASES
from scraper.sample_site.practice import Session, Track

LAST_PRACTICE_DATE = date(2025, 10, 26)
"""A Sunday. Every season ends here by default, so a longer season starts earlier."""

FIRST_SESSION_ID = 700_001
UNNUMBERED = 0
SESSIONS_PER_DRIVER = 3
OPENING = time(9, 30)

# A slug may have upper case and a hyphen, as on the real site.
NAMED_TRACKS = (
    Track("wattlegrove", "Wattle Grove Off Road R/C", lap_ms=31_500, valid_range_ms=(20_000, 70_000)),
    Track("Iron-Range", "Iron Range Radio Car Club", lap_ms=27_200, valid_range_ms=(12_500, 59_900)),
    Track("saltbushflat", "Saltbush Flat Raceway & Hobby Park", lap_ms=34_800, valid_range_ms=(15_000, 60_000)),
)
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
FIRST_TRANSPONDER, FIRST_EDGE_CASE_TRANSPONDER = 1_000_000, 9_000_000
"""Generated drivers have transponders from the first number on, edge cases from the second."""


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """The size of a season. ``days`` counts the days of all tracks; ``sessions_per_day`` is a rough average."""

    seed: int
    tracks: int
    days: int
    sessions_per_day: int
    last_date: date = LAST_PRACTICE_DATE

    def __post_init__(self) -> None:
        if min(self.tracks, self.days, self.sessions_per_day) < 1:
            raise ValueError(f"a season needs at least one track, one day and one session a day: {self}")

    @property
    def session_ids_per_date(self) -> int:
        """The ids reserved for one date. Ids grow with time over all tracks, with gaps as on the real site."""
        return 12 * self.sessions_per_day + 500


@dataclass(frozen=True, slots=True)
class Regular:
    """A driver who belongs to a track; ``pace`` is the driver's ordinary lap as a share of the track's."""

    name: str
    class_name: str
    transponders: tuple[str, ...]
    pace: float


def sample_tracks(count: int) -> tuple[Track, ...]:
    """Return the first ``count`` tracks. Tracks after the named ones have a number and equal figures."""
    numbered = (
        Track(f"track{number}", f"Sample Raceway {number}", lap_ms=30_000, valid_range_ms=(18_000, 65_000))
        for number in range(len(NAMED_TRACKS) + 1, count + 1)
    )
    return (*NAMED_TRACKS[:count], *numbered)


@lru_cache(maxsize=64)
def practice_days_by_date(plan: SeasonPlan) -> Mapping[date, tuple[int, ...]]:
    """Return the numbers of the days on each date, oldest first; day ``n`` is at track ``n % plan.tracks``.

    Practice is on Saturdays and Sundays, if the last date is a Sunday. One track is open on some dates, two on others.
    """
    date_numbers = [day if plan.tracks == 1 else day * 2 // 3 for day in range(plan.days)]
    days: dict[date, tuple[int, ...]] = {}
    for day, date_number in enumerate(date_numbers):
        weekends_back, is_saturday = divmod(date_numbers[-1] - date_number, 2)
        practice_date = plan.last_date - timedelta(days=7 * weekends_back + is_saturday)
        days[practice_date] = (*days.get(practice_date, ()), day)
    return days


@lru_cache(maxsize=64)
def practice_dates(plan: SeasonPlan) -> tuple[date, ...]:
    """Return all dates with practice at any track, oldest first."""
    return tuple(practice_days_by_date(plan))


def practice_date_of(plan: SeasonPlan, session_id: int) -> date | None:
    """Return the date that this id is reserved for, whether or not a session has it."""
    date_number, _ = divmod(session_id - FIRST_SESSION_ID, plan.session_ids_per_date)
    dates = practice_dates(plan)
    return dates[date_number] if 0 <= date_number < len(dates) else None


@lru_cache(maxsize=256)
def sessions_by_track(plan: SeasonPlan, practice_date: date) -> Mapping[str, tuple[Session, ...]]:
    """Return the sessions of a date by track slug, in order of start. All tracks share one sequence of ids."""
    tracks = sample_tracks(plan.tracks)
    drafts: list[tuple[Track, Session]] = []
    for day in practice_days_by_date(plan)[practice_date]:
        track = tracks[day % plan.tracks]
        drafts += [(track, session) for session in _sessions_of_regulars(plan, day, track, practice_date)]
        drafts += [(track, session) for session in _edge_cases(plan, day, track, practice_date)]
    drafts.sort(key=lambda draft: draft[1].first_crossing)

    random = _seeded_random(plan.seed, "ids", practice_date)
    session_id = FIRST_SESSION_ID + practice_dates(plan).index(practice_date) * plan.session_ids_per_date
    by_track: dict[str, list[Session]] = {}
    for track, draft in drafts:
        session_id += random.choice((1, 1, 1, 2, 3))
        by_track.setdefault(track.slug, []).append(replace(draft, session_id=session_id))
    return {slug: tuple(sessions) for slug, sessions in by_track.items()}


@lru_cache(maxsize=64)
def _regulars(seed: int, track_number: int, track_count: int, wanted: int) -> tuple[Regular, ...]:
    """Return up to ``wanted`` drivers with different names. No transponder is used at two tracks."""
    random = _seeded_random(seed, "regulars", track_number)
    names = [f"{given} {family}" for given, family in product(GIVEN_NAMES, FAMILY_NAMES)]
    names = random.sample(names, min(wanted, len(names)))
    free = range(FIRST_TRANSPONDER + track_number, FIRST_EDGE_CASE_TRANSPONDER, track_count)
    transponders = iter(random.sample(free, 2 * len(names)))
    return tuple(
        Regular(
            name=name,
            class_name=random.choice(CLASSES),
            transponders=tuple(str(next(transponders)) for _ in range(random.choice((1, 1, 1, 2)))),
            pace=random.uniform(0.93, 1.1),
        )
        for name in names
    )


def _sessions_of_regulars(plan: SeasonPlan, day: int, track: Track, practice_date: date) -> list[Session]:
    random = _seeded_random(plan.seed, "day", day)
    wanted = random.randint(max(1, plan.sessions_per_day * 3 // 5), max(1, plan.sessions_per_day * 7 // 5))
    members = _regulars(plan.seed, day % plan.tracks, plan.tracks, max(12, plan.sessions_per_day * 2 // 3))
    present = random.sample(members, min(len(members), -(-wanted // SESSIONS_PER_DRIVER)))
    opening = datetime.combine(practice_date, OPENING)
    ready_at = {driver: opening + timedelta(milliseconds=random.randrange(2 * 3_600_000)) for driver in present}
    sessions = []
    for number in range(wanted):
        driver = present[number % len(present)]
        session = _session(random, track, driver, ready_at[driver])
        ready_at[driver] = session.first_crossing + timedelta(
            milliseconds=session.length_ms + random.randrange(240_000, 3_000_000)
        )
        sessions.append(session)
    return sessions


def _session(random: Random, track: Track, driver: Regular, first_crossing: datetime) -> Session:
    lap_count = 0 if random.random() < 0.03 else random.randint(1, 18)
    return Session(
        session_id=UNNUMBERED,
        driver=UNKNOWN_DRIVER if random.random() < 0.05 else driver.name,
        class_name=UNKNOWN_CLASS if random.random() < 0.04 else driver.class_name,
        transponder="" if random.random() < 0.05 else random.choice(driver.transponders),
        first_crossing=first_crossing,
        lap_times_ms=tuple(_lap_ms(random, track, driver.pace) for _ in range(lap_count)),
        valid_range_ms=track.valid_range_ms,
        person=f"{driver.name} of {track.slug}",
    )


def _lap_ms(random: Random, track: Track, pace: float) -> int:
    lap_ms = track.lap_ms * pace * random.gauss(1.0, 0.03)
    incident = random.random()
    if incident < 0.04:  # a crash: the car waits for a marshal
        lap_ms *= random.uniform(1.2, 1.7)
    elif incident < 0.05:  # a cut: part of the track is left out
        lap_ms *= random.uniform(0.2, 0.35)
    elif incident < 0.06:  # a pit stop for a battery
        lap_ms *= random.uniform(2.5, 5.0)
    return round(lap_ms)


def _edge_cases(plan: SeasonPlan, day: int, track: Track, practice_date: date) -> list[Session]:
    return [
        Session(
            session_id=UNNUMBERED,
            driver=case.driver,
            class_name=case.class_name,
            transponder=case.transponder,
            first_crossing=datetime.combine(practice_date, case.clock),
            lap_times_ms=case.lap_times_ms,
            valid_range_ms=track.valid_range_ms,
            person=case.person or normalized_name(case.driver) or "",
            summer_time_ends=(
                datetime.combine(practice_date, case.summer_time_ends) if case.summer_time_ends else None
            ),
        )
        for case in EDGE_CASES
        if case.days_back == plan.days - 1 - day
    ]


def _seeded_random(*purpose: object) -> Random:
    """Return random numbers that depend on their purpose alone: the same in every process, independent between days."""
    return Random("|".join(map(str, purpose)))  # noqa: S311 (not for secrets)
