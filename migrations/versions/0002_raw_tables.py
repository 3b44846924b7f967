"""Create the raw tables: pages by content version, crawls, failed pages, and the transform queue with its triggers."""

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# The transform queue is an outbox: a trigger adds an entry for each new page version, and for each session page that
# failed, in the transaction that writes the row. So no order of commits, kill or restore can separate the two. The
# triggers run as the owner of the tables: the crawler needs no right to the queue and can neither forge nor remove an
# entry. Page versions are queued by statement, since the crawler inserts many pages with one statement. A month page is
# compared with the days' lists, so a new version queues the days that have a list and that it shows in another way than
# the version before, or that ended in between. It queues all days with a list if it is the first version, or if its
# unreadable rows are others.
QUEUE_FUNCTIONS = """
create function raw.queue_new_versions() returns trigger language plpgsql security definer set search_path = pg_catalog
as $$
begin
    if tg_argv[0] = 'list' then
        insert into raw.transform_queue (track_slug, page_kind, page_key)
        select track_slug, 'list', to_char(practice_date, 'YYYY-MM-DD') from new_versions order by load_id;
    elsif tg_argv[0] = 'month' then
        insert into raw.transform_queue (track_slug, page_kind, page_key)
        select distinct new_versions.track_slug, 'list', to_char(lists.practice_date, 'YYYY-MM-DD')
        from new_versions
        inner join raw.practice_lists as lists
            on
                new_versions.track_slug = lists.track_slug
                and lists.practice_date >= (new_versions.month || '-01')::date
                and lists.practice_date < (new_versions.month || '-01')::date + interval '1 month'
        left join lateral (
            select earlier.payload, earlier.fetched_at
            from raw.practice_months as earlier
            where
                earlier.track_slug = new_versions.track_slug
                and earlier.month = new_versions.month
                and earlier.load_id < new_versions.load_id
            order by earlier.load_id desc
            limit 1
        ) as before on true
        cross join lateral (
            select
                jsonb_build_object('day', lists.practice_date) as of_day,
                (lists.practice_date + 1)::timestamp at time zone interval '-12 hours' as is_over_at
        ) as wanted
        where
            before.payload is null
            or (new_versions.fetched_at >= wanted.is_over_at) != (before.fetched_at >= wanted.is_over_at)
            or new_versions.payload -> 'unreadable_rows' is distinct from before.payload -> 'unreadable_rows'
            or jsonb_path_query_array(new_versions.payload, '$.days[*] ? (@.date == $day)', wanted.of_day)
            != jsonb_path_query_array(before.payload, '$.days[*] ? (@.date == $day)', wanted.of_day);
    else
        insert into raw.transform_queue (track_slug, page_kind, page_key)
        select track_slug, 'session', session_id from new_versions order by load_id;
    end if;
    return null;
end
$$;

create function raw.queue_failed_page() returns trigger language plpgsql security definer set search_path = pg_catalog
as $$
begin
    insert into raw.transform_queue (track_slug, page_kind, page_key)
    values (new.track_slug, 'session', new.page_key);
    return null;
end
$$;
"""

TRIGGERS = """
create trigger queue_new_versions after insert on raw.practice_months referencing new table as new_versions
for each statement execute function raw.queue_new_versions('month');

create trigger queue_new_versions after insert on raw.practice_lists referencing new table as new_versions
for each statement execute function raw.queue_new_versions('list');

create trigger queue_new_versions after insert on raw.practice_sessions referencing new table as new_versions
for each statement execute function raw.queue_new_versions('session');

create trigger queue_failed_page after insert or update of resolved_at on raw.failed_pages
for each row when (new.page_kind = 'session') execute function raw.queue_failed_page();
"""

# Vacuum and analyze after a change of two per cent, not of ten or twenty: a fifth of hundreds of millions of rows is
# years of practice. Both read only a sample or the changed pages, so running them more often costs no more.
VACUUM_EARLY = """
alter table raw.practice_sessions set (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
)
"""

# The crawler adds page versions and updates when it last saw them; it can neither change nor remove a stored page.
GRANTS = (
    """
    grant select, insert, update (last_seen_at) on raw.practice_months, raw.practice_lists, raw.practice_sessions
    to practice_crawler
    """,
    "grant select, insert on raw.tracks to practice_crawler",
    "grant select, insert, update on raw.crawls, raw.failed_pages to practice_crawler",
    "grant select on all tables in schema raw to practice_transformer",
    "grant insert, delete on raw.transform_queue to practice_transformer",
)


