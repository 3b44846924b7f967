"""Index the practice days by date: the newest of all tracks, and the following ones, are read in this order."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("events_event_date_id_idx"), "events", ["event_date", "id"], schema="racing")


def downgrade() -> None:
    op.drop_index(op.f("events_event_date_id_idx"), "events", schema="racing")
