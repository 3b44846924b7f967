"""Create the jobs of the service, the tables of its queue, and the role that it works as.

The queue's own tables, types and functions are those of the installed procrastinate, all with names that begin with
`procrastinate_`. A release of it that changes them brings migrations of its own: `tests/migrations/test_queue.py` says
when, and what to do then.
"""

import logging

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

logger = logging.getLogger("alembic.runtime.migration")

ROLE = "practice_service"

GRANTS = (
    # What readers may read, relations that dbt makes later included.
    f"grant practice_reader to {ROLE}",
    f"grant usage on schema jobs to {ROLE}",
    f"grant select, insert, update, delete on all tables in schema jobs to {ROLE}",
    f"grant usage on all sequences in schema jobs to {ROLE}",
)


def upgrade() -> None:
    op.execute("create schema jobs")
    create_jobs()
    create_queue()
    create_missing_role()
    become_member()
    for grant in GRANTS:
        attempt(grant, "undefined_object or insufficient_privilege")


def create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("is_paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("progress", JSONB(), server_default="{}", nullable=False),
        sa.Column("result", JSONB(), nullable=True),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("crawled", JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('day', 'month', 'range', 'crawl', 'transform', 'verify', 'export')",
            name=op.f("jobs_kind_check"),
        ),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name=op.f("jobs_state_check")
        ),
        sa.CheckConstraint("(ended_at is null) = (state in ('queued', 'running'))", name=op.f("jobs_ended_at_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("jobs_pkey")),
        schema="jobs",
    )
    op.create_index(
        op.f("jobs_dedupe_key_idx"),
        "jobs",
        ["dedupe_key"],
        unique=True,
        schema="jobs",
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )
    op.create_index(op.f("jobs_created_at_id_idx"), "jobs", ["created_at", "id"], unique=False, schema="jobs")


def create_queue() -> None:
    op.execute("set local search_path = jobs")
    # Many statements in one text, which the driver takes without parameters only.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema(), execution_options={"no_parameters": True})
    op.execute("set local search_path = pg_catalog")


def create_missing_role() -> None:
    if exists():
        return
    if not is_true("select rolsuper or rolcreaterole from pg_roles where rolname = current_user"):
        logger.warning("this login may not create roles: continuing without %s", ROLE)
        return
    # A migration of another database of this server may create the same role at this moment.
    attempt(f"create role {ROLE} nologin", "duplicate_object or unique_violation")


def become_member() -> None:
    """Let this login `set role`; on some servers the creator of a role is not its member."""
    if not exists():
        return
    attempt(f"grant {ROLE} to current_user", "insufficient_privilege or invalid_grant_operation")
    if not is_true(f"select pg_has_role(current_user, '{ROLE}', 'member')"):
        logger.warning("this login is not a member of %s and works with its own rights instead", ROLE)


def exists() -> bool:
    return is_true("select to_regrole('practice_service') is not null")


def is_true(question: str) -> bool:
    return bool(op.get_bind().execute(text(question)).scalar_one())


def attempt(statement: str, unless: str) -> None:
    op.execute(f"do $$ begin {statement}; exception when {unless} then null; end $$")


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
    if exists():
        # A role that another database of this server still uses stays.
        attempt(f"drop role {ROLE}", "dependent_objects_still_exist or insufficient_privilege")
