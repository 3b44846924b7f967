"""Create the tokens of the service. It reads them, and the owner of the database makes and revokes them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

GRANT = "grant select on jobs.tokens to practice_service"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("tokens_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("tokens_token_hash_key")),
        schema="jobs",
    )
    op.execute(f"do $$ begin {GRANT}; exception when undefined_object or insufficient_privilege then null; end $$")


def downgrade() -> None:
    op.drop_table("tokens", schema="jobs")