def upgrade() -> None:
    op.create_table(
        "crawls",
        sa.Column("crawl_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="running", nullable=False),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sessions_listed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sessions_ingested", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sessions_unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sessions_failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sessions_with_laps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("laps_ingested", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drivers_created_or_matched", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "outcome in ('running', 'finished', 'interrupted', 'failed', 'abandoned')",
            name=op.f("crawls_outcome_check"),
        ),
        sa.PrimaryKeyConstraint("crawl_id", name=op.f("crawls_pkey")),
        schema="raw",
    )
    op.create_table(
        "tracks",
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("track_slug", name=op.f("tracks_pkey")),
        schema="raw",
    )
    op.create_index("tracks_lower_idx", "tracks", [sa.literal_column("lower(track_slug)")], unique=True, schema="raw")
    op.create_table(
        "transform_queue",
        sa.Column("entry_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("page_kind", sa.Text(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("page_kind in ('list', 'session')", name=op.f("transform_queue_page_kind_check")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("transform_queue_pkey")),
        schema="raw",
    )
    op.create_table(
        "failed_pages",
        sa.Column("failure_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("page_kind", sa.Text(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason_kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("other_captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("page_kind in ('month', 'list', 'session')", name=op.f("failed_pages_page_kind_check")),
        sa.ForeignKeyConstraint(["crawl_id"], ["raw.crawls.crawl_id"], name=op.f("failed_pages_crawl_id_fkey")),
        sa.PrimaryKeyConstraint("failure_id", name=op.f("failed_pages_pkey")),
        sa.UniqueConstraint(
            "track_slug", "page_kind", "page_key", name=op.f("failed_pages_track_slug_page_kind_page_key_key")
        ),
        schema="raw",
    )
    op.create_index(
        "failed_pages_unresolved_idx",
        "failed_pages",
        ["track_slug", "page_kind"],
        schema="raw",
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_table(
        "practice_lists",
        sa.Column("load_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("practice_date", sa.Date(), nullable=False),
        sa.Column("month_sessions", sa.Integer(), nullable=True),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["crawl_id"], ["raw.crawls.crawl_id"], name=op.f("practice_lists_crawl_id_fkey")),
        sa.PrimaryKeyConstraint("load_id", name=op.f("practice_lists_pkey")),
        schema="raw",
    )
    op.create_index(
        op.f("practice_lists_track_slug_practice_date_load_id_idx"),
        "practice_lists",
        ["track_slug", "practice_date", "load_id"],
        unique=True,
        schema="raw",
    )
    op.create_table(
        "practice_months",
        sa.Column("load_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["crawl_id"], ["raw.crawls.crawl_id"], name=op.f("practice_months_crawl_id_fkey")),
        sa.PrimaryKeyConstraint("load_id", name=op.f("practice_months_pkey")),
        schema="raw",
    )
    op.create_index(
        op.f("practice_months_track_slug_month_load_id_idx"),
        "practice_months",
        ["track_slug", "month", "load_id"],
        unique=True,
        schema="raw",
    )
    op.create_table(
        "practice_sessions",
        sa.Column("load_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["crawl_id"], ["raw.crawls.crawl_id"], name=op.f("practice_sessions_crawl_id_fkey")),
        sa.PrimaryKeyConstraint("load_id", name=op.f("practice_sessions_pkey")),
        schema="raw",
    )
    op.create_index(
        op.f("practice_sessions_track_slug_session_id_load_id_idx"),
        "practice_sessions",
        ["track_slug", "session_id", "load_id"],
        unique=True,
        schema="raw",
    )
    op.execute(QUEUE_FUNCTIONS)
    op.execute(TRIGGERS)
    op.execute(VACUUM_EARLY)
    for grant in GRANTS:
        op.execute(f"do $$ begin {grant}; exception when undefined_object then null; end $$")


def downgrade() -> None:
    refuse_to_lose_pages()
    for table in (
        "transform_queue",
        "failed_pages",
        "practice_sessions",
        "practice_lists",
        "practice_months",
        "tracks",
        "crawls",
    ):
        op.drop_table(table, schema="raw")
    op.execute("drop function raw.queue_new_versions, raw.queue_failed_page")


def refuse_to_lose_pages() -> None:
    """Everything else can be derived again from the stored pages; the pages themselves cannot be fetched again."""
    if context.get_x_argument(as_dictionary=True).get("delete_pages") == "yes":
        return
    for table in ("practice_months", "practice_lists", "practice_sessions", "failed_pages"):
        one_row = sa.select(sa.literal(1)).select_from(sa.table(table, schema="raw")).limit(1)
        if op.get_bind().execute(one_row).first():
            raise CommandError(
                f"raw.{table} holds pages, which would be lost: make a dump first, then add -x delete_pages=yes"
            )
