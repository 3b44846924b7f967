"""Natural keys of the final tables, and the ids made from them."""

from uuid import UUID, uuid3

from scraper.sample_site.practice import Day, Session, Track

Row = dict[str, object]
"""A row of a final table by column."""

SOURCE = "liverc"

_NAMESPACE = UUID("6f1f0f0e-4c8b-5d0e-9a57-0c1d2e3f4a5b")


def source_event_id(day: Day) -> str:
    """``{slug}-practice-{date}``."""
    return f"{day.track.slug}-practice-{day.date}"


def source_driver_id(session: Session) -> str:
    """The transponder, also for an unknown driver; without one, the session."""
    return transponder(session) or f"practice_session_{session.session_id}"


def transponder(session: Session) -> str | None:
    """The transponder; ``None`` for a text without a digit and for a placeholder such as ``9999999`` or ``1234567``."""
    text = session.transponder
    is_real = any(digit in text for digit in "0123456789") and len(set(text)) > 1 and not "1234567890".startswith(text)
    return text if is_real else None


def track_id(track: Track) -> UUID:
    """Id of a row of ``tracks``."""
    return _id("tracks", SOURCE, track.slug)


def event_id(day: Day) -> UUID:
    """Id of a row of ``events``."""
    return _id("events", SOURCE, source_event_id(day))


def race_id(day: Day, session: Session) -> UUID:
    """Id of a row of ``races``."""
    return _id("races", source_event_id(day), str(session.session_id))


def driver_id(session: Session) -> UUID:
    """Id of a row of ``drivers``."""
    return _id("drivers", SOURCE, source_driver_id(session))


def race_driver_id(day: Day, session: Session) -> UUID:
    """Id of a row of ``race_drivers``."""
    return _id("race_drivers", source_event_id(day), str(session.session_id), source_driver_id(session))


def race_result_id(day: Day, session: Session) -> UUID:
    """Id of a row of ``race_results``."""
    return _id("race_results", source_event_id(day), str(session.session_id), source_driver_id(session))


def person_id(track: Track, name: str) -> UUID:
    """Id of a row of ``people``: the track and the normalized name of the person's first session."""
    return _id("people", track.slug, name)


def driver_people_id(track: Track, name: str | None, session: Session) -> UUID:
    """Id of a row of ``driver_people``: the sessions of a driver at a track under one normalized name."""
    return _id("driver_people", track.slug, name or "", source_driver_id(session))


def class_day_best_id(day: Day, class_name: str) -> UUID:
    """Id of a row of ``class_day_bests``."""
    return _id("class_day_bests", str(event_id(day)), class_name)


def base_url_of(track: Track, base_url: str) -> str:
    """The base URL of a track."""
    return base_url.replace("{track}", track.slug)


def list_url(day: Day, base_url: str) -> str:
    """The URL of the day's list."""
    return f"{base_url_of(day.track, base_url)}/practice/?p=session_list&d={day.date}"


def session_url(track: Track, session: Session, base_url: str) -> str:
    """The URL of the session's page."""
    return f"{base_url_of(track, base_url)}/practice/?p=view_session&id={session.session_id}"


def _id(*table_and_key: str) -> UUID:
    return uuid3(_NAMESPACE, "|".join(table_and_key))
