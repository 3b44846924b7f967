"""The sessions of one date, generated from the plan alone: any date can be had without generating those before it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from scraper.sample_site.chance import chance_of
from scraper.sample_site.driver_names import UNKNOWN_CLASS, UNKNOWN_DRIVER, normalized_name
from scraper.sample_site.edge_cases import EDGE_CASES
from scraper.sample_site.people import Driver, regulars
from scraper.sample_site.practice import Session, Track
from scraper.sample_site.season_plan import FIRST_SESSION_ID, SeasonPlan, practice_dates, practice_days_by_date
from scraper.sample_site.tracks import sample_tracks

STINTS_PER_DRIVER = 3
OPENING = time(9, 30)
UNNUMBERED = 0


@lru_cache(maxsize=256)
def sessions_by_track(plan: SeasonPlan, practice_date: date) -> Mapping[str, tuple[Session, ...]]:
    """The sessions of one practice date by track slug, in order of start; ids are given over all tracks together."""
    tracks = sample_tracks(plan.tracks)
    drafts: list[tuple[Track, Session]] = []
    for day in practice_days_by_date(plan)[practice_date]:
        track = tracks[day % plan.tracks]
        drafts += [(track, session) for session in _stints(plan, day, track, practice_date)]
        drafts += [(track, session) for session in _planted(plan, day, track, practice_date)]
    drafts.sort(key=lambda draft: draft[1].first_crossing)

    rng = chance_of(plan.seed, "ids", practice_date)
    session_id = FIRST_SESSION_ID + practice_dates(plan).index(practice_date) * plan.session_ids_per_date
    by_track: dict[str, list[Session]] = {}
    for track, draft in drafts:
        session_id += rng.choice((1, 1, 1, 2, 3))
        by_track.setdefault(track.slug, []).append(replace(draft, session_id=session_id))
    return {slug: tuple(sessions) for slug, sessions in by_track.items()}


def practice_date_of(plan: SeasonPlan, session_id: int) -> date | None:
    """The date in whose id space this id lies, whether or not a session has it."""
    date_number, _ = divmod(session_id - FIRST_SESSION_ID, plan.session_ids_per_date)
    dates = practice_dates(plan)
    return dates[date_number] if 0 <= date_number < len(dates) else None


def _stints(plan: SeasonPlan, day: int, track: Track, practice_date: date) -> list[Session]:
    rng = chance_of(plan.seed, "day", day)
    wanted = rng.randint(max(1, plan.sessions_per_day * 3 // 5), max(1, plan.sessions_per_day * 7 // 5))
    members = regulars(plan.seed, day % plan.tracks, plan.tracks, max(12, plan.sessions_per_day * 2 // 3))
    present = rng.sample(members, min(len(members), -(-wanted // STINTS_PER_DRIVER)))
    opening = datetime.combine(practice_date, OPENING)
    ready = {driver: opening + timedelta(milliseconds=rng.randrange(2 * 3_600_000)) for driver in present}
    sessions = []
    for turn in range(wanted):
        driver = present[turn % len(present)]
        session = _stint(rng, track, driver, ready[driver])
        ready[driver] = session.first_crossing + timedelta(
            milliseconds=session.length_ms + rng.randrange(240_000, 3_000_000)
        )
        sessions.append(session)
    return sessions


def _stint(rng: Random, track: Track, driver: Driver, first_crossing: datetime) -> Session:
    lap_count = 0 if rng.random() < 0.03 else rng.randint(1, 18)
    return Session(
        session_id=UNNUMBERED,
        driver=UNKNOWN_DRIVER if rng.random() < 0.05 else driver.name,
        class_name=UNKNOWN_CLASS if rng.random() < 0.04 else driver.class_name,
        transponder="" if rng.random() < 0.05 else rng.choice(driver.transponders),
        first_crossing=first_crossing,
        lap_times_ms=tuple(_lap_ms(rng, track, driver.pace) for _ in range(lap_count)),
        valid_range_ms=track.valid_range_ms,
        person=f"{driver.name} of {track.slug}",
    )


def _lap_ms(rng: Random, track: Track, pace: float) -> int:
    lap_ms = track.lap_ms * pace * rng.gauss(1.0, 0.03)
    chance = rng.random()
    if chance < 0.04:  # on the roof, waiting for a marshal
        lap_ms *= rng.uniform(1.2, 1.7)
    elif chance < 0.05:  # across the grass
        lap_ms *= rng.uniform(0.2, 0.35)
    elif chance < 0.06:  # into the pits for a battery
        lap_ms *= rng.uniform(2.5, 5.0)
    return round(lap_ms)


def _planted(plan: SeasonPlan, day: int, track: Track, practice_date: date) -> list[Session]:
    return [
        Session(
            session_id=UNNUMBERED,
            driver=planted.driver,
            class_name=planted.class_name,
            transponder=planted.transponder,
            first_crossing=datetime.combine(practice_date, planted.clock),
            lap_times_ms=planted.lap_times_ms,
            valid_range_ms=track.valid_range_ms,
            person=planted.person or normalized_name(planted.driver) or "",
        )
        for planted in EDGE_CASES
        if planted.days_back == plan.days - 1 - day
    ]
