"""Raw tables: pages by content version, crawls, failed pages and the work list; and the transform's log."""

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# Every new version of a page, and every page that could not be had, is work for the transform. A trigger notes it in
# the same transaction as the row, whoever writes the row: no commit order, kill or restore can part the two. It does so
# as the tables' owner, so that the crawler needs no right to the list, and can neither forge nor remove a line.
NOTE_WORK = """
create function raw.note_work() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
    insert into raw.work_list (track_slug, page_kind, page_key)
    values (new.track_slug, tg_argv[0], to_jsonb(new) ->> tg_argv[1]);
    return null;
end
$$
"""

TRIGGERS = """
create trigger note_work after insert on raw.practice_lists
for each row execute function raw.note_work('list', 'practice_date');

create trigger note_work after insert on raw.practice_sessions
for each row execute function raw.note_work('session', 'session_id');

create trigger note_work after insert or update of resolved_at on raw.failed_pages
for each row when (new.page_kind = 'session') execute function raw.note_work('session', 'page_key');
"""

# The crawler adds versions of pages and says when it last saw one; it can neither change nor remove what is stored.
GRANTS = (
    """
    grant select, insert, update (last_seen_at) on raw.practice_months, raw.practice_lists, raw.practice_sessions
    to practice_crawler
    """,
    "grant select, insert, update on raw.crawls, raw.failed_pages to practice_crawler",
    "grant select on all tables in schema raw to practice_transformer",
    "grant delete on raw.work_list to practice_transformer",
    "grant select, insert on intermediate.transforms to practice_transformer",
)


def upgrade() -> None:
    op.create_table(
        "transforms",
        sa.Column("invocation_id", sa.Text(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome in ('finished', 'incomplete')", name=op.f("transforms_outcome_check")),
        sa.PrimaryKeyConstraint("invocation_id", name=op.f("transforms_pkey")),
        schema="intermediate",
    )
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
            "outcome in ('running', 'finished', 'interrupted', 'failed')", name=op.f("crawls_outcome_check")
        ),
        sa.PrimaryKeyConstraint("crawl_id", name=op.f("crawls_pkey")),
        schema="raw",
    )
    op.create_table(
        "work_list",
        sa.Column("line_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("page_kind", sa.Text(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("page_kind in ('list', 'session')", name=op.f("work_list_page_kind_check")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("work_list_pkey")),
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
        sa.CheckConstraint("page_kind in ('month', 'list', 'session')", name=op.f("failed_pages_page_kind_check")),
        sa.ForeignKeyConstraint(["crawl_id"], ["raw.crawls.crawl_id"], name=op.f("failed_pages_crawl_id_fkey")),
        sa.PrimaryKeyConstraint("failure_id", name=op.f("failed_pages_pkey")),
        sa.UniqueConstraint(
            "track_slug", "page_kind", "page_key", name=op.f("failed_pages_track_slug_page_kind_page_key_key")
        ),
        schema="raw",
    )
    op.create_table(
        "practice_lists",
        sa.Column("load_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("practice_date", sa.Date(), nullable=False),
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
    op.execute(NOTE_WORK)
    op.execute(TRIGGERS)
    for grant in GRANTS:
        op.execute(f"do $$ begin {grant}; exception when undefined_object then null; end $$")


def downgrade() -> None:
    refuse_to_lose_pages()
    for table in ("work_list", "failed_pages", "practice_sessions", "practice_lists", "practice_months", "crawls"):
        op.drop_table(table, schema="raw")
    op.execute("drop function raw.note_work")
    op.drop_table("transforms", schema="intermediate")


def refuse_to_lose_pages() -> None:
    """Everything else can be derived again from the stored pages; they themselves cannot be had again."""
    if context.get_x_argument(as_dictionary=True).get("delete_pages") == "yes":
        return
    for table in ("practice_months", "practice_lists", "practice_sessions", "failed_pages"):
        one_row = sa.select(sa.literal(1)).select_from(sa.table(table, schema="raw")).limit(1)
        if op.get_bind().execute(one_row).first():
            raise CommandError(
                f"raw.{table} holds pages, which would be lost: make a dump first, and add -x delete_pages=yes"
            )
