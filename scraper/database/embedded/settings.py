"""Settings of the embedded server: for one user's laptop, with durable commits and little memory."""

from collections.abc import Mapping
from pathlib import Path

SUPERUSER = "practice"

SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",  # default localhost. No other user of the network or the machine may connect
    "unix_socket_permissions": "0700",  # default 0777. Holds also when the folder's own mode is changed
    "port": "5432",  # only part of the socket's name; set, so that a PGPORT of the user has no effect
    "max_connections": "40",  # default 100. Enough for crawler, dbt, psql and a BI tool; each slot costs memory
    "shared_buffers": "256MB",  # default 128MB. Holds a season's laps
    "work_mem": "32MB",  # default 4MB. A full transform sorts and hashes all laps, in few queries at once
    "maintenance_work_mem": "256MB",  # default 64MB. For indexes of a full transform
    "max_wal_size": "2GB",  # default 1GB. A full transform then needs no checkpoint halfway
    "random_page_cost": "1.1",  # default 4. Laptops have solid-state disks
    "jit": "off",  # default on before 19. Costs more than it gains on short queries
    "autovacuum_naptime": "15s",  # default 1min. Plans need statistics of tables that grow fast at first
    "client_connection_check_interval": "500ms",  # default 0. A killed dbt releases its locks at once
    "idle_in_transaction_session_timeout": "5min",  # default 0. A forgotten psql must not block the next crawl
    "timezone": "UTC",  # default the machine's. Rows are the same on every machine
    "log_timezone": "UTC",  # default the machine's
    "lc_messages": "C",  # default the machine's. Our messages quote the log's last line
    "log_checkpoints": "off",  # default on. The log should hold errors and stay small
    "log_line_prefix": "%m [%p] %a ",  # default without %a, the application name
}

# A client is authenticated by the account of its process, so there is no password. Another process that runs as
# `nobody`, like the server, is refused.
HOST_BASED_ACCESS = "local all all peer map=owner\n"


def configuration_file(socket_folder: Path, settings: Mapping[str, str]) -> str:
    """Return the text of `postgresql.conf`."""
    folder = '"' + str(socket_folder) + '"'  # quoted inside, since PostgreSQL reads a list here
    everything = {**SERVER_SETTINGS, "unix_socket_directories": folder, **settings}
    lines = [f"{name} = {_quoted(value)}" for name, value in everything.items()]
    first = "# Written at each start from scraper/database/embedded/settings.py; ALTER SYSTEM takes precedence."
    return "\n".join([first, *lines, ""])


def identity_file(user_name: str, major_version: int) -> str:
    """Return the text of `pg_ident.conf`: the owner of the files, and root, may connect as any database user."""
    # Before 16 there is no `all` here; SET ROLE then gives the other roles.
    database_user = "all" if major_version >= 16 else SUPERUSER
    names = dict.fromkeys((user_name, "root"))
    return "".join(f'owner "{name}" {database_user}\n' for name in names)


def initdb_options(major_version: int) -> list[str]:
    """Return the options for UTF-8, a lower() for all scripts, and the same sort order on every machine."""
    common = ["--encoding=UTF8", f"--username={SUPERUSER}", "--auth=peer"]
    if major_version >= 17:
        return [*common, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [*common, "--locale=C.UTF-8"]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return f"'{escaped}'"
