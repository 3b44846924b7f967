"""${message}

Adding to a big table? A new column without a volatile default is instant; an index wants `concurrently` outside a
transaction; a check or foreign key wants `not valid` first and `validate` later. A lock that is not had within five
seconds fails the migration on purpose: run it again when the table is quiet.
"""

from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
