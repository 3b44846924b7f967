"""The expected rows of ``drivers``: an identity has the name of its latest session with a name."""

from collections.abc import Iterable

from scraper.sample_site.driver_names import UNKNOWN_DRIVER, folded, is_name, normalized_name
from scraper.sample_site.practice import Session
from tests.expected.natural_keys import SOURCE, Row, driver_id, source_driver_id, transponder


def driver_rows(sessions: Iterable[Session]) -> list[Row]:
    """One row of ``drivers`` per identity that these sessions have."""
    by_time = sorted(sessions, key=lambda session: (session.started_at, session.session_id))
    by_identity: dict[str, list[Session]] = {}
    for session in by_time:
        by_identity.setdefault(source_driver_id(session), []).append(session)
    return [_driver_row(own_sessions) for own_sessions in by_identity.values()]


def _driver_row(sessions_by_time: list[Session]) -> Row:
    names = [folded(session.driver) for session in sessions_by_time if is_name(session.driver)]
    latest = sessions_by_time[-1]
    return {
        "id": driver_id(latest),
        "source": SOURCE,
        "source_driver_id": source_driver_id(latest),
        "display_name": names[-1] if names else UNKNOWN_DRIVER,
        "normalized_name": normalized_name(names[-1]) if names else None,
        "transponder_number": transponder(latest),
    }
