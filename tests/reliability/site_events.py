"""Random histories of a site: what happens to it, when, and which crawls run meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from scraper.raw.items import PageId
from tests.reliability.scheduled_crawls import Crawl
from tests.reliability.simulated_site import FAULTS, Session, SimulatedSite

FIRST_MONTH = date(2025, 3, 1)
"""Histories begin in this month. They end in it or in the next one, so that both stay in the plan."""

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
    """An event or a crawl, so many minutes after the step before."""

    minutes: int
    what: Event | Crawl


@dataclass(frozen=True)
class History:
    """A site in a time zone, its steps, and whether its rows are derived half-way and at the end."""

    begins: datetime
    ahead_of_utc: timedelta
    steps: list[Step]
    is_derived: bool


def _upload(site: SimulatedSite, now: datetime, choice: int, amount: int) -> None:
    day = site.clock(now).date() - timedelta(days=(0, 1, 1, 2, 4, 8, 15, 25)[choice % 8])
    site.upload(now, max(day, FIRST_MONTH), 1 + amount % 3, laps=4 + choice % 40)


def _with_session(change: Callable[[SimulatedSite, datetime, date, Session], None]) -> Callable[..., None]:
    def event(site: SimulatedSite, now: datetime, choice: int, _: int) -> None:
        sessions = [(day, session) for day in sorted(site.days) for session in site.visible(day, now)]
        if sessions:
            change(site, now, *sessions[-1 - choice % len(sessions)])

    return event


def _with_day(change: Callable[[SimulatedSite, date, list[Session], int], None]) -> Callable[..., None]:
    def event(site: SimulatedSite, now: datetime, choice: int, amount: int) -> None:
        if days := sorted(day for day in site.days if site.visible(day, now)):
            day = days[-1 - choice % len(days)]
            change(site, day, site.days[day], amount)

    return event


def _hide(site: SimulatedSite, _: date, sessions: list[Session], amount: int) -> None:
    site.hidden |= {session.session_id for session in sessions[amount % 2 :]}


def _miscount(site: SimulatedSite, _: date, sessions: list[Session], amount: int) -> None:
    site.uncounted |= {session.session_id for session in sessions[amount % 2 :]}


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
    site.other_layout.add(("session", "session", "list", "month")[amount % 4])


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
    "vanish": _with_day(_vanish),
    "damage": _with_day(_damage),
    "break": _with_day(_break),
    "change layout": _change_layout,
    "empty month": _empty_month,
    "heal": _heal,
}
FAULT_EVENTS = {"hide", "miscount", "vanish", "damage", "break", "change layout", "empty month"}
_OFTEN = ["upload"] * 6 + ["break"] * 2 + ["remove", "heal"] + list(_EVENTS)

_EVENT = st.builds(Event, st.sampled_from(_OFTEN), st.integers(0, 39), st.integers(0, 11))
_GROUPS = st.sampled_from([1, 1, 4])
_SCHEDULED = st.builds(Crawl, days=st.sampled_from([1, 2, 2, 4]), group=_GROUPS)
_OTHERS = st.one_of(
    st.builds(Crawl, killed_after=st.integers(0, 6), group=_GROUPS),
    st.builds(Crawl, list_only=st.just(True), group=_GROUPS),
    st.builds(Crawl, days=st.sampled_from([1, 4]), refresh=st.just(True), group=_GROUPS),
    st.builds(Crawl, named=st.integers(0, 9), group=_GROUPS),
)
_WAITS = st.sampled_from([1, 4, 20, 31, 60, 60, 300, 720, 720, 1440, 2880])
_STEPS = st.lists(
    st.builds(Step, _WAITS, st.one_of(_EVENT, _EVENT, _SCHEDULED, _SCHEDULED, _OTHERS)), min_size=12, max_size=40
)
HISTORIES = st.builds(
    lambda day, hour, zone, steps, is_derived: History(
        datetime(2025, 3, day, hour, tzinfo=UTC),
        timedelta(hours=zone),
        [Step(0, Event("upload", 1, 2)), *steps],
        is_derived,
    ),
    st.integers(10, 29),
    st.integers(0, 23),
    st.sampled_from([-10, -5, 1, 13]),
    _STEPS,
    st.sampled_from([False, False, True]),  # a transform takes as long as a history
)
"""Waits are minutes to two days, so a history takes one to four weeks."""
