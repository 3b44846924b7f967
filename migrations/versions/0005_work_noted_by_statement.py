"""New versions of pages are noted once per statement instead of once per row: a batch of pages is one statement."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As before: in the same transaction as the rows, whoever writes them, with the rights of the tables' owner.
NOTE_NEW_VERSIONS = """
create function raw.note_new_versions() returns trigger language plpgsql security definer set search_path = pg_catalog
as $$
begin
    if tg_argv[0] = 'list' then
        insert into raw.work_list (track_slug, page_kind, page_key)
        select track_slug, 'list', practice_date::text from new_versions order by load_id;
    else
        insert into raw.work_list (track_slug, page_kind, page_key)
        select track_slug, 'session', session_id from new_versions order by load_id;
    end if;
    return null;
end
$$
"""

BY_STATEMENT = """
drop trigger note_work on raw.{table};
create trigger note_work after insert on raw.{table} referencing new table as new_versions
for each statement execute function raw.note_new_versions('{kind}')
"""

BY_ROW = """
drop trigger note_work on raw.{table};
create trigger note_work after insert on raw.{table}
for each row execute function raw.note_work('{kind}', '{key}')
"""


def upgrade() -> None:
    op.execute(NOTE_NEW_VERSIONS)
    op.execute(BY_STATEMENT.format(table="practice_lists", kind="list"))
    op.execute(BY_STATEMENT.format(table="practice_sessions", kind="session"))


def downgrade() -> None:
    op.execute(BY_ROW.format(table="practice_lists", kind="list", key="practice_date"))
    op.execute(BY_ROW.format(table="practice_sessions", kind="session", key="session_id"))
    op.execute("drop function raw.note_new_versions")
