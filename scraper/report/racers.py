"""The day by racer: whose runs they are, with their laps and what is said of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from scraper.report.practice_day import DriverDay, FlagRow, LapRow, PracticeDay, Session
from scraper.report.wording import short_name

FEWEST_LAPS_FOR_CONSISTENCY = 5
"""A run of two laps is consistent by chance: fewer valid laps than these are not compared."""

UNKNOWN_DRIVER = "Unknown Driver"


@dataclass(frozen=True)
class Lap:
    """A lap; `flag` and `rule` where it stands out against the racer's own median."""

    number: int
    seconds: Decimal | None
    is_valid: bool
    flag: str | None
    rule: str | None


@dataclass(frozen=True)
class Run:
    """A session with its laps; none where its page is not captured."""

    session: Session
    laps: list[Lap]

    @property
    def number(self) -> int:
        """Its number among the racer's runs of the day."""
        return self.session.session_of_day

    @property
    def comparable_consistency(self) -> Decimal | None:
        """Consistency in per cent, if the run has laps enough to mean something."""
        is_long_enough = (self.session.valid_laps or 0) >= FEWEST_LAPS_FOR_CONSISTENCY
        return self.session.consistency if is_long_enough else None


@dataclass(frozen=True)
class Racer:
    """One who drove that day, as far as anybody can tell; runs in order of start, one driver day per class."""

    racer_id: UUID
    label: str
    runs: list[Run]
    days: list[DriverDay]

    @property
    def anchor(self) -> str:
        """Where the racer is on the page; people's ids stay, so a link to it does, too."""
        return f"racer-{self.racer_id}"

    @cached_property
    def transponders(self) -> list[str]:
        """In order of use."""
        return list(
            dict.fromkeys(run.session.transponder_number for run in self.runs if run.session.transponder_number)
        )

    @cached_property
    def classes(self) -> list[str]:
        """In order of use."""
        return list(dict.fromkeys(run.session.class_name for run in self.runs))

    @cached_property
    def best_run(self) -> Run | None:
        """The run with the fastest valid lap of all classes; of equals the first."""
        return min((run for run in self.runs if run.session.best_lap), key=_best_lap, default=None)

    @cached_property
    def most_consistent_run(self) -> Run | None:
        """Of the runs that are long enough."""
        compared = [run for run in self.runs if run.comparable_consistency is not None]
        return max(compared, key=lambda run: run.comparable_consistency or 0, default=None)

    def consistency_in(self, class_name: str) -> Decimal | None:
        """That of the steadiest run of the class that is long enough, per cent."""
        own = [run.comparable_consistency for run in self.runs if run.session.class_name == class_name]
        return max((consistency for consistency in own if consistency is not None), default=None)

    @property
    def words(self) -> str:
        """By what a reader may look for the racer: names, classes, transponders."""
        names = dict.fromkeys(run.session.name_on_session for run in self.runs)
        return " ".join(map(short_name, (self.label, *names, *self.classes, *self.transponders)))

    @property
    def uncaptured(self) -> int:
        """How many runs have no laps here because their page is not captured."""
        return sum(run.session.detail_status != "captured" for run in self.runs)

    @property
    def lap_table(self) -> list[tuple[int, list[Lap | None]]]:
        """Per lap number the laps of the runs side by side."""
        by_number = [{lap.number: lap for lap in run.laps} for run in self.runs]
        numbers = sorted({number for laps in by_number for number in laps})
        return [(number, [laps.get(number) for laps in by_number]) for number in numbers]

    @property
    def laps(self) -> int:
        """All laps of the day."""
        return sum(run.session.laps or 0 for run in self.runs)

    @property
    def time_on_track_seconds(self) -> Decimal:
        """Sum of all laps."""
        return sum((run.session.time_on_track_seconds or Decimal(0) for run in self.runs), Decimal(0))

    @property
    def odd_laps(self) -> list[tuple[Run, Lap]]:
        """Laps that are invalid or stand out, in order."""
        return [(run, lap) for run in self.runs for lap in run.laps if lap.flag or not lap.is_valid]


def racers_of(day: PracticeDay) -> list[Racer]:
    """Everybody who drove, by name; who is not known comes last."""
    laps = _laps_by_run(day.laps, day.flags)
    runs: dict[UUID, list[Run]] = defaultdict(list)
    for session in day.sessions:
        runs[session.racer_id].append(Run(session, laps[session.race_result_id]))
    days: dict[UUID, list[DriverDay]] = defaultdict(list)
    for driver_day in day.driver_days:
        days[driver_day.racer_id].append(driver_day)
    labels = _labels(runs)
    racers = [Racer(racer_id, labels[racer_id], own, days[racer_id]) for racer_id, own in runs.items()]
    return sorted(racers, key=lambda racer: (_is_unknown(racer.runs), racer.label.casefold(), racer.racer_id))


def _laps_by_run(laps: Iterable[LapRow], flags: Iterable[FlagRow]) -> dict[UUID, list[Lap]]:
    flag_of = {(flag.race_result_id, flag.lap_number): flag for flag in flags}
    by_run: dict[UUID, list[Lap]] = defaultdict(list)
    for row in laps:
        flag = flag_of.get((row.race_result_id, row.lap_number))
        lap = Lap(
            row.lap_number, row.lap_time_seconds, row.is_valid, flag.flag if flag else None, flag.rule if flag else None
        )
        by_run[row.race_result_id].append(lap)
    return by_run


def _labels(runs: dict[UUID, list[Run]]) -> dict[UUID, str]:
    """Names, with what tells them apart where two racers have the same one, or none."""
    names = {racer_id: own[0].session.racer_name.strip() or UNKNOWN_DRIVER for racer_id, own in runs.items()}
    count = Counter(names.values())
    return {
        racer_id: f"{name} ({_told_apart_by(runs[racer_id])})" if count[name] > 1 or name == UNKNOWN_DRIVER else name
        for racer_id, name in names.items()
    }


def _told_apart_by(runs: list[Run]) -> str:
    transponder = next((run.session.transponder_number for run in runs if run.session.transponder_number), None)
    return f"transponder {transponder}" if transponder else f"session {runs[0].session.session_id}"


def _is_unknown(runs: list[Run]) -> bool:
    return runs[0].session.racer_name.strip() in ("", UNKNOWN_DRIVER)


def _best_lap(run: Run) -> Decimal:
    return run.session.best_lap or Decimal("Infinity")
