"""What every connection states about itself, so that no setting of server, database, role or environment changes rows.

A statement after the connection is open does it: it takes precedence over `alter database`, `alter role`, PGOPTIONS,
PGDATESTYLE and PGTZ, and a connection pooler, which may refuse options in the first packet, passes it on. Limits that
protect the server for others (statement_timeout, lock_timeout, default_transaction_read_only) stay as they are:
docs/decisions/0047-connection-settings.md.
"""

from collections.abc import Mapping

STATED_SETTINGS: Mapping[str, str] = {
    # How values are written as text, and read: psycopg reads times in ISO form only, `copy` and casts to text write it.
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    # What a statement means.
    "search_path": "pg_catalog",  # all other names have their schema
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "quote_all_identifiers": "off",
    # What a transaction means.
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",  # a page counts as stored when its commit returns
    "exit_on_error": "off",
    "idle_session_timeout": "0",  # the connection that holds a job's locks is idle until the job ends
}

_VALUES = ", ".join(f"('{name}', '{value}')" for name, value in STATED_SETTINGS.items())

# Only what differs is set. A version of PostgreSQL without a setting has no value of it. Of synchronous_commit only
# `off` may lose a commit; the other values are the administrator's choice between replicas.
STATE_SETTINGS = f"""
select pg_catalog.set_config(name, value, false)
from (values {_VALUES}) as stated (name, value)
where
    pg_catalog.current_setting(name, true) <> value
    and (name <> 'synchronous_commit' or pg_catalog.current_setting(name) = 'off')
"""  # noqa: S608 - constants of this module
