"""A crawl whose process was killed cannot say so itself: the next one that takes the lock calls it abandoned."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow("running", "finished", "interrupted", "failed", "abandoned")


def downgrade() -> None:
    op.execute("update raw.crawls set outcome = 'interrupted' where outcome = 'abandoned'")
    allow("running", "finished", "interrupted", "failed")


def allow(*outcomes: str) -> None:
    named = ", ".join(f"'{outcome}'" for outcome in outcomes)
    op.drop_constraint("crawls_outcome_check", "crawls", schema="raw")
    # The name is whole already, hence op.f(): the naming convention must not add to it.
    op.create_check_constraint(op.f("crawls_outcome_check"), "crawls", f"outcome in ({named})", schema="raw")
