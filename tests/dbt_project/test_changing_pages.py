"""Sessions whose pages change between three crawls: one transform after each crawl, for all stories."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from scraper.database.connection import Database
from tests.dbt_project.catalogue import catalogue
from tests.dbt_project.final_sessions import Moment
from tests.dbt_project.raw_pages import DAY, DayList, Failure, Page, SessionPage, lap, listed, store
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import differences

STORIES: dict[str, list[list[Page]]] = {}
EARLIER, LATER = date(2025, 10, 18), date(2025, 11, 1)


def story(track: str, *crawls: list[Page]) -> str:
    """Pages of one track, as each crawl finds them. Returns the track, by which to look up the results."""
    STORIES[track] = list(crawls)
    return track


@dataclass
class Results:
    """The final schema after each crawl, and after runs that had nothing to do."""

    after: list[Moment] = field(default_factory=list)
    quiet: Moment | None = None
    full: Moment | None = None
    catalogue_before_full: list[tuple[object, ...]] = field(default_factory=list)
    catalogue_after_full: list[tuple[object, ...]] = field(default_factory=list)
    verified: str = ""


@pytest.fixture(scope="module")
def results(shared_database: Database, dbt_artifacts: Path, recording: Recording) -> Results:
    commands = Commands(shared_database, dbt_artifacts)
    results = Results()
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        connection.execute("create view analytics.an_analysts_own as select count(*) as laps from racing.laps")
        connection.execute("grant select on analytics.an_analysts_own to public")
        for crawl in range(3):
            for track, crawls in STORIES.items():
                for page in crawls[crawl] if crawl < len(crawls) else []:
                    store(connection, track, page)
            output = ""
            if crawl == 0:
                output = commands.succeed("transform")
            else:
                recording.transform(shared_database)
            results.after.append(Moment.now(shared_database, output))
        results.catalogue_before_full = catalogue(connection)
        results.full = Moment.now(shared_database, commands.succeed("transform", FULL="1"))
        results.catalogue_after_full = catalogue(connection)
        results.verified = commands.succeed("verify")
        results.quiet = Moment.now(shared_database)
    return results


def race_driver_ids(moment: Moment, track: str) -> list[str]:
    return [session["source_driver_id"] for session in moment.of(track)]


TRANSPONDER = story(
    "transponder",
    [DayList([listed(1)]), SessionPage(1)],
    [SessionPage(1, transponder="7000001")],
    [SessionPage(1, transponder="7000002")],
)


def test_a_session_moves_whole_to_a_new_transponder(results: Results) -> None:
    assert [race_driver_ids(moment, TRANSPONDER) for moment in results.after] == [
        ["practice_session_1"],
        ["7000001"],
        ["7000002"],
    ]
    assert [len(moment.one(TRANSPONDER)["laps"]) for moment in results.after] == [2, 2, 2]
    assert "practice_session_1" not in results.after[1].driver_ids()
    assert "7000001" not in results.after[2].driver_ids()


TRANSPONDER_GOES = story(
    "transponder-goes",
    [DayList([listed(2, class_and_transponder="1/10 Open (7000003)")]), SessionPage(2, transponder="7000003")],
    [DayList([listed(2)]), SessionPage(2)],
)


def test_a_session_that_loses_its_transponder_is_a_driver_of_its_own(results: Results) -> None:
    assert race_driver_ids(results.after[0], TRANSPONDER_GOES) == ["7000003"]
    assert race_driver_ids(results.after[1], TRANSPONDER_GOES) == ["practice_session_2"]
    assert "7000003" not in results.after[1].driver_ids()


SHARED_TRANSPONDER = story(
    "shared-transponder",
    [
        DayList([listed(3, "Ben Okafor"), listed(4, "Cara Lind", started_at=f"{DAY} 16:00:00")]),
        SessionPage(3, "Ben Okafor", "7000004"),
        SessionPage(4, "Cara Lind", "7000004", fields={"start": "4:00:00pm", "end": "4:05:00pm"}),
    ],
    [SessionPage(4, "Cara Lind", "7000005", fields={"start": "4:00:00pm", "end": "4:05:00pm"})],
)


def test_a_driver_who_loses_the_latest_session_loses_its_name(results: Results) -> None:
    names = [
        {s["source_driver_id"]: s["display_name"] for s in moment.of(SHARED_TRANSPONDER)} for moment in results.after
    ]
    assert names[0] == {"7000004": "Cara Lind"}
    assert names[1] == {"7000004": "Ben Okafor", "7000005": "Cara Lind"}


LAPS = story(
    "laps",
    [DayList([listed(5)]), SessionPage(5, laps=[lap(1, "35.000"), lap(2, "40.000"), lap(3, "41.5", is_valid="0")])],
    [SessionPage(5, laps=[lap(1, "35.000")])],
    [SessionPage(5, laps=[])],
)


def test_laps_that_leave_the_page_leave_the_table(results: Results) -> None:
    assert results.after[0].one(LAPS)["laps"] == [
        "(1,35.000,t,35.000,)",
        "(2,40.000,t,75.000,)",
        "(3,41.500,f,116.500,)",
    ]
    assert results.after[1].one(LAPS)["laps"] == ["(1,35.000,t,35.000,)"]
    assert results.after[2].one(LAPS)["laps"] == []
    assert [moment.one(LAPS)["total_time_seconds"] for moment in results.after] == [
        Decimal("116.500"),
        Decimal("35.000"),
        Decimal("75.000"),
    ]


REMOVED = story(
    "removed",
    [DayList([listed(6), listed(7)]), SessionPage(6), SessionPage(7)],
    [DayList([listed(7)])],
    [DayList([listed(7), listed(6)])],
)


def test_a_session_that_leaves_the_list_is_marked_and_unmarked_when_it_comes_back(results: Results) -> None:
    removed = [[s["source_race_id"] for s in m.of(REMOVED) if s["removed_at"]] for m in results.after]
    assert removed == [[], ["6"], []]
    assert [len(moment.of(REMOVED)) for moment in results.after] == [2, 2, 2]
    assert [
        moment.events(REMOVED)[0]["event_metadata"]["practiceDayStats"]["totalLaps"] for moment in results.after
    ] == [
        4,
        2,
        4,
    ]


NAMED_LATER = story(
    "named-later",
    [DayList([listed(8, "Unknown Driver")]), SessionPage(8, "Unknown Driver", "7000008")],
    [
        DayList([listed(9, "Dora Emil")], practice_date=LATER),
        SessionPage(9, "Dora Emil", "7000008", fields={"date": "November 1, 2025 (Saturday)"}),
    ],
)
NAMED_EARLIER = story(
    "named-earlier",
    [DayList([listed(10, "Finn Gale")]), SessionPage(10, "Finn Gale", "7000010")],
    [
        DayList([listed(11, "Unknown Driver")], practice_date=LATER),
        SessionPage(11, "Unknown Driver", "7000010", fields={"date": "November 1, 2025 (Saturday)"}),
    ],
    [
        DayList([listed(12, "Older Name")], practice_date=EARLIER),
        SessionPage(12, "Older Name", "7000010", fields={"date": "October 18, 2025 (Saturday)"}),
    ],
)


def test_any_name_wins_over_none_and_a_later_over_an_earlier_one(results: Results) -> None:
    assert results.after[0].one(NAMED_LATER)["display_name"] == "Unknown Driver"
    assert results.after[0].one(NAMED_LATER)["normalized_name"] is None
    assert {s["display_name"] for s in results.after[1].of(NAMED_LATER)} == {"Dora Emil"}
    assert [{s["display_name"] for s in moment.of(NAMED_EARLIER)} for moment in results.after] == [{"Finn Gale"}] * 3
    assert [s["name_on_session"] for s in results.after[2].of(NAMED_EARLIER)] == [
        "Older Name",
        "Finn Gale",
        "Unknown Driver",
    ]


FAILS_LATER = story("fails-later", [DayList([listed(13)]), SessionPage(13)], [Failure(13)])
FAILED = story("failed", [DayList([listed(14), listed(15)]), Failure(14), SessionPage(15)], [SessionPage(14)])
LIST_ONLY = story("list-only", [DayList([listed(16, laps="7")])], [SessionPage(16)], [DayList([])])


def test_detail_status_and_depth_say_what_is_captured(results: Results) -> None:
    def found(track: str) -> list[tuple[list[str], str]]:
        return [([s["detail_status"] for s in m.of(track)], m.events(track)[0]["ingest_depth"]) for m in results.after]

    assert found(FAILS_LATER) == [(["captured"], "laps_full")] * 3
    assert found(FAILED) == [(["failed", "captured"], "partial"), *[(["captured"] * 2, "laps_full")] * 2]
    assert found(LIST_ONLY) == [(["list_only"], "list_only"), (["captured"], "laps_full"), (["captured"], "none")]
    assert [m.one(LIST_ONLY)["laps_completed"] for m in results.after] == [7, 2, 2]
    assert len(results.after[2].one(FAILS_LATER)["laps"]) == 2


EMPTY = story("empty", [DayList([])], [DayList([listed(17)])])


def test_a_day_without_sessions_is_an_event(results: Results) -> None:
    [event] = results.after[0].events(EMPTY)
    assert (event["ingest_depth"], event["event_drivers"], event["event_metadata"]["siteStats"]) == ("none", 0, None)
    assert results.after[0].of(EMPTY) == []
    assert len(results.after[1].of(EMPTY)) == 1


HALF_READ = story(
    "half-read", [DayList([listed(18), listed(19)])], [DayList([listed(19)], unreadable=["a row without a link"])]
)


def test_a_list_that_could_not_be_read_whole_removes_nothing(results: Results) -> None:
    assert [s["removed_at"] for s in results.after[1].of(HALF_READ)] == [None, None]
    assert {
        "track_slug": HALF_READ,
        "page_kind": "list",
        "field_name": "row 1: no link to a session",
        "page_value": "a row without a link",
    } in results.after[1].unreadable


SHORT = story(
    "short",
    [DayList([listed(31), listed(32)], month_sessions=2), SessionPage(31), SessionPage(32)],
    [DayList([], month_sessions=2)],
    [DayList([listed(32)], month_sessions=1)],
)
NEVER_LISTED = story("never-listed", [DayList([], month_sessions=2)])


def test_a_list_that_is_short_of_its_month_page_removes_nothing_and_is_not_complete(results: Results) -> None:
    assert [event["ingest_depth"] for moment in results.after for event in moment.events(SHORT)] == [
        "laps_full",
        "partial",
        "laps_full",
    ]
    removed = [[session["removed_at"] is not None for session in moment.of(SHORT)] for moment in results.after]
    assert removed == [[False, False], [False, False], [True, False]]
    assert [event["ingest_depth"] for event in results.after[0].events(NEVER_LISTED)] == ["list_only"]


EDITED = story("edited", [DayList([listed(20)]), SessionPage(20, "Ana Ruiz")], [SessionPage(20, "Hugo Ines")])
STORIES[EDITED].append(STORIES[EDITED][0][1:])


def test_a_page_that_is_edited_and_reverted_ends_as_it_began(results: Results) -> None:
    assert [m.one(EDITED)["display_name"] for m in results.after] == ["Ana Ruiz", "Hugo Ines", "Ana Ruiz"]


NORTH = story("north", [DayList([listed(21)]), SessionPage(21, transponder="7000021")])
SOUTH = story("south", [DayList([listed(21)]), SessionPage(21, transponder="7000021", laps=[lap(1, "9.5")])])


def test_the_same_session_id_at_two_tracks_is_two_sessions_of_one_driver(results: Results) -> None:
    north, south = results.after[0].one(NORTH), results.after[0].one(SOUTH)
    assert north["id"] != south["id"]
    assert north["source_driver_id"] == south["source_driver_id"]
    assert (len(north["laps"]), len(south["laps"])) == (2, 1)


TWICE = [listed(22, laps="9", length="8:28"), listed(22, laps="3"), listed(22, laps="9", length="8:27")]
TWO_ROWS = story("two-rows", [DayList(TWICE)], [DayList(TWICE[::-1])], [DayList([TWICE[1], TWICE[2], TWICE[0]])])


def test_of_two_rows_of_a_session_the_same_one_is_taken_in_any_order(results: Results) -> None:
    assert [(m.one(TWO_ROWS)["laps_completed"], m.one(TWO_ROWS)["total_time_raw"]) for m in results.after] == [
        (9, "8:28")
    ] * 3
    assert "show a session more than once" in results.after[0].said


MIDNIGHT = story(
    "midnight",
    [
        DayList([listed(23, started_at=f"{DAY} 23:58:00")]),
        SessionPage(
            23,
            laps=[lap(1, "150", date="2025-10-26", time="00:00:30")],
            fields={"start": "11:58:00pm", "end": "12:03:30am"},
        ),
    ],
)


def test_an_end_before_its_start_is_past_midnight(results: Results) -> None:
    session = results.after[0].one(MIDNIGHT)
    assert session["start_time"] == datetime.fromisoformat("2025-10-25 23:58")
    assert session["race_metadata"]["end_time"] == "2025-10-26T00:03:30"
    assert session["laps"] == ['(1,150.000,t,150.000,"2025-10-26 00:00:30")']


RUBBISH = "NaN"
# 10 kB that do not compress: no index accepts them.
LONG_NAME = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(160))
RUBBISH_FIELDS = [
    *("date", "start", "end", "length", "num_laps", "fastest_lap", "avg", "top_3_consec", "top_5", "top_10", "top_15"),
    *("std_deviation", "consistency", "valid_lap_range"),
]
RUBBISH_EVERYWHERE = story(
    "rubbish",
    [
        DayList(
            [
                {**listed(24), **dict.fromkeys(("started_at", "laps", "length", "fast", "avg"), RUBBISH)},
                listed("no id at all"),
            ]
        ),
        SessionPage(
            24,
            driver="'; drop table racing.laps; -- {{ env_var('HOME') }} <script>" + LONG_NAME,
            transponder=LONG_NAME,
            laps=[
                lap(1, "35.000"),
                lap(2, "1e400", is_valid="perhaps", date="2025-02-30", time="25:00:00"),
                lap(3, "86400"),
                lap(4, "40.000"),
                lap(4, "41.000"),
                lap("one", "40.000"),
            ],
            fields=dict.fromkeys(RUBBISH_FIELDS, RUBBISH),
        ),
    ],
)


def test_unreadable_values_are_null_and_reported_and_the_run_goes_on(results: Results) -> None:
    session = results.after[0].one(RUBBISH_EVERYWHERE)
    assert session["laps"] == ["(1,35.000,t,35.000,)", "(2,,t,,)", "(3,,t,,)", "(4,41.000,t,,)"]
    nulls = ("start_time", "duration_seconds", "laps_completed", "fast_lap_time", "avg_lap_time", "consistency")
    assert {name: session[name] for name in nulls} == dict.fromkeys(nulls)
    assert session["race_metadata"]["end_time"] is None
    assert set(session["raw_fields_json"].values()) == {None}
    assert session["source_driver_id"] == "practice_session_24"
    assert session["display_name"].endswith(LONG_NAME)
    assert len(session["normalized_name"]) <= 500
    named = {
        (row["page_kind"], row["field_name"]) for row in results.after[0].unreadable if row["track_slug"] == "rubbish"
    }
    assert named == {
        *(("list", name) for name in ("started_at", "laps", "length", "fast", "avg", "sessions 2: no session id")),
        *(("session", name) for name in (*RUBBISH_FIELDS, "transponder", "lap 2", "lap 3", "lap 2 finished at")),
        *(("session", name) for name in ("lap 2 is_valid", "laps 6: no lap number")),
    }
    assert "int_practice__unreadable_values" in results.after[0].said


def test_a_run_with_nothing_to_do_changes_nothing(results: Results) -> None:
    assert results.quiet
    assert differences(results.quiet.tables, results.after[2].tables) == []
    assert "0 errors" in results.verified


def test_a_full_transform_changes_no_row_relation_grant_or_key(results: Results) -> None:
    assert results.full
    assert differences(results.full.tables, results.after[2].tables) == []
    assert results.catalogue_after_full == results.catalogue_before_full


def test_only_changed_rows_are_written(results: Results) -> None:
    untouched = [results.after[crawl].one(NORTH)["updated_at"] for crawl in range(3)]
    assert untouched == [untouched[0]] * 3
    edited = [results.after[crawl].one(TRANSPONDER)["created_at"] for crawl in range(3)]
    assert edited == [edited[0]] * 3
    assert timedelta(0) < results.after[1].one(EDITED)["updated_at"] - results.after[0].one(EDITED)["updated_at"]
