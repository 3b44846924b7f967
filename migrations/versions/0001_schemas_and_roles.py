"""Create the schemas and the three roles.

Roles belong to the whole server. If this login may not create them, the migration logs a warning and goes on: the
tables then work with the rights of the login that migrates.
"""

import logging

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

logger = logging.getLogger("alembic.runtime.migration")

SCHEMAS = ("raw", "staging", "intermediate", "racing", "analytics")
ROLES = ("practice_crawler", "practice_transformer", "practice_reader")

OWNS_DATABASE = """
select pg_has_role(current_user, datdba, 'usage') from pg_database where datname = current_database()
"""


def upgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"create schema {schema}")
    create_missing_roles()
    become_member()
    grant_schemas(existing_roles())
    reserve_temporary_tables(existing_roles())


def create_missing_roles() -> None:
    missing = [role for role in ROLES if role not in existing_roles()]
    if not missing:
        return
    if not is_true("select rolsuper or rolcreaterole from pg_roles where rolname = current_user"):
        logger.warning("this login may not create roles: continuing without %s", ", ".join(missing))
        return
    for role in missing:
        # A migration of another database of this server may create the same role at this moment.
        attempt(f"create role {role} nologin", "duplicate_object or unique_violation")


def become_member() -> None:
    """Let this login `set role`; on some servers the creator of a role is not its member."""
    for role in sorted(existing_roles()):
        attempt(f"grant {role} to current_user", "insufficient_privilege or invalid_grant_operation")
        if not is_member(role):
            logger.warning("this login is not a member of %s and works with its own rights instead", role)


def existing_roles() -> set[str]:
    names = op.get_bind().execute(text("select rolname from pg_roles")).scalars()
    return set(ROLES) & set(names)


def is_member(role: str) -> bool:
    return is_true(f"select pg_has_role(current_user, '{role}', 'member')")


def is_true(question: str) -> bool:
    return bool(op.get_bind().execute(text(question)).scalar_one())


def attempt(statement: str, unless: str) -> None:
    op.execute(f"do $$ begin {statement}; exception when {unless} then null; end $$")


def grant_schemas(roles: set[str]) -> None:
    for role in sorted(roles):
        # Every command checks the revision first.
        op.execute(f"grant select on public.alembic_version to {role}")
    if "practice_crawler" in roles:
        op.execute("grant usage on schema raw to practice_crawler")
    if "practice_transformer" in roles:
        op.execute("grant usage on schema raw, racing to practice_transformer")
        op.execute("grant usage, create on schema staging, intermediate, analytics to practice_transformer")
    if "practice_reader" in roles:
        op.execute("grant usage on schema racing, analytics to practice_reader")
        # dbt creates and replaces the relations of this schema; readers keep their right to read them.
        as_whom = ["", *(["for role practice_transformer"] if may_act_as_transformer(roles) else [])]
        for maker in as_whom:
            op.execute(
                f"alter default privileges {maker} in schema analytics grant select on tables to practice_reader"
            )


def may_act_as_transformer(roles: set[str]) -> bool:
    return "practice_transformer" in roles and is_member("practice_transformer")


def reserve_temporary_tables(roles: set[str]) -> None:
    """Everyone may create temporary tables by default, but only the transform needs them."""
    if not is_true(OWNS_DATABASE):
        return
    name = op.get_bind().execute(text("select quote_ident(current_database())")).scalar_one()
    op.execute(f"revoke temporary on database {name} from public")
    if "practice_transformer" in roles:
        op.execute(f"grant temporary on database {name} to practice_transformer")


def downgrade() -> None:
    for schema in reversed(SCHEMAS):
        op.execute(f"drop schema {schema} cascade")
    roles = sorted(existing_roles())
    # Not `drop owned by`: it would also revoke the roles' rights to other databases of this server.
    for role in roles:
        op.execute(f"revoke all on public.alembic_version from {role}")
    if is_true(OWNS_DATABASE):
        name = op.get_bind().execute(text("select quote_ident(current_database())")).scalar_one()
        op.execute(f"grant temporary on database {name} to public")
        if "practice_transformer" in roles:
            op.execute(f"revoke temporary on database {name} from practice_transformer")
    for role in roles:
        # A role that another database of this server still uses stays.
        attempt(f"drop role {role}", "dependent_objects_still_exist or insufficient_privilege")
