"""A season: reproducible, of any size, and editable."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.sample_site.season import Season

FINGERPRINT = (
    "from hashlib import sha256; from scraper.sample_site.season import Season;"
    "print(sha256(repr(list(Season.generate().sessions())).encode()).hexdigest())"
)


def test_the_same_seed_gives_the_same_season_in_another_process(season: Season) -> None:
    elsewhere = subprocess.run([sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == sha256(repr(list(season.sessions())).encode()).hexdigest()


def test_another_seed_gives_another_season(season: Season) -> None:
    assert list(Season.generate(seed=2).sessions()) != list(season.sessions())


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**9),
    tracks=st.integers(1, 6),
    days=st.integers(1, 12),
    sessions_per_day=st.integers(1, 40),
)
def test_a_season_of_any_size_has_all_its_days_and_ids_that_grow_with_time(
    seed: int, tracks: int, days: int, sessions_per_day: int
) -> None:
    season = Season.generate(seed, tracks, days, sessions_per_day)
    assert len(list(season.days())) == days
    sessions = sorted(season.sessions(), key=lambda session: session.session_id)
    assert all(one.session_id < other.session_id for one, other in pairwise(sessions))
    assert all(one.first_crossing <= other.first_crossing for one, other in pairwise(sessions))


@settings(max_examples=25)
@given(seed=st.integers(0, 10**9))
def test_no_transponder_is_in_two_sessions_at_once(seed: int) -> None:
    for day in Season.generate(seed, days=10, sessions_per_day=20).days():
        by_transponder = sorted(
            (each.transponder, each.first_crossing, each) for each in day.sessions if each.transponder
        )
        for (transponder, _, one), (next_transponder, start, _) in pairwise(by_transponder):
            if transponder == next_transponder:
                assert one.first_crossing + timedelta(milliseconds=one.length_ms) < start


def test_a_day_of_a_huge_season_is_generated_alone() -> None:
    season = Season.generate(days=100_000, sessions_per_day=20)
    newest = season.day("wattlegrove", season.dates("wattlegrove")[-1])
    assert newest.sessions
    assert season.session("wattlegrove", newest.sessions[0].session_id) == newest.sessions[0]


def test_dates_are_those_of_the_days(season: Season) -> None:
    for track in season.tracks:
        assert season.dates(track.slug) == tuple(day.date for day in season.days() if day.track == track)


@pytest.mark.parametrize("size", [{"tracks": 0}, {"days": 0}, {"sessions_per_day": 0}])
def test_an_empty_season_is_refused(size: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one track"):
        Season.generate(**size)


def test_every_session_is_found_only_by_its_track_and_id(season: Season) -> None:
    for day in season.days():
        for session in day.sessions:
            assert season.session(day.track.slug, session.session_id) == session
    session_id = season.day("wattlegrove", season.dates("wattlegrove")[0]).sessions[0].session_id
    for slug, wrong_id in (("Iron-Range", session_id), ("wattlegrove", 1), ("wattlegrove", 10**11), ("no", session_id)):
        with pytest.raises(KeyError):
            season.session(slug, wrong_id)


def test_a_replaced_session_is_only_in_the_new_season(season: Season) -> None:
    before = next(season.sessions())
    edited = replace(before, driver="Somebody Else", lap_times_ms=before.lap_times_ms[:-1])
    assert next(season.replaced(edited).sessions()) == edited
    assert next(season.sessions()) == before


def test_a_day_without_its_last_session_is_gone(season: Season) -> None:
    day = next(season.days())
    emptied = season
    for session in day.sessions:
        emptied = emptied.without(session.session_id)
    assert emptied.day(day.track.slug, day.date).sessions == ()
    assert emptied.dates(day.track.slug) == season.dates(day.track.slug)[1:]
    assert next(emptied.days()) != day


def test_an_edit_of_an_unknown_session_is_refused(season: Season) -> None:
    session = next(season.sessions())
    with pytest.raises(KeyError):
        season.without(session.session_id - 1)
    with pytest.raises(KeyError):
        season.replaced(replace(session, session_id=1))
    with pytest.raises(ValueError, match="another date"):
        season.replaced(replace(session, first_crossing=session.first_crossing + timedelta(days=1)))
