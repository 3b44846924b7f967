"""T6: a site that misbehaves in any mixture; every page is stored or on record, and a healthy site heals all of it."""

import random
import re

import psycopg

from scraper.database.connection import Database
from scraper.sample_site.season import Season
from tests.support.commands_runner import Commands
from tests.support.crawling import LET_PAUSES_PASS
from tests.support.faults import (
    EMPTY_BODY,
    BrokenChunks,
    Cut,
    DeliveryFault,
    Fault,
    FaultySite,
    OtherDate,
    PageFault,
    Reset,
    WrongContentLength,
    bot_check,
    redirect,
    status,
    too_many_requests,
)
from tests.support.foreign_host import ForeignHost
from tests.support.soak_table import Tally, trials

SEASON = Season.generate(tracks=1, days=2, sessions_per_day=8)
TRACK = SEASON.tracks[0].slug
RANGE = {"TRACK": TRACK, "FROM": "2025-01-01", "TO": "2025-10-31"}

STORED = "select session_id, content_hash from raw.practice_sessions"
EMPTY = "truncate raw.practice_months, raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.transform_queue"
UNACCOUNTED = """
select list_row ->> 'session_id' from raw.practice_lists, jsonb_array_elements(payload -> 'sessions') as list_row
except
select session_id from raw.practice_sessions
except
select page_key from raw.failed_pages where page_kind = 'session' and resolved_at is null
"""


def some_faults(chance: random.Random, foreign_url: str) -> tuple[Fault, ...]:
    """One to four faults, each on one page of the season."""
    days = list(SEASON.days())
    lists = [f"session_list.*{day.date}" for day in days]
    sessions = [f"view_session.*{session.session_id}\\b" for day in days for session in day.sessions]
    misbehaviours: list[PageFault | DeliveryFault] = [
        status(chance.choice([404, 410, 500, 502, 503])),
        too_many_requests("0"),
        redirect(foreign_url),
        redirect("file:///etc/passwd"),
        EMPTY_BODY,
        OtherDate(days[0].date.replace(day=1)),
        Cut(chance.randint(1, 99)),
        Cut(chance.randint(1, 99), admitted=True),
        Reset(),
        BrokenChunks(),
        WrongContentLength(chance.choice([-50, 50])),
        bot_check(chance.choice([200, 403, 429, 503])),
    ]
    return tuple(
        Fault(chance.choice(lists + sessions), chance.choice(misbehaviours), times=chance.choice([1, 2, None]))
        for _ in range(chance.randint(1, 4))
    )


def ask(database: Database, query: str) -> set[tuple[str, ...]]:
    with psycopg.connect(database.conninfo) as connection:
        return set(connection.execute(query).fetchall())


def test_every_page_is_stored_or_on_record_whatever_the_site_does(
    commands: Commands, foreign_host: ForeignHost, tally: Tally
) -> None:
    tally.promise = "pages neither stored nor on record, or asked off the site, or missing after healing"
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    database = commands.database
    with FaultySite(SEASON) as site:
        settings = {**RANGE, "LIVERC_BASE_URL": site.base_url}
        commands.succeed("crawl", **settings)
        whole = ask(database, STORED)
        for _ in range(trials(quick=4, full=200)):
            with psycopg.connect(database.conninfo) as connection:
                connection.execute(EMPTY)
            site.faults = some_faults(chance, foreign_host.url)
            done = commands.run("crawl", **settings)
            assert done.returncode in (0, 1), done.stderr
            assert not re.search("Traceback", done.stdout + done.stderr), done.stderr
            if done.returncode == 0:
                tally.losses += len(ask(database, UNACCOUNTED))
            tally.trials += 1
            tally.faults += len(site.faults)
            site.faults = ()
            with psycopg.connect(database.conninfo) as connection:
                connection.execute(LET_PAUSES_PASS)
            commands.succeed("crawl", **settings)
            tally.losses += len(whole - ask(database, STORED))
            tally.losses += len(ask(database, "select page_key from raw.failed_pages where resolved_at is null"))
    tally.losses += len(foreign_host.asked)
