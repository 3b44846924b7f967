"""The tables of the queue are those of one release of procrastinate, whose later releases may change them."""

import hashlib

from procrastinate.schema import SchemaManager

MIGRATED = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def test_the_installed_queue_has_the_tables_of_the_migration() -> None:
    """When this fails, the lock has a procrastinate with another schema.

    Keep the schema of the release before as a file that migration 0004 reads, add a migration with the release's own
    files (`procrastinate/sql/migrations`), and put the new digest here.
    """
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest() == MIGRATED
