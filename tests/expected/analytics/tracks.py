"""A track over time: records, personal bests, activity, and what is stored of its days."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from scraper.sample_site.driver_names import display_name
from tests.expected.analytics.session_facts import SessionFacts, best_of, grouped
from tests.expected.natural_keys import Row, class_day_best_id


def class_day_best_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.class_day_bests``."""
    timed = [each for each in facts if each.best is not None]
    return [
        {
            "id": class_day_best_id(each.day, each.class_name),
            **each.of_day,
            "class_name": each.class_name,
            "best_lap": each.best,
            "race_id": each.race_id,
            "start_time": each.session.started_at,
            "previous_best_lap": before.best if before else None,
            "previous_race_id": before.race_id if before else None,
            "previous_start_time": before.session.started_at if before else None,
        }
        for each, before in map(_record_and_previous, grouped(timed, "track", "date", "class_name").values())
    ]


def record_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.class_records``."""
    by_period: dict[tuple[str, str, str, date | None], list[SessionFacts]] = defaultdict(list)
    for each in facts:
        if each.best is not None:
            for period, start in (("day", each.date), ("month", each.date.replace(day=1)), ("ever", None)):
                by_period[each.track, each.class_name, period, start].append(each)
    return [
        {
            "track_slug": track,
            "class_name": class_name,
            "period": period,
            "period_start": start,
            **_record(*_record_and_previous(sessions)),
        }
        for (track, class_name, period, start), sessions in by_period.items()
    ]


def _record(each: SessionFacts, before: SessionFacts | None) -> Row:
    return {
        "best_lap": each.best,
        "practice_date": each.date,
        "start_time": each.session.started_at,
        "race_id": each.race_id,
        "person_id": each.of_racer["person_id"],
        "name_on_session": display_name(each.session.driver),
        "previous_best_lap": before.best if before else None,
        "gain_on_previous_best": before.best - each.best if before and before.best and each.best else None,
        "previous_practice_date": before.date if before else None,
        "previous_race_id": before.race_id if before else None,
        "previous_person_id": before.of_racer["person_id"] if before else None,
        "previous_name_on_session": display_name(before.session.driver) if before else None,
    }


def _record_and_previous(sessions: list[SessionFacts]) -> tuple[SessionFacts, SessionFacts | None]:
    """The session with the fastest lap, and that with the fastest lap until then; of equal laps the first one."""
    record = _fastest(sessions)
    earlier = sessions[: sessions.index(record)]
    return record, _fastest(earlier) if earlier else None


def _fastest(sessions: list[SessionFacts]) -> SessionFacts:
    return next(each for each in sessions if each.best == best_of(sessions))


def activity_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.track_activity``."""
    months: dict[tuple[str, date], list[SessionFacts]] = defaultdict(list)
    for each in facts:
        months[each.track, each.date.replace(day=1)].append(each)
    return [
        {
            "track_slug": track,
            "month": month,
            "days": len({each.date for each in own}),
            "sessions": len(own),
            "laps": sum(each.statistics.lap_count for each in own),
            "time_on_track_seconds": sum((each.time_on_track for each in own), Decimal(0)),
            "people": len({each.person for each in own} - {None}),
            "unidentified_sessions": sum(each.person is None for each in own),
        }
        for (track, month), own in months.items()
    ]


def day_ingest_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.day_ingests``, of days that are crawled completely."""
    return [_day_ingest_row(sessions) for sessions in grouped(facts, "track", "date").values()]


def _day_ingest_row(sessions: list[SessionFacts]) -> Row:
    laps = [len(each.session.lap_times_ms) for each in sessions]
    unlisted = sessions[0].day.unlisted
    return {
        **sessions[0].of_day,
        "ingest_depth": "partial" if unlisted else "laps_full",
        "sessions_ingested": len(sessions),
        "sessions_failed": unlisted,
        "sessions_with_laps": sum(count > 0 for count in laps),
        "sessions_detail_failed": 0,
        "laps_ingested": sum(laps),
        "drivers_created_or_matched": len({each.driver for each in sessions}),
    }


def personal_best_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.personal_bests``."""
    timed = [each for each in facts if each.best is not None and each.person is not None]
    rows: list[Row] = []
    for own in grouped(timed, "racer_id", "track", "class_name").values():
        bests = [_fastest(sessions) for sessions in grouped(own, "date").values()]
        fastest = bests[0]
        for each in bests[1:]:
            if each.best is not None and fastest.best is not None and each.best < fastest.best:
                rows.append(_personal_best(each, fastest))
                fastest = each
    return rows


def _personal_best(each: SessionFacts, before: SessionFacts) -> Row:
    record = _record(each, before)
    return {
        **each.of_day,
        "class_name": each.class_name,
        **{name: record[name] for name in ("person_id", "race_id", "start_time", "name_on_session", "best_lap")},
        **{name: record[name] for name in ("previous_best_lap", "gain_on_previous_best")},
        **{name: record[name] for name in ("previous_practice_date", "previous_race_id")},
    }
