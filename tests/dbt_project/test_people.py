"""People across transponders, names and tracks: the rules, stable ids, and independence of the order of events."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DAY, DayList, SessionPage, listed, store
from tests.dbt_project.replay import Recording
from tests.support.soak_table import Tally, is_soak, trials

UNKNOWN = "Unknown Driver"
TRACKS = ("hill", "moor")
FOR_EVERY_HISTORY = settings(
    max_examples=trials(quick=15, full=200),
    derandomize=not is_soak(),
    database=None,
    suppress_health_check=list(HealthCheck),
)
Links = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class SessionFacts:
    """One session; a lower number began earlier."""

    track: str
    number: int
    name: str
    transponder: str


@dataclass
class People:
    """A database with sessions, and the recorded runs that derive people from them."""

    database: Database
    recording: Recording

    def empty(self) -> None:
        """Delete all rows."""
        self.execute(
            "truncate raw.practice_lists, raw.practice_sessions, raw.transform_queue",
            "truncate racing.tracks, racing.drivers cascade",
            "truncate intermediate.transform_batch, intermediate.affected_drivers, intermediate.person_overrides",
        )
        self.forget_people()

    def forget_people(self) -> None:
        """Delete the remembered people, as if the table were new."""
        self.execute("truncate analytics.driver_people")

    def drive(self, *sessions: SessionFacts) -> None:
        """Store the session pages, each on a day of its own, so that a run derives only these sessions."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            for each in sessions:
                clock = f"{1 + each.number // 60}:{each.number % 60:02}:00pm"
                page = SessionPage(each.number, each.name, each.transponder, fields={"start": clock})
                store(connection, each.track, DayList([listed(each.number, each.name)], DAY + timedelta(each.number)))
                store(connection, each.track, page)

    def override(self, *rows: tuple[str | None, str | None, str | None, str]) -> None:
        """Replace the rows of the seed: track, transponder, name, person."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute("truncate intermediate.person_overrides")
            for row in rows:
                connection.execute("insert into intermediate.person_overrides values (%s, %s, %s, %s, 'seen')", row)

    def run(self, until: int | None = None, *, is_full: bool = False) -> Links:
        """Run a transform, killed after `until` statements, and return the links after it."""
        self.recording.transform(self.database, until, is_full=is_full)
        return self.links()

    def links(self) -> Links:
        """Return the rows of driver_people by track, driver and name."""
        with psycopg.connect(self.database.conninfo, row_factory=dict_row) as connection:
            rows = connection.execute("select * from analytics.driver_people").fetchall()
        return {(row["track_slug"], row["driver_id"], row["normalized_name"]): row for row in rows}

    def person(self, track: str, transponder: str, name: str | None) -> Any:
        """Return the person of one link, by track, transponder and normalized name."""
        [link] = [
            link
            for link in self.links().values()
            if (link["track_slug"], link["transponder_number"] or "", link["normalized_name"])
            == (track, transponder, name)
        ]
        return link["person_id"]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.conninfo) as connection:
            return connection.execute(query.encode()).fetchall()

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@pytest.fixture(scope="module")
def all_people(shared_database: Database, recording: Recording) -> People:
    return People(shared_database, recording)


@pytest.fixture
def people(all_people: People) -> Iterator[People]:
    all_people.empty()
    yield all_people
    all_people.empty()


def test_a_name_at_a_track_is_one_person_in_any_spelling_on_any_transponder(people: People) -> None:
    people.drive(
        SessionFacts("hill", 1, "Ana Ruiz", "7000001"),
        SessionFacts("hill", 2, "RUIZ, Ana", "7000002"),
        SessionFacts("hill", 3, "ana ruiz", ""),
    )
    links = people.run().values()
    assert {link["rule"] for link in links} == {"same_name"}
    assert len({link["person_id"] for link in links}) == 1
    people.drive(SessionFacts("moor", 4, "Ana Ruiz", "7000009"))
    people.run()
    assert people.person("moor", "7000009", "ana ruiz") != people.person("hill", "7000001", "ana ruiz")


def test_a_transponder_links_a_name_at_two_tracks_and_the_older_id_remains(people: People) -> None:
    people.drive(SessionFacts("moor", 2, "Ana Ruiz", "7000001"))
    people.run()
    people.drive(SessionFacts("hill", 1, "Ana Ruiz", "7000002"))
    people.run()
    older, newer = people.person("hill", "7000002", "ana ruiz"), people.person("moor", "7000001", "ana ruiz")
    assert older != newer
    people.drive(SessionFacts("moor", 3, "Ana Ruiz", "7000002"))
    links = people.run().values()
    assert {link["person_id"] for link in links} == {older}
    assert {link["rule"] for link in links} == {"same_transponder"}
    people.drive(SessionFacts("moor", 0, "Ana Ruiz", "7000001"))  # found later, driven earlier
    assert {link["person_id"] for link in people.run().values()} == {older}
    assert {link["person_id"] for link in people.run(is_full=True).values()} == {older}


def test_names_without_their_link_are_two_people_again(people: People) -> None:
    people.drive(
        SessionFacts("hill", 1, "Ana Ruiz", "7000001"),
        SessionFacts("hill", 2, "Ana Ruiz", "7000002"),
        SessionFacts("moor", 3, "Ana Ruiz", "7000001"),
        SessionFacts("moor", 4, "Ana Ruiz", "7000003"),
    )
    people.run()
    ana = people.person("hill", "7000002", "ana ruiz")
    assert people.person("moor", "7000003", "ana ruiz") == ana
    people.drive(SessionFacts("hill", 1, "Ben Okafor", "7000001"), SessionFacts("moor", 3, "Ben Okafor", "7000001"))
    people.run()
    assert people.person("hill", "7000002", "ana ruiz") == ana
    assert people.person("moor", "7000003", "ana ruiz") not in (ana, None)


def test_sessions_without_a_name_belong_to_the_only_person_of_the_transponder(people: People) -> None:
    people.drive(SessionFacts("hill", 1, UNKNOWN, "7000001"), SessionFacts("hill", 2, UNKNOWN, ""))
    [link] = people.run().values()
    assert (link["rule"], link["person_id"]) == ("never_named", None)
    people.drive(
        SessionFacts("hill", 5, "Ana Ruiz", "7000001"),
        SessionFacts("moor", 3, "ANA RUIZ", "7000001"),
        SessionFacts("moor", 4, "", "7000001"),
    )
    people.run()
    ana = people.person("hill", "7000001", "ana ruiz")
    assert people.person("hill", "7000001", None) == people.person("moor", "7000001", None) == ana
    nearest = {
        link["track_slug"]: link["evidence"] for link in people.links().values() if link["rule"] == "named_transponder"
    }
    assert "ANA RUIZ in session 3" in nearest["hill"]
    # With another name on the transponder the person is unknown. Each name keeps its person.
    people.drive(SessionFacts("hill", 6, "Ben Okafor", "7000001"))
    people.run()
    assert people.person("hill", "7000001", None) is people.person("moor", "7000001", None) is None
    assert "shared_transponder" in {link["rule"] for link in people.links().values()}
    assert people.person("hill", "7000001", "ana ruiz") == ana
    assert people.person("hill", "7000001", "ben okafor") not in (ana, None)
    # The other name is corrected.
    people.drive(SessionFacts("hill", 6, "Ana Ruiz", "7000001"))
    people.run()
    assert people.person("hill", "7000001", None) == ana


@pytest.mark.parametrize("placeholder", ["0", "9999999", "1234567", "N/A", "None", "-"])
def test_what_is_no_transponder_is_nobody_s(people: People, placeholder: str) -> None:
    people.drive(
        SessionFacts("hill", 1, "Ana Ruiz", placeholder),
        SessionFacts("moor", 2, "Ana Ruiz", placeholder),
        SessionFacts("hill", 3, UNKNOWN, placeholder),
    )
    people.run()
    assert people.person("hill", "", "ana ruiz") != people.person("moor", "", "ana ruiz")
    drivers = people.rows("select source_driver_id, transponder_number from racing.drivers order by 1")
    assert drivers == [(f"practice_session_{number}", None) for number in (1, 2, 3)]
    named = people.rows("select page_value, count(*) from intermediate.int_practice__unreadable_values group by 1")
    assert named == [(placeholder, 3)]


def test_an_override_beats_every_rule_until_it_is_removed(people: People) -> None:
    people.drive(
        SessionFacts("hill", 1, "Ana Ruiz", "7000001"),
        SessionFacts("hill", 2, "Anna Ruiz", "7000002"),
        SessionFacts("hill", 3, "Ana Ruiz", "7000003"),
        SessionFacts("hill", 4, UNKNOWN, "7000004"),
    )
    people.run()
    ana, anna = people.person("hill", "7000001", "ana ruiz"), people.person("hill", "7000002", "anna ruiz")
    assert people.person("hill", "7000003", "ana ruiz") == ana != anna
    # Two spellings and a transponder without a name are one person. The other Ana Ruiz is somebody else.
    people.override(
        (None, "7000001", None, "Ana"),
        (None, None, "Anna RUIZ", "Ana"),
        ("hill", "7000004", None, "Ana"),
        (None, "7000003", "Ana Ruiz", "Ana junior"),
    )
    people.run()
    ids = {
        transponder[-1]: people.person("hill", transponder, name)
        for transponder, name in [
            ("7000001", "ana ruiz"),
            ("7000002", "anna ruiz"),
            ("7000003", "ana ruiz"),
            ("7000004", None),
        ]
    }
    assert ids["1"] == ids["2"] == ids["4"] == ana
    assert ids["3"] not in (ana, anna, None)
    junior = ids["3"]
    people.drive(SessionFacts("hill", 5, "ANNA RUIZ", "7000005"), SessionFacts("hill", 6, "Ana Ruiz", "7000003"))
    people.run()
    assert people.person("hill", "7000005", "anna ruiz") == ana
    assert people.person("hill", "7000003", "ana ruiz") == junior
    people.override()
    people.run()
    assert people.person("hill", "7000003", "ana ruiz") == ana
    assert people.person("hill", "7000002", "anna ruiz") == anna
    assert people.person("hill", "7000004", None) is None


def test_similar_names_are_listed_and_not_merged(people: People) -> None:
    people.drive(
        SessionFacts("hill", 1, "Greg Rosander", "7000001"),
        SessionFacts("hill", 2, "Gregg Rosander", "7000002"),
        SessionFacts("hill", 3, "Ben Okafor", "7000003"),
    )
    assert len({link["person_id"] for link in people.run().values()}) == 3
    with psycopg.connect(people.database.conninfo) as connection:
        found = connection.execute(
            "select normalized_name, other_normalized_name from analytics.person_candidates"
        ).fetchall()
    assert [set(names) for names in found] == [{"greg rosander", "gregg rosander"}]


SESSIONS = st.builds(
    SessionFacts,
    st.sampled_from(TRACKS),
    st.integers(1, 8),
    st.sampled_from([UNKNOWN, "", "Ana Ruiz", "RUIZ, ANA", "Ben Okafor"]),
    st.sampled_from(["", "7000001", "7000002", "1234567"]),
)
OVERRIDES = st.lists(
    st.tuples(
        st.sampled_from([None, "hill"]),
        st.sampled_from([None, "7000001"]),
        st.sampled_from(["Ana Ruiz", "Ben Okafor"]),
        st.sampled_from(["one", "other"]),
    ),
    max_size=2,
    unique_by=lambda row: row[:3],
)


def shape(links: Links) -> list[str]:
    """Return what must not depend on the order of events: all columns but the ids, and which links share a person."""
    members: dict[Any, list[str]] = {None: []}
    for key, link in sorted(links.items(), key=repr):
        if link["person_id"]:
            members.setdefault(link["person_id"], []).append(repr(key))
    return sorted(repr(({**link, "person_id": None}, members[link["person_id"]])) for link in links.values())


def test_any_history_gives_the_same_people_as_a_rebuild(people: People, tally: Tally) -> None:
    tally.promise = "histories whose people differ from those of a rebuild"
    length = people.recording.length

    @FOR_EVERY_HISTORY
    @given(st.lists(st.one_of(SESSIONS, SESSIONS, st.none(), st.floats(0, 1), OVERRIDES), min_size=4, max_size=14))
    def run_history(history: list[Any]) -> None:
        people.empty()
        for event in history:
            if isinstance(event, SessionFacts):
                people.drive(event)
            elif isinstance(event, list):
                people.override(*event)
            else:
                people.run(None if event is None else int(event * length))
        found = people.run()
        people.forget_people()
        assert shape(found) == shape(people.run(is_full=True))
        tally.trials += 1
        tally.faults += sum(isinstance(event, float) for event in history)

    run_history()


def test_ids_are_stable_as_data_grows(people: People, tally: Tally) -> None:
    tally.promise = "growing histories in which a person's id is lost"

    @settings(FOR_EVERY_HISTORY, phases=[Phase.generate])
    @given(st.lists(st.lists(SESSIONS, max_size=3), min_size=2, max_size=5))
    def grow(days: list[list[SessionFacts]]) -> None:
        people.empty()
        before: Links = {}
        for number, sessions in enumerate(days):
            people.drive(
                *(
                    SessionFacts(each.track, 10 * number + place, each.name, each.transponder)
                    for place, each in enumerate(sessions)
                )
            )
            after = people.run()
            since: dict[Any, Any] = {}
            for link in before.values():
                earliest = since.get(link["person_id"], link["first_started_at"])
                since[link["person_id"]] = min(earliest, link["first_started_at"])
            for key, link in before.items():
                now = after[key]["person_id"]
                if link["normalized_name"] is not None and now != link["person_id"]:
                    assert since[now] <= since[link["person_id"]]
            before = after
        tally.trials += 1

    grow()
