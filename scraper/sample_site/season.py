"""A season of practice: its days, their sessions, and edits of single sessions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from scraper.sample_site.generation import (
    SeasonPlan,
    practice_date_of,
    practice_dates,
    practice_days_by_date,
    sample_tracks,
    sessions_by_track,
)
from scraper.sample_site.practice import Day, Session, Track

# Practice days from the end of the season, as in the edge cases.
LATE_DAY, UPLOADED_AFTER = 8, timedelta(days=8)
SHORT_DAY, UNLISTED_SESSIONS = 5, 2


@dataclass(frozen=True)
class Season:
    """Invented practice days: the same plan gives the same days on every machine and at any time.

    A day is generated when it is first read, so a season of a thousand days costs nothing until then.
    ``edits`` holds later changes by a timekeeper: the new session by its id, ``None`` for a removed one.
    ``seen_on`` is the date on which the site is seen, by default the season's last.
    """

    plan: SeasonPlan
    edits: Mapping[int, Session | None] = field(default_factory=dict)
    seen_on: date | None = None

    @classmethod
    def generate(cls, seed: int = 1, tracks: int = 3, days: int = 30, sessions_per_day: int = 15) -> "Season":
        """Return a season of ``days`` practice days over all tracks together, ending on October 26, 2025.

        The default has three tracks, ten weekends and some 500 sessions, every edge case included. Raises
        ``ValueError`` for a size below one.
        """
        return cls(SeasonPlan(seed, tracks, days, sessions_per_day))

    @property
    def tracks(self) -> tuple[Track, ...]:
        """All tracks, including a track without days in a very short season."""
        return sample_tracks(self.plan.tracks)

    @property
    def today(self) -> date:
        """The current date of the site: by default the season's last, so that one or two tracks are active."""
        return self.seen_on or practice_dates(self.plan)[-1]

    def as_of(self, evening: date) -> "Season":
        """Return the site as it was on the evening of this date.

        Later days have not begun. One day is uploaded eight days late, and until the next day the list of another one
        lacks two of the sessions that its month page counts. Both belong to seasons of nine days or more.
        """
        return replace(self, seen_on=evening)

    def track(self, slug: str) -> Track:
        """Return the track with exactly this slug; ``KeyError`` when there is none."""
        return {track.slug: track for track in self.tracks}[slug]

    def dates(self, slug: str) -> tuple[date, ...]:
        """Return the dates on which this track has sessions, oldest first."""
        track_number = self.tracks.index(self.track(slug))
        return tuple(
            practice_date
            for practice_date, days in practice_days_by_date(self.plan).items()
            if any(day % self.plan.tracks == track_number for day in days)
            and self._is_uploaded(slug, practice_date)
            and self._has_sessions(slug, practice_date)
        )

    def day(self, slug: str, practice_date: date) -> Day:
        """Return this date at this track, with or without sessions; ``KeyError`` for an unknown track."""
        track = self.track(slug)
        generated: tuple[Session, ...] = ()
        if practice_date in practice_days_by_date(self.plan) and self._is_uploaded(slug, practice_date):
            generated = sessions_by_track(self.plan, practice_date).get(slug, ())
        current = (self.edits.get(session.session_id, session) for session in generated)
        sessions = sorted(filter(None, current), key=lambda each: (each.started_at, each.session_id))
        is_short = practice_date == self.seen_on and self._days_back(slug, practice_date) == SHORT_DAY
        unlisted = min(UNLISTED_SESSIONS, len(sessions)) if is_short else 0
        return Day(track, practice_date, tuple(sessions[: len(sessions) - unlisted]), unlisted)

    def days(self) -> Iterator[Day]:
        """Return all days with sessions, by date and then by track."""
        for practice_date in practice_dates(self.plan):
            for track in self.tracks:
                day = self.day(track.slug, practice_date)
                if day.sessions:
                    yield day

    def sessions(self) -> Iterator[Session]:
        """Return all sessions of all tracks."""
        for day in self.days():
            yield from day.sessions

    def session(self, slug: str, session_id: int) -> Session:
        """One session of a track; ``KeyError`` when the track has no such session, or no longer."""
        practice_date = practice_date_of(self.plan, session_id)
        sessions = self.day(slug, practice_date).sessions if practice_date else ()
        return {session.session_id: session for session in sessions}[session_id]

    def replaced(self, edited: Session) -> "Season":
        """Return the season with the session of the same id replaced; ``KeyError`` for an unknown id.

        Raises ``ValueError`` when the date changes.
        """
        if edited.started_at.date() != self._generated(edited.session_id).started_at.date():
            raise ValueError(f"session {edited.session_id} cannot move to another date")
        return replace(self, edits={**self.edits, edited.session_id: edited})

    def without(self, session_id: int) -> "Season":
        """Return the season without one session: neither listed nor with a page. ``KeyError`` for an unknown id."""
        self._generated(session_id)
        return replace(self, edits={**self.edits, session_id: None})

    def _generated(self, session_id: int) -> Session:
        practice_date = practice_date_of(self.plan, session_id)
        by_track = sessions_by_track(self.plan, practice_date) if practice_date else {}
        return {each.session_id: each for sessions in by_track.values() for each in sessions}[session_id]

    def _days_back(self, slug: str, practice_date: date) -> int | None:
        """Return how many practice days of all tracks followed this one; None if the track was closed."""
        track_number = self.tracks.index(self.track(slug))
        days = practice_days_by_date(self.plan).get(practice_date, ())
        return next((self.plan.days - 1 - day for day in days if day % self.plan.tracks == track_number), None)

    def _is_uploaded(self, slug: str, practice_date: date) -> bool:
        if self.seen_on is None:
            return True
        is_late = self._days_back(slug, practice_date) == LATE_DAY
        return practice_date + (UPLOADED_AFTER if is_late else timedelta(0)) <= self.seen_on

    def _has_sessions(self, slug: str, practice_date: date) -> bool:
        """Generate the day only if an edit may have emptied it: every planned day starts with sessions."""
        edited_dates = {practice_date_of(self.plan, session_id) for session_id in self.edits}
        return practice_date not in edited_dates or bool(self.day(slug, practice_date).sessions)
