"""Index the words of people's names, and transponders, so that a search does not read all names."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A name that was cut at its longest may end with a space, and an empty word is an error.
WORDS = "array_to_tsvector(array_remove(string_to_array(normalized_name, ' '::text), ''::text))"


def upgrade() -> None:
    op.create_index(
        op.f("driver_people_words_idx"),
        "driver_people",
        [sa.text(WORDS)],
        schema="analytics",
        postgresql_using="gin",
        postgresql_with={"fastupdate": False},  # else each search reads what was added since the last vacuum
    )
    op.create_index(
        op.f("driver_people_transponder_number_idx"), "driver_people", ["transponder_number"], schema="analytics"
    )


def downgrade() -> None:
    op.drop_index(op.f("driver_people_transponder_number_idx"), "driver_people", schema="analytics")
    op.drop_index(op.f("driver_people_words_idx"), "driver_people", schema="analytics")
