"""The default season has every irregularity of the real pages."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from scraper.sample_site import page_text
from scraper.sample_site.driver_names import UNKNOWN_CLASS, UNKNOWN_DRIVER, is_name, normalized_name
from scraper.sample_site.practice import Session
from scraper.sample_site.rendering import render_month
from scraper.sample_site.season import Season
from scraper.sample_site.statistics import laps_by_class_panel, stats_panel

SHORT, LATE = date(2025, 10, 18), date(2025, 10, 11)
"""Days at wattlegrove: the list of the one is short at first, the other is uploaded eight days late."""

ONE_SESSION: dict[str, Callable[[Session], bool]] = {
    "a name without a transponder": lambda each: is_name(each.driver) and not each.transponder,
    "an unknown driver without a transponder": lambda each: each.driver == UNKNOWN_DRIVER and not each.transponder,
    "a transponder that is no number": lambda each: each.transponder == "3141592/2",
    "a word instead of a transponder": lambda each: each.transponder == "None",
    "a family name first": lambda each: each.driver == "Rosander, Greg",
    "two spaces in a name": lambda each: "  " in each.driver,
    "a blank driver": lambda each: each.driver == "",
    "a blank class": lambda each: each.class_name == "",
    "a Latin name with marks": lambda each: each.driver == "José Nuñez",
    "a letter that Unicode does not decompose": lambda each: each.driver.startswith("Łukasz"),
    "a Cyrillic name": lambda each: any("\u0430" <= letter <= "\u044f" for letter in each.driver),
    "an apostrophe in a name": lambda each: "'" in each.driver,
    "an ampersand in a name": lambda each: "&" in each.driver,
    "a less-than sign in a name": lambda each: "<" in each.driver,
    "a class ending in parentheses, no transponder": lambda each: (
        each.class_name == "4WD (Mod)" and not each.transponder
    ),
    "a class with parentheses and a transponder": lambda each: (
        each.class_name == "1/8 Buggy (Sportsman)" and each.transponder != ""
    ),
    "an unknown class": lambda each: each.class_name == UNKNOWN_CLASS,
    "a session under a minute": lambda each: 0 < each.length_seconds < 60,
    "a session over an hour": lambda each: each.length_seconds > 3600,
    "a session past midnight": lambda each: (
        each.ended_at.date() > each.started_at.date() and len({lap.finished_at.date() for lap in each.laps}) > 1
    ),
    "an end before its start, when summer time ends": lambda each: each.ended_at < each.started_at,
    "an invalid lap among valid ones": lambda each: {lap.is_valid for lap in each.laps} == {True, False},
    "no valid lap at all": lambda each: {lap.is_valid for lap in each.laps} == {False},
    "a valid lap over a minute": lambda each: any(lap.is_valid and lap.time_ms > 60_000 for lap in each.laps),
    "no laps": lambda each: not each.laps and each.length_seconds == 0,
    "a start just after midnight": lambda each: each.started_at.time() < time(1),
    "a start just after noon": lambda each: time(12) <= each.started_at.time() < time(13),
    "a start at noon exactly": lambda each: each.started_at.time() == time(12),
    **{
        f"{count} laps": lambda each, count=count: len(each.laps) == count  # type: ignore[misc]
        for count in (1, 4, 7, 12, 20)
    },
}


@pytest.mark.parametrize("irregularity", ONE_SESSION)
def test_some_session_has(irregularity: str, season: Season) -> None:
    assert any(ONE_SESSION[irregularity](session) for session in season.sessions())


def test_its_size(season: Season) -> None:
    days = list(season.days())
    assert len({day.track for day in days}) == 3
    assert len(days) == 30
    assert {f"{day.date:%Y-%m}" for day in days} == {"2025-08", "2025-09", "2025-10"}
    assert 450 <= sum(len(day.sessions) for day in days) <= 550


def test_one_day_and_a_class_of_it_have_more_than_a_thousand_laps(season: Season) -> None:
    totals = [stats_panel(day)["total_laps"] for day in season.days()]
    assert [total for total in totals if len(total) > 3] == ["1,223"]
    classes = [each for day in season.days() for each in laps_by_class_panel(day)]
    assert [each for each in classes if len(each["laps"]) > 3] == [{"label": "1/8 Endurance", "laps": "1040"}]


def test_the_clock_goes_back_during_a_session(season: Season) -> None:
    (night,) = (session for session in season.sessions() if session.summer_time_ends)
    assert (page_text.clock(night.started_at), page_text.clock(night.ended_at)) == ("2:50:04am", "2:13:04am")
    assert page_text.length(night.length_seconds) == "20:00"
    clocks = [lap.finished_at for lap in night.laps]
    assert sum(after < before for before, after in pairwise(clocks)) == 1


def test_two_people_and_somebody_unknown_share_a_word_instead_of_a_transponder(season: Season) -> None:
    assert _drivers_by_time(season, "N/A") == ["Ossian Thule", "Maren Quist", UNKNOWN_DRIVER]


def test_a_list_is_short_of_its_month_page_until_the_next_day(season: Season) -> None:
    whole, short = season.day("wattlegrove", SHORT), season.as_of(SHORT).day("wattlegrove", SHORT)
    assert (short.sessions, short.unlisted) == (whole.sessions[:-2], 2)
    assert season.as_of(SHORT + timedelta(days=1)).day("wattlegrove", SHORT) == whole
    month = render_month(season.as_of(SHORT), "wattlegrove", SHORT)
    assert f">{len(whole.sessions)}</a>" in month
    assert season.as_of(season.today).as_of(SHORT).dates("wattlegrove")[-1] == SHORT


def test_a_day_is_uploaded_late(season: Season) -> None:
    before, after = (season.as_of(LATE + timedelta(days=days)) for days in (7, 8))
    assert LATE in after.dates("wattlegrove")
    assert LATE not in before.dates("wattlegrove")
    assert before.day("wattlegrove", LATE).sessions == ()
    session_id = season.day("wattlegrove", LATE).sessions[0].session_id
    assert after.session("wattlegrove", session_id)
    with pytest.raises(KeyError):
        before.session("wattlegrove", session_id)


def test_a_later_day_has_not_begun(season: Season) -> None:
    begun = [(day.track, day.date) for day in season.days() if day.date <= SHORT]
    begun.remove((season.track("wattlegrove"), LATE))
    assert [(day.track, day.date) for day in season.as_of(SHORT).days()] == begun


def test_one_slug_is_mixed_case_with_a_hyphen(season: Season) -> None:
    assert [track.slug for track in season.tracks if "-" in track.slug and track.slug != track.slug.lower()]


def test_one_or_two_tracks_are_open_on_a_date(season: Season) -> None:
    open_tracks = defaultdict(set)
    for day in season.days():
        open_tracks[day.date].add(day.track.slug)
    assert {len(slugs) for slugs in open_tracks.values()} == {1, 2}


def test_one_driver_has_three_transponders_on_one_day(season: Season) -> None:
    used = defaultdict(set)
    for day in season.days():
        for session in day.sessions:
            if is_name(session.driver) and session.transponder:
                used[day.date, session.driver].add(session.transponder)
    assert {1, 2, 3} <= {len(transponders) for transponders in used.values()}


def test_one_transponder_has_two_names_on_one_day(season: Season) -> None:
    names = defaultdict(set)
    for day in season.days():
        for session in day.sessions:
            if is_name(session.driver) and session.transponder:
                names[day.date, session.transponder].add(normalized_name(session.driver))
    assert max(map(len, names.values())) > 1


def _drivers_by_time(season: Season, transponder: str) -> list[str]:
    return [session.driver for session in season.sessions() if session.transponder == transponder]


def test_an_unknown_driver_has_a_name_before_and_after(season: Season) -> None:
    assert _drivers_by_time(season, "9000301") == ["Otis Grennick", UNKNOWN_DRIVER, "Otis Grennick"]


def test_a_named_driver_is_unknown_in_the_last_session(season: Season) -> None:
    assert _drivers_by_time(season, "9000302") == ["Hedda Crane-Lowell", UNKNOWN_DRIVER]


def test_an_unknown_driver_with_a_transponder_is_never_named(season: Season) -> None:
    assert _drivers_by_time(season, "9000303") == [UNKNOWN_DRIVER, UNKNOWN_DRIVER]


def test_a_transponder_of_two_people_has_no_name_in_the_last_session(season: Season) -> None:
    assert _drivers_by_time(season, "9000201") == ["Ilse Varnholt", "Pip Varnholt", UNKNOWN_DRIVER]


def test_a_placeholder_transponder_has_a_name_at_two_tracks_and_once_no_name(season: Season) -> None:
    assert _drivers_by_time(season, "9999999") == ["Lotte Fillmore", "Lotte Fillmore", UNKNOWN_DRIVER]
    assert len({day.track for day in season.days() for each in day.sessions if each.driver == "Lotte Fillmore"}) == 2


def test_the_best_laps_of_two_drivers_are_equal(season: Season) -> None:
    truck = [session for session in season.sessions() if session.class_name == "Vintage Truck"]
    bests = [(session.driver, min(session.lap_times_ms)) for session in truck]
    assert bests[:3] == [("Arlo Even", 32_750), ("Arlo Even", 32_750), ("Bryn Even", 32_750)]
    assert truck[0].lap_times_ms.count(32_750) == 2


def test_one_person_has_four_spellings(season: Season) -> None:
    spellings = _drivers_by_time(season, "9000601")
    assert len(set(spellings)) == 4
    assert {normalized_name(name) for name in spellings} == {"greg rosander"}


def test_one_driver_is_in_two_classes_on_one_day(season: Season) -> None:
    classes = defaultdict(set)
    for day in season.days():
        for session in day.sessions:
            classes[day.date, session.transponder].add(session.class_name)
    assert any(len(names) > 1 for (_, transponder), names in classes.items() if transponder)


def test_two_sessions_start_in_the_same_second(season: Season) -> None:
    for day in season.days():
        starts = [session.started_at for session in day.sessions]
        if len(set(starts)) < len(starts):
            return
    pytest.fail("no two sessions start in the same second")


def test_a_date_without_practice_is_a_day_without_sessions(season: Season) -> None:
    closed = season.today.replace(day=1)
    assert season.day("Iron-Range", closed).sessions == ()
