"""The days of a year in weeks, with what is known of each."""

from datetime import date
from typing import Any
from uuid import UUID

from service.web.pages.year import Day, Year, year_of

EVENT = UUID(int=1)


def day(text: str, **known: Any) -> dict[str, Any]:
    """A day of a calendar that only the month page shows, or with what is stored of it."""
    nothing = {"event_id": None, "verdict": None, "sessions": None, "site_sessions": 7}
    return {"practice_date": date.fromisoformat(text), **nothing, **known}


def shown(year: Year | None) -> dict[str, tuple[str, int | None]]:
    """State and sessions of each day with practice."""
    assert year is not None
    days = [each for month in year.months for week in month.weeks for each in week]
    return {f"{each.date}": (each.state.name, each.sessions) for each in days if isinstance(each, Day)}


def test_a_day_has_the_state_that_is_known() -> None:
    days = [
        day("2025-10-01"),
        day("2025-10-02", event_id=EVENT, verdict="complete", sessions=8),
        day("2025-10-03", event_id=EVENT, verdict="partial", sessions=9),
        day("2025-10-04", event_id=EVENT, verdict="differs", sessions=10),
        day("2025-10-05", event_id=EVENT, verdict="not_understood", sessions=11),
        day("2025-10-06", event_id=EVENT),
    ]
    year = year_of(days, None)
    assert shown(year) == {
        "2025-10-01": ("not_stored", 7),
        "2025-10-02": ("complete", 8),
        "2025-10-03": ("partial", 9),
        "2025-10-04": ("differs", 10),
        "2025-10-05": ("not_understood", 11),
        "2025-10-06": ("not_compared", None),
    }
    assert year is not None
    assert [count for _, count in year.counts] == [1] * 6
    assert len({state.sign for state, _ in year.counts}) == 6


def test_a_month_has_weeks_from_monday_to_sunday() -> None:
    year = year_of([day("2024-02-29")], None)
    assert year is not None
    (month,) = year.months
    assert month.first == date(2024, 2, 1)
    numbers = [[each.date.day if isinstance(each, Day) else each for each in week] for week in month.weeks]
    assert numbers[0] == [None, None, None, 1, 2, 3, 4]
    assert numbers[-1] == [26, 27, 28, 29, None, None, None]


def test_the_newest_year_is_shown_unless_another_one_is_wanted() -> None:
    days = [day("2022-05-01"), day("2024-03-01"), day("2024-05-31")]
    newest, wanted, empty = year_of(days, None), year_of(days, 2022), year_of(days, 2023)
    assert newest is not None
    assert wanted is not None
    assert empty is not None
    assert (newest.number, newest.years) == (2024, [2024, 2022])
    assert [month.first.month for month in newest.months] == [3, 5]
    assert list(shown(wanted)) == ["2022-05-01"]
    assert (empty.number, empty.months, empty.years) == (2023, [], [2024, 2022])
    assert year_of([], None) is None
