"""The rights of each role, statement by statement, on a real server."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.database.roles import Role, assume
from tests.support.guarded_server import add_database, add_login, as_user, guarded_server
from tests.support.soak_table import Tally

PAGE = "(track_slug, session_id, payload, content_hash, url, parser_version, crawl_id)"
PAGE_VALUES = "values ('bend', '2', '{}', 'x', 'x', 1, 1)"
TRACK = "(id, source, source_track_slug, track_url) values (gen_random_uuid(), 'liverc', 'hill', 'x')"
CRAWLER, TRANSFORMER, READER, SERVICE = Role
EVERYONE = set(Role)
NOBODY: set[Role] = set()

# Each statement with the roles that may run it. All others get "insufficient privilege", and no other error.
STATEMENTS: list[tuple[str, set[Role]]] = [
    ("select version_num from public.alembic_version", EVERYONE),
    # the pages: added by the crawler, read by the transform, never changed
    ("select payload from raw.practice_sessions", {CRAWLER, TRANSFORMER}),
    (f"insert into raw.practice_sessions {PAGE} {PAGE_VALUES}", {CRAWLER}),
    ("update raw.practice_sessions set last_seen_at = now()", {CRAWLER}),
    ("update raw.practice_sessions set payload = '{}'", NOBODY),
    ("update raw.practice_lists set content_hash = 'x'", NOBODY),
    ("delete from raw.practice_sessions", NOBODY),
    ("truncate raw.practice_sessions", NOBODY),
    ("drop table raw.practice_sessions", NOBODY),
    ("alter table raw.practice_sessions add column note text", NOBODY),
    ("alter table raw.practice_sessions disable trigger note_work", NOBODY),
    ("create table raw.mine ()", NOBODY),
    # the crawler's records of its own work
    ("insert into raw.crawls (arguments, version) values ('{}', '1')", {CRAWLER}),
    ("insert into raw.tracks (track_slug) values ('other')", {CRAWLER}),
    ("update raw.tracks set track_slug = 'other'", NOBODY),
    ("update raw.crawls set outcome = 'finished'", {CRAWLER}),
    ("delete from raw.crawls", NOBODY),
    ("update raw.failed_pages set resolved_at = now()", {CRAWLER}),
    # the transform queue: filled by a trigger, settled by the transform, which also defers days
    (
        "insert into raw.transform_queue (track_slug, page_kind, page_key) values ('bend', 'session', '1')",
        {TRANSFORMER},
    ),
    ("select count(*) from raw.transform_queue", {TRANSFORMER}),
    ("delete from raw.transform_queue", {TRANSFORMER}),
    ("update raw.transform_queue set page_key = 'x'", NOBODY),
    # the final schema: rows by the transform, tables by migrations, readable for all but the crawler
    ("select * from racing.laps", {TRANSFORMER, READER, SERVICE}),
    (f"insert into racing.tracks {TRACK}", {TRANSFORMER}),
    ("update racing.tracks set track_name = 'x'", {TRANSFORMER}),
    ("delete from racing.laps", {TRANSFORMER}),
    ("truncate racing.laps", NOBODY),
    ("drop table racing.laps cascade", NOBODY),
    ("alter table racing.laps rename to laps_old", NOBODY),
    ("create table racing.laps__dbt_backup ()", NOBODY),
    ("create index on racing.laps (lap_number)", NOBODY),
    # the jobs of the service, and their queue
    ("insert into jobs.jobs (kind, arguments, dedupe_key) values ('transform', '{}', 'transform')", {SERVICE}),
    ("select state from jobs.jobs", {SERVICE}),
    ("update jobs.jobs set state = 'running'", {SERVICE}),
    ("insert into jobs.procrastinate_workers default values", {SERVICE}),
    ("select token_hash from jobs.tokens", {SERVICE}),
    ("insert into jobs.tokens (name, token_hash) values ('mine', 'x')", NOBODY),
    ("update jobs.tokens set revoked_at = null", NOBODY),
    ("delete from jobs.tokens", NOBODY),
    ("drop table jobs.jobs", NOBODY),
    ("create table jobs.mine ()", NOBODY),
    # dbt's own schemas
    ("create view staging.mine as select 1 as one", {TRANSFORMER}),
    ("create table intermediate.mine ()", {TRANSFORMER}),
    ("create table analytics.mine ()", {TRANSFORMER}),
    ("select * from analytics.published", {TRANSFORMER, READER, SERVICE}),
    ("select * from intermediate.published", {TRANSFORMER}),
    ("create temporary table mine ()", {TRANSFORMER}),
    # the rest of the database and of the server
    ("create table public.mine ()", NOBODY),
    ("create schema mine", NOBODY),
    ("create schema if not exists racing", NOBODY),
    ("create role mine", NOBODY),
    ("create publication mine", NOBODY),
    ("set session authorization practice", NOBODY),
    ("select rolpassword from pg_authid", NOBODY),
    ("select pg_read_file('PG_VERSION')", NOBODY),
    ("copy (select 1) to program 'true'", NOBODY),
    ("copy pg_catalog.pg_class to '/never'", NOBODY),
    ("set log_statement = 'all'", NOBODY),
    ("alter table racing.laps owner to current_user", NOBODY),
]
ROWS = f"""
insert into raw.crawls (arguments, version) values ('{{}}', '1');
insert into raw.practice_sessions {PAGE} values ('bend', '1', '{{}}', 'x', 'x', 1, 1);
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres_programs: object) -> Iterator[EmbeddedServer]:
    """A server with one login per role, and relations that the transform has made."""
    with guarded_server(tmp_path_factory.mktemp("roles"), postgres_programs) as server:  # type: ignore[arg-type]
        owner = add_database(server, "practice")
        upgrade(owner)
        with psycopg.connect(owner.conninfo, autocommit=True) as connection:
            connection.execute(ROWS)
        for role in Role:
            add_login(server, login_of(role), f"in role {role}")
        with psycopg.connect(as_user(server, "practice", login_of(TRANSFORMER)).conninfo) as connection:
            assume(connection, TRANSFORMER)
            connection.execute("create table intermediate.published ()")
            connection.execute("create view analytics.published as select 1 as one")
        yield server


def login_of(role: str) -> str:
    return role.removeprefix("practice_")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_exactly_the_rights_that_it_needs(server: EmbeddedServer, role: str, tally: Tally) -> None:
    tally.promise = "each role has exactly the rights that it needs"
    with psycopg.connect(as_user(server, "practice", login_of(role)).conninfo) as connection:
        allowed = {statement for statement, _ in STATEMENTS if is_allowed(connection, role, statement)}
    expected = {statement for statement, roles in STATEMENTS if role in roles}
    tally.trials, tally.losses = len(STATEMENTS), len(allowed ^ expected)
    assert allowed == expected


def is_allowed(connection: psycopg.Connection, role: str, statement: str) -> bool:
    """Run the statement with the role and roll it back. Any other failure is an error of this test."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


def test_a_new_page_is_queued_although_the_crawler_cannot_write_the_queue(server: EmbeddedServer) -> None:
    with psycopg.connect(as_user(server, "practice", login_of(CRAWLER)).conninfo) as connection:
        connection.execute(f"insert into raw.practice_sessions {PAGE} {PAGE_VALUES}")
    with psycopg.connect(as_user(server, "practice", login_of(TRANSFORMER)).conninfo) as connection:
        entries = connection.execute("select page_key from raw.transform_queue order by entry_id").fetchall()
    assert entries == [("1",), ("2",)]
