"""The transform may note days on the work list: those that it puts off to its next run."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    attempt("grant insert on raw.work_list to practice_transformer")


def downgrade() -> None:
    attempt("revoke insert on raw.work_list from practice_transformer")


def attempt(statement: str) -> None:
    op.execute(f"do $$ begin {statement}; exception when undefined_object then null; end $$")
