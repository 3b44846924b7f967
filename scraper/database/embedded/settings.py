"""How the embedded PostgreSQL is set up: for one user's laptop, with durable commits and small memory."""

from collections.abc import Mapping
from pathlib import Path

SUPERUSER = "practice"

SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",  # default localhost. Nobody else on the network or the machine is meant to connect
    "unix_socket_permissions": "0700",  # default 0777. The same, should the folder's own permissions ever be loosened
    "port": "5432",  # only part of the socket's name; said so that no PGPORT of the user's can change it
    "max_connections": "40",  # default 100. Crawler, dbt's threads, psql and some BI tool; each slot costs memory
    "shared_buffers": "256MB",  # default 128MB. Holds a season's laps; a laptop does not miss it
    "work_mem": "32MB",  # default 4MB. A rebuild sorts and hashes all laps; few do so at once
    "maintenance_work_mem": "256MB",  # default 64MB. Indexes of a rebuild
    "max_wal_size": "2GB",  # default 1GB. A full rebuild then needs no checkpoint halfway
    "random_page_cost": "1.1",  # default 4. Laptops have solid state disks
    "jit": "off",  # default on before 19. Costs more than it gains on queries this short
    "autovacuum_naptime": "15s",  # default 1min. Tables grow a thousandfold in the first minute; plans must follow
    "client_connection_check_interval": "500ms",  # default 0. A killed dbt frees its locks at once, not at query's end
    "idle_in_transaction_session_timeout": "5min",  # default 0. A forgotten psql must not hold up tomorrow's crawl
    "timezone": "UTC",  # default the machine's. The same rows everywhere
    "log_timezone": "UTC",  # default the machine's
    "lc_messages": "C",  # default the machine's. We quote the log's last line among English sentences
    "log_checkpoints": "off",  # default on. The log should hold what went wrong, and stay small
    "log_line_prefix": "%m [%p] %a ",  # default without %a, the application's name
}

# Who connects proves it by the account of the process, so there is no password to keep, and an unrelated process
# that happens to run as the server's own `nobody` is still refused.
HOST_BASED_ACCESS = "local all all peer map=owner\n"


def configuration_file(socket_folder: Path, settings: Mapping[str, str]) -> str:
    """The text of `postgresql.conf`."""
    folder = '"' + str(socket_folder) + '"'  # quoted within, since PostgreSQL reads a list here
    everything = {**SERVER_SETTINGS, "unix_socket_directories": folder, **settings}
    lines = [f"{name} = {_quoted(value)}" for name, value in everything.items()]
    first = "# Written anew at each start, from scraper/database/embedded/settings.py; ALTER SYSTEM wins over it."
    return "\n".join([first, *lines, ""])


def identity_file(user_name: str, major_version: int) -> str:
    """The text of `pg_ident.conf`: the owner of the files, and root, may connect as any database user."""
    # Before 16 there is no `all` here; other roles are then reached by SET ROLE.
    database_user = "all" if major_version >= 16 else SUPERUSER
    names = dict.fromkeys((user_name, "root"))
    return "".join(f'owner "{name}" {database_user}\n' for name in names)


def initdb_options(major_version: int) -> list[str]:
    """A UTF-8 cluster whose lower() folds all of Unicode and whose order is the same on every machine."""
    common = ["--encoding=UTF8", f"--username={SUPERUSER}", "--auth=peer"]
    if major_version >= 17:
        return [*common, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [*common, "--locale=C.UTF-8"]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return f"'{escaped}'"
