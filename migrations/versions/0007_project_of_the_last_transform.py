"""The last transform's row says which project it ran with, so that the next one can tell when nothing is to do."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GRANT = "grant update (project) on intermediate.transforms to practice_transformer"


def upgrade() -> None:
    op.add_column("transforms", sa.Column("project", sa.Text(), nullable=True), schema="intermediate")
    op.create_index(op.f("transforms_ended_at_idx"), "transforms", ["ended_at"], schema="intermediate")
    op.execute(f"do $$ begin {GRANT}; exception when undefined_object then null; end $$")


def downgrade() -> None:
    op.drop_index(op.f("transforms_ended_at_idx"), "transforms", schema="intermediate")
    op.drop_column("transforms", "project", schema="intermediate")
