"""A transform's row no longer says whether dbt ran with --full-refresh.

`FULL=1` is plain runs over every day, so the column was false where people expected true, and nobody read it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("transforms", "is_full", schema="intermediate")


def downgrade() -> None:
    is_full = sa.Column("is_full", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("transforms", is_full, schema="intermediate")
    op.alter_column("transforms", "is_full", server_default=None, schema="intermediate")
