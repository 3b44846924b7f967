"""Random histories of a site: what happens to it, when, and which crawls run meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from scraper.raw.items import PageId
from tests.reliability.scheduled_crawls import Crawl
from tests.reliability.simulated_site import FAULTS, Session, SimulatedSite

FIRST_MONTH = date(2025, 3, 1)
"""Histories begin in this month. They end in it or in the next one, so that both stay in the plan."""

NEXT_MONTH = datetime(2025, 4, 2, 13, tzinfo=UTC)
LAST_EVENT = datetime(2025, 4, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """Something that happens to the site. `choice` chooses day, session or page, `amount` how many."""

    name: str
    choice: int
    amount: int

    def happen(self, site: SimulatedSite, now: datetime) -> None:
        """Change the site."""
        _EVENTS[self.name](site, now, self.choice, self.amount)


@dataclass(frozen=True)
class Step:
    """An event or a crawl, so many minutes after the step before; a crawl is repeated at this interval."""

    minutes: int
    what: Event | Crawl
    times: int = 1


@dataclass(frozen=True)
class History:
    """A site in a time zone and its steps.

    After them no crawl runs until the next month, or the site is healthy at once. `is_derived` says whether the rows
    are derived before that and at the end.
    """

    begins: datetime
    ahead_of_utc: timedelta
    steps: list[Step]
    rests_until_next_month: bool
    is_derived: bool


def _upload(site: SimulatedSite, now: datetime, choice: int, amount: int) -> None:
    day = site.clock(now).date() - timedelta(days=(1, 0, 2, 1, 4, 8, 15, 25)[choice % 8])
    site.upload(now, max(day, FIRST_MONTH), 1 + amount % 5, laps=4 + choice % 6)


def _with_session(change: Callable[[SimulatedSite, datetime, date, Session], None]) -> Callable[..., None]:
    def event(site: SimulatedSite, now: datetime, choice: int, _: int) -> None:
        sessions = [(day, session) for day in _latest_first(site, now) for session in site.visible(day, now)]
        if sessions:
            change(site, now, *sessions[choice % len(sessions)])

    return event


def _with_day(change: Callable[[SimulatedSite, date, list[Session], int], None]) -> Callable[..., None]:
    def event(site: SimulatedSite, now: datetime, choice: int, amount: int) -> None:
        if days := _latest_first(site, now):
            day = days[choice % len(days)]
            change(site, day, site.days[day], amount)

    return event


def _latest_first(site: SimulatedSite, now: datetime) -> list[date]:
    """Return the days with sessions, the one that changed last first: faults matter most on pages that are read."""
    days = [day for day in site.days if site.visible(day, now)]
    return sorted(days, key=lambda day: (site.changed_at[day], day), reverse=True)


def _hide(site: SimulatedSite, _: date, sessions: list[Session], amount: int) -> None:
    site.hidden |= {session.session_id for session in sessions[amount % 2 :]}


def _miscount(site: SimulatedSite, _: date, sessions: list[Session], amount: int) -> None:
    site.uncounted |= {session.session_id for session in sessions[amount % 2 :]}


def _overcount(site: SimulatedSite, day: date, _: list[Session], __: int) -> None:
    site.overcounted.append(day)


def _vanish(site: SimulatedSite, day: date, _: list[Session], __: int) -> None:
    site.vanished.add(day)


def _damage(site: SimulatedSite, day: date, _: list[Session], amount: int) -> None:
    site.damaged.add(
        PageId(site.track, "list", f"{day}") if amount % 3 else PageId(site.track, "month", f"{day:%Y-%m}")
    )


def _break(site: SimulatedSite, day: date, sessions: list[Session], amount: int) -> None:
    pages = [PageId(site.track, "session", session.session_id) for session in sessions]
    pages += [PageId(site.track, "list", f"{day}"), PageId(site.track, "month", f"{day:%Y-%m}")]
    site.broken[pages[amount % len(pages)]] = FAULTS[amount // 2 % len(FAULTS)]


def _change_layout(site: SimulatedSite, _: datetime, __: int, amount: int) -> None:
    site.other_layout.add(("session", "session", "session", "session", "list", "month")[amount % 6])


def _empty_month(site: SimulatedSite, now: datetime, _: int, __: int) -> None:
    site.empty_months.add(f"{site.clock(now):%Y-%m}")


def _heal(site: SimulatedSite, *_: object) -> None:
    site.heal()


_EVENTS: dict[str, Callable[[SimulatedSite, datetime, int, int], None]] = {
    "upload": _upload,
    "edit": _with_session(SimulatedSite.edit),
    "remove": _with_session(SimulatedSite.remove),
    "hide": _with_day(_hide),
    "miscount": _with_day(_miscount),
    "overcount": _with_day(_overcount),
    "vanish": _with_day(_vanish),
    "damage": _with_day(_damage),
    "break": _with_day(_break),
    "change layout": _change_layout,
    "empty month": _empty_month,
    "heal": _heal,
}
FAULT_EVENTS = {"hide", "miscount", "overcount", "vanish", "damage", "break", "change layout", "empty month"}
_OFTEN = ["upload"] * 8 + ["change layout"] * 2 + ["break", "hide", "damage", "remove"] + ["heal"] * 3 + list(_EVENTS)
_WAITS = (1, 4, 4, 20, 31, 60, 60, 300, 720, 720, 1440, 2880)


def random_history(random: Random) -> History:
    """Return a history of one to four weeks. The same seed of `random` gives the same history."""
    return History(
        begins=datetime(2025, 3, random.randint(14, 31), random.randrange(24), tzinfo=UTC),
        ahead_of_utc=timedelta(hours=random.choice([-10, -5, 1, 13])),
        steps=[Step(0, Event("upload", 1, 2)), *(_step(random) for _ in range(random.randint(12, 32)))],
        rests_until_next_month=random.random() < 0.4,
        is_derived=random.random() < 0.3,  # a transform takes as long as a history
    )


def _step(random: Random) -> Step:
    what = random.random()
    if what < 0.5:
        choice = random.randrange(3 if random.random() < 0.5 else 40)
        return Step(random.choice(_WAITS), Event(random.choice(_OFTEN), choice, random.randrange(12)))
    crawl = Crawl(days=random.choice([1, 2, 2, 4]), group=random.choice([1, 1, 4]))
    if what < 0.58:
        return Step(random.choice([31, 61]), crawl, times=5)
    others: tuple[dict[str, Any], ...] = (
        {},
        {},
        {},
        {"killed_after": random.randrange(7)},
        {"list_only": True},
        {"refresh": True},
        {"named": random.randrange(10)},
    )
    return Step(random.choice(_WAITS), replace(crawl, **random.choice(others)))
