"""Create the views that the metrics of the service read: its role reads neither raw tables nor the log of transforms.

They are views of a migration and no models of dbt: they have to tell of a transform that never succeeds.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

VIEWS = {
    "crawl_totals": """
        select outcome, count(*) as crawls, sum(requests) as requests, sum(sessions_ingested) as sessions_ingested,
            sum(sessions_failed) as sessions_failed, max(started_at) as last_started_at
        from raw.crawls
        group by outcome
    """,
    # Pages that are still not captured.
    "failed_page_totals": """
        select track_slug, page_kind, reason_kind, count(*) as pages, min(first_failed_at) as first_failed_at
        from raw.failed_pages
        where resolved_at is null
        group by track_slug, page_kind, reason_kind
    """,
    "transform_totals": """
        select outcome, count(*) as transforms, sum(extract(epoch from ended_at - started_at)) as seconds,
            max(ended_at) as last_ended_at
        from intermediate.transforms
        group by outcome
    """,
    # One row: page versions that are stored and not derived.
    "transform_backlog": """
        select count(*) as entries, min(queued_at) as first_queued_at
        from raw.transform_queue
    """,
}


def upgrade() -> None:
    for view, query in VIEWS.items():
        op.execute(f"create view jobs.{view} as {query}")
        grant = f"grant select on jobs.{view} to practice_service"
        op.execute(f"do $$ begin {grant}; exception when undefined_object or insufficient_privilege then null; end $$")


def downgrade() -> None:
    for view in VIEWS:
        op.execute(f"drop view jobs.{view}")
