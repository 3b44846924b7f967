"""Scheduled crawls of a site that changes in any way end with what a patient reader of all its pages has.

Days and sessions are uploaded late, edited, removed; lists and month pages contradict each other for a while, pages
and whole layouts cannot be read and can be read again. Crawls run at any hours, of any scope, and are killed. SOAK=1
runs 300 histories.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random, SystemRandom
from typing import Any

import pytest

from scraper.commands.status_failures import FailedPages
from scraper.commands.status_open import open_lists
from scraper.crawl.scope import first_open_day
from scraper.database.connection import Database
from scraper.raw.items import PageId
from tests.dbt_project.replay import Recording
from tests.reliability.patient_reader import PatientReader, counts_of
from tests.reliability.scheduled_crawls import Crawl, ScheduledCrawls
from tests.reliability.simulated_site import SimulatedSite
from tests.reliability.site_events import FAULT_EVENTS, LAST_EVENT, NEXT_MONTH, Event, History, random_history
from tests.support.soak_table import Tally, is_soak, trials

DAY = timedelta(days=1)
SETTLING = (timedelta(minutes=20), DAY, 8 * DAY)
"""When crawls run after the site is healthy for good. No pause is longer than a week: the last one completes all."""

_STORED = """
select 'list' as kind, practice_date::text as key, payload, month_sessions from (
    select distinct on (practice_date) * from raw.practice_lists where track_slug = %(track)s
    order by practice_date, load_id desc
) as lists
union all
select 'session', session_id, payload, null from (
    select distinct on (session_id) * from raw.practice_sessions where track_slug = %(track)s
    order by session_id, load_id desc
) as sessions
union all
select 'month', month, payload, null from (
    select distinct on (month) * from raw.practice_months where track_slug = %(track)s order by month, load_id desc
) as months
"""
_REPEATED = """
select key from (
    select
        practice_date::text as key,
        content_hash = lag(content_hash) over versions
        and month_sessions is not distinct from lag(month_sessions) over versions as is_repeated
    from raw.practice_lists where track_slug = %(track)s
    window versions as (partition by practice_date order by load_id)
    union all
    select session_id, content_hash = lag(content_hash) over (partition by session_id order by load_id)
    from raw.practice_sessions where track_slug = %(track)s
) as compared
where is_repeated
"""
_FAILED = "select page_kind, page_key from raw.failed_pages where track_slug = %s and resolved_at is null"
_RACES = """
select events.event_date, races.source_race_id, races.removed_at is not null
from racing.races as races
inner join racing.events as events on events.id = races.event_id
inner join racing.tracks as tracks on tracks.id = events.track_id
where tracks.source_track_slug = %s
"""
_DEPTHS = """
select event_date, ingest_depth
from racing.events as events inner join racing.tracks as tracks on tracks.id = events.track_id
where tracks.source_track_slug = %s
"""


@pytest.fixture(scope="module")
def crawls(shared_database: Database) -> Iterator[ScheduledCrawls]:
    with ScheduledCrawls(shared_database) as crawls:
        yield crawls


class Life:
    """A history as it happens, and what must hold at each moment of it."""

    def __init__(self, crawls: ScheduledCrawls, history: History, number: int) -> None:
        self.crawls, self.history = crawls, history
        self.site = SimulatedSite(f"site-{number}", history.ahead_of_utc)
        self.reader = PatientReader()
        crawls.clock.now = history.begins
        crawls.connection.execute("delete from raw.transform_queue")

    @property
    def now(self) -> datetime:
        return self.crawls.clock.now

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        parameters = {"track": self.site.track} if "%(track)s" in query else [self.site.track]
        return self.crawls.connection.execute(query.encode(), parameters).fetchall()

    def happen(self) -> None:
        """Let all steps happen."""
        for step in self.history.steps:
            for _ in range(step.times):
                self.crawls.clock.now = min(self.now + timedelta(minutes=step.minutes), max(LAST_EVENT, self.now))
                if isinstance(step.what, Event):
                    step.what.happen(self.site, self.now)
                else:
                    self.crawl(step.what)

    def crawl(self, crawl: Crawl) -> list[PageId]:
        """Crawl; no request may break a promise, and the status must say what is open. Return the requests."""
        journal = self.crawls.run(crawl, self.site, self.reader)
        assert journal.wrong == []
        self.check_status()
        return journal.pages

    def check_status(self) -> None:
        """Compare the status with what the reader knows."""
        days = self.reader.open_lists(self.site.track, self.now)
        lines = list(open_lists(self.crawls.connection, self.site.track, self.now, FailedPages([])))
        found = [
            (int(number), first, last)
            for line in lines
            for number, first, last in re.findall(r"lists of (\d+) days? .*FROM=(\S+) TO=(\S+)", line)
        ]
        assert found == ([(len(days), f"{days[0]}", f"{days[-1]}")] if days else []), (lines, days)
        failing = {(page.kind, page.key) for page in self.reader.failing}
        assert set(self.rows(_FAILED)) == failing

    def settle(self) -> None:
        """Let the site be healthy, and crawl until all pauses have passed."""
        if self.history.rests_until_next_month:
            self.crawls.clock.now = max(self.now, NEXT_MONTH)
        self.site.heal()
        for wait in SETTLING:
            self.crawls.clock.now += wait
            self.crawl_healthy()
        while (self.now - 2 * DAY).day > self.now.day:  # a crawl of two days shall be in one month
            self.crawls.clock.now += DAY

    def crawl_healthy(self) -> None:
        """Crawl a healthy site: when one session page can be read, those that could not be read follow at once."""
        row = [page for page in self.reader.unreadable_row("session") if self.site.session(page.key)]
        planned = [page for page in row if self.reader.is_listed_from(page, first_open_day(self.now))]
        if any(page.kind == "list" for page in self.reader.failing):
            planned = []  # such a list may wait itself
        requested = self.crawl(Crawl())
        captured = [page for page in requested if page.kind == "session" and page not in self.reader.failing]
        assert not captured or not self.reader.failing.keys() & set(planned)

    def check_end(self) -> None:
        """Compare what is stored with the site, and count the requests of a crawl that finds nothing new."""
        first = first_open_day(self.now)
        for day in {*self.site.days, *self.reader.ever_listed}:
            if day >= first:
                self.check_day(day)
        found = {PageId(self.site.track, kind, key): (payload, number) for kind, key, payload, number in self._stored()}
        known = {page: (reading.payload, reading.number) for page, reading in self.reader.latest.items()}
        assert found == {
            page: (payload, number if page.kind == "list" else None) for page, (payload, number) in known.items()
        }
        assert self.rows(_REPEATED) == []
        # A page that the site does not have any more may be listed for good, if its day's number did not change.
        assert all(page.kind == "session" and self.site.session(page.key) is None for page in self.reader.failing)
        failing = set(self.reader.failing)
        assert [page for page in self.crawl(Crawl()) if page not in failing] == [
            PageId(self.site.track, "month", f"{self.now:%Y-%m}")
        ]
        assert self.reader.open_lists(self.site.track, self.now) == []

    def _stored(self) -> list[tuple[Any, ...]]:
        return self.rows(_STORED)

    def is_as_on_site(self, day: date) -> bool:
        """Return whether the day's list is what the site shows; None and empty are the same."""
        reading = self.reader.latest.get(PageId(self.site.track, "list", f"{day}"))
        clock = self.site.clock(self.now)
        return (reading.rows if reading else []) == [each.row(clock) for each in self.site.listed(day, self.now)]

    def check_day(self, day: date) -> None:
        """A day is as on the site, or its change is one that docs/crawling.md says is not noticed."""
        if not self.is_as_on_site(day):
            assert self.could_not_be_noticed(day), f"{day} is not as on the site"
        reading = self.reader.latest.get(PageId(self.site.track, "list", f"{day}"))
        clock = self.site.clock(self.now)
        for row in reading.rows if reading else []:
            session = self.site.session(row["session_id"])
            if session is not None:
                page = self.reader.latest.get(PageId(self.site.track, "session", session.session_id))
                assert page is not None, f"{session} was never captured"
                if row == session.row(clock):
                    assert page.payload == session.page(clock), f"{session} is not as on the site"

    def could_not_be_noticed(self, day: date) -> bool:
        """Return whether no page that scheduled crawls request has shown the last change of the day.

        In the current month that is a change with the same number of sessions, after the last reading of the list. The
        page of the month before is not requested, so nothing that it did not show when it was read is noticed.
        """
        month = self.reader.latest.get(PageId(self.site.track, "month", f"{day:%Y-%m}"))
        reading = self.reader.latest.get(PageId(self.site.track, "list", f"{day}"))
        shown = counts_of(month).get(day, 0) if month else 0
        is_current = f"{day:%Y-%m}" == f"{self.now:%Y-%m}"
        if reading is None:
            return not shown and not is_current
        if month is not None and month.at > reading.at and shown != len(reading.rows):
            return False
        return not is_current or reading.at < self.site.settled_at(day)

    def derive(self, recording: Recording) -> None:
        """Transform, and compare what counts as removed, and how complete the days are."""
        recording.transform(self.crawls.database)
        removed = {(day, session_id) for day, session_id, is_removed in self.rows(_RACES) if is_removed}
        assert removed == {(day, each) for day, sessions in self.reader.removed.items() for each in sessions}
        listed = {(day, session_id) for day, session_id, _ in self.rows(_RACES)}
        assert listed == {(day, each) for day, sessions in self.reader.ever_listed.items() for each in sessions}

    def check_depths(self) -> None:
        """Check that each day that is as on the site is complete."""
        depths = dict(self.rows(_DEPTHS))
        for day in self.reader.ever_listed:
            if day >= first_open_day(self.now) and self.is_as_on_site(day):
                assert depths[day] == ("laps_full" if self.site.listed(day, self.now) else "none"), day


def test_any_history_of_a_site_ends_with_what_a_patient_reader_has(
    crawls: ScheduledCrawls, recording: Recording, tally: Tally
) -> None:
    tally.promise = "histories whose end differs from what a patient reader has"
    first_seed = SystemRandom().randrange(1_000_000) if is_soak() else 0
    for seed in range(first_seed, first_seed + trials(quick=10, full=300)):
        history = random_history(Random(seed))
        life = Life(crawls, history, seed)
        try:
            live_through(life, recording)
        except BaseException as problem:
            problem.add_note(f"the history of seed {seed}: {history}")
            raise
        tally.trials += 1
        tally.faults += sum(_is_fault(step.what) for step in history.steps)


def live_through(life: Life, recording: Recording) -> None:
    """Live through a history, and check it at each crawl, before the site is healthy for good, and at the end."""
    life.happen()
    if life.history.is_derived:
        life.derive(recording)
    life.settle()
    life.check_end()
    if life.history.is_derived:
        life.derive(recording)
        life.check_depths()


def _is_fault(what: Event | Crawl) -> bool:
    return what.name in FAULT_EVENTS if isinstance(what, Event) else what.killed_after is not None
