"""Schemas, and the three roles: who writes what.

Roles belong to the whole server. Where we may not create them, the tables still work under the login that migrates;
the migration says so and goes on.
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
        logger.warning("this login may not create roles: going on without %s", ", ".join(missing))
        return
    for role in missing:
        # Another database of this server may be making the same ones at this moment.
        attempt(f"create role {role} nologin", "duplicate_object or unique_violation")


def become_member() -> None:
    """Whoever migrates can then `set role`, also where creating a role does not make one its member."""
    for role in sorted(existing_roles()):
        attempt(f"grant {role} to current_user", "insufficient_privilege or invalid_grant_operation")
        if not is_member(role):
            logger.warning("this login is no member of %s, and works with its own rights instead", role)


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
        # Whether the schema is up to date is every command's first question.
        op.execute(f"grant select on public.alembic_version to {role}")
    if "practice_crawler" in roles:
        op.execute("grant usage on schema raw to practice_crawler")
    if "practice_transformer" in roles:
        op.execute("grant usage on schema raw, racing to practice_transformer")
        op.execute("grant usage, create on schema staging, intermediate, analytics to practice_transformer")
    if "practice_reader" in roles:
        op.execute("grant usage on schema racing, analytics to practice_reader")
        # dbt makes and replaces what is in there; readers keep their right to look at it.
        as_whom = ["", *(["for role practice_transformer"] if may_act_as_transformer(roles) else [])]
        for maker in as_whom:
            op.execute(
                f"alter default privileges {maker} in schema analytics grant select on tables to practice_reader"
            )


def may_act_as_transformer(roles: set[str]) -> bool:
    return "practice_transformer" in roles and is_member("practice_transformer")


def reserve_temporary_tables(roles: set[str]) -> None:
    """Everyone may make temporary tables by default; only the transform needs them."""
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
    # Not `drop owned by`: it would take the roles' rights to other databases of this server as well.
    for role in roles:
        op.execute(f"revoke all on public.alembic_version from {role}")
    if is_true(OWNS_DATABASE):
        name = op.get_bind().execute(text("select quote_ident(current_database())")).scalar_one()
        op.execute(f"grant temporary on database {name} to public")
        if "practice_transformer" in roles:
            op.execute(f"revoke temporary on database {name} from practice_transformer")
    for role in roles:
        # Another database on this server may still use it, and then it stays.
        attempt(f"drop role {role}", "dependent_objects_still_exist or insufficient_privilege")
