"""Pages with any content are derived, or their values are reported as unreadable, and a healthy page is unaffected."""

import hashlib
from typing import Any

import psycopg
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, Row, SessionPage, listed, store
from tests.dbt_project.replay import Recording
from tests.support.soak_table import Tally, is_soak, trials

PAGES_AT_ONCE = 10
# An index accepts long texts that compress well, but not these.
LONG = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(160))
DIGITS = "".join(filter(str.isdigit, LONG))
NASTY = [
    *("NaN", "Infinity", "-Infinity", "1e400", "1e200000", "0x10", "1_500", "-0", "--", "1,234.5", "１２"),
    *("99999.9999999", "86400", "86399.9999", "0.0001", "99:59:59.999999", "999.999%", "-999.9999%", "20 to NaN"),
    *("February 30, 2025 (Sunday)", "2025-02-30 10:00:00", "24:00:00", "12:60:00pm", "0000-00-00 00:00:00"),
    *("'; drop table racing.laps; --", "{{ env_var('HOME') }}", "<script>alert(1)</script>", "$view$", "%s %(x)s"),
    *(
        "practice_session_1",
        "(1)",
        "()",
        "Unknown Driver",
        LONG,
        f"Open ({DIGITS})",
        "\\u0000",
        "\u202e\u200b",
        "ﷺ" * 700,
    ),
]
# The crawler repairs what PostgreSQL's JSONB refuses before it stores a page.
STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
NUMBERS = st.from_regex(r"[0-9]{1,7}([:.][0-9]{1,7}){0,3}%?", fullmatch=True)
VALUES = st.one_of(st.sampled_from(NASTY), STORABLE, NUMBERS)
LIST_FIELDS = ("driver", "class_and_transponder", "started_at", "laps", "length", "fast", "avg")
SESSION_FIELDS = (
    *("driver", "class", "transponder", "date", "start", "end", "length", "num_laps", "fastest_lap", "top_3_consec"),
    *("avg", "top_5", "top_10", "top_15", "std_deviation", "consistency", "valid_lap_range"),
)
LAP_FIELDS = ("x", "lap_time", "date", "time", "is_valid", "label")


def rows_of(fields: tuple[str, ...]) -> st.SearchStrategy[Row]:
    """Some of the fields, with any values."""
    return st.dictionaries(st.sampled_from(fields), VALUES)


NUMBERED_LAPS = st.builds(lambda row, number: {**row, "x": str(number)}, rows_of(LAP_FIELDS), st.integers(0, 5))
CONTENT = st.tuples(
    rows_of(LIST_FIELDS), rows_of(SESSION_FIELDS), st.lists(st.one_of(NUMBERED_LAPS, rows_of(LAP_FIELDS)), max_size=6)
)
# Names that no index accepts, on a session that all models use.
LONG_NAMES: tuple[Row, Row, list[Row]] = (
    {"driver": LONG, "class_and_transponder": LONG},
    {"driver": LONG, "class": LONG},
    [{"x": "1", "lap_time": "1"}],
)

_WRONG = """
select 'lap out of bounds' from racing.laps where not lap_time_seconds > 0 or not lap_time_seconds < 86400
union all
select 'lap without time or reason' from racing.laps
where lap_time_seconds is null and lap_time_raw is not null and not exists (
    select from intermediate.int_practice__unreadable_values where page_value = laps.lap_time_raw
)
union all
select 'an invalid number' from racing.race_results
where 'NaN' in (total_time_seconds, fast_lap_time, avg_lap_time, consistency) or raw_fields_json::text ~ 'NaN|Infinity'
union all
select 'reason without a text' from intermediate.int_practice__unreadable_values where field_name is null
"""
_HEALTHY = """
select count(*) from racing.laps
inner join racing.race_results on laps.race_result_id = race_results.id
inner join racing.races on race_results.race_id = races.id
where source_race_id = '999999' and race_results.total_time_seconds = 75 and races.duration_seconds = 75
"""


def test_any_content_is_derived_or_reported_and_affects_no_other_page(
    shared_database: Database, recording: Recording, tally: Tally
) -> None:
    tally.promise = "generated pages neither derived nor reported, or invalid values stored"

    @settings(
        max_examples=trials(quick=10, full=500),
        derandomize=not is_soak(),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @example([LONG_NAMES] * PAGES_AT_ONCE)
    @given(st.lists(CONTENT, min_size=PAGES_AT_ONCE, max_size=PAGES_AT_ONCE))
    def derive(pages: list[tuple[Row, Row, list[Row]]]) -> None:
        with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
            rows = [listed(number, **fields) for number, (fields, _, _) in enumerate(pages, 1)]
            store(connection, "content", DayList([*rows, listed(999999)]))
            store(connection, "content", SessionPage(999999))
            for number, (_, fields, laps) in enumerate(pages, 1):
                store(connection, "content", SessionPage(number, laps=laps, fields=fields))
            recording.transform(shared_database)
            tally.trials += len(pages)
            wrong = [*connection.execute(_WRONG.encode()).fetchall(), *missing(connection, pages)]
            tally.losses += len(wrong)
            assert wrong == []

    derive()


def missing(connection: psycopg.Connection[Any], pages: list[Any]) -> list[str]:
    """Pages that did not become one session, and a healthy page that has changed."""
    wrong = []
    if connection.execute("select count(*) from racing.race_results").fetchone() != (len(pages) + 1,):
        wrong.append("a session is lost")
    if connection.execute(_HEALTHY.encode()).fetchone() != (2,):
        wrong.append("the healthy page is not whole")
    return wrong
