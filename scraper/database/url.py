"""Read DATABASE_URL. Each mistake in it gets a message with a remedy and without the password."""

import re
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from scraper.errors import UsageError

_PATTERN = "postgresql://user:password@host:5432/practice"
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
# The usual cause of a URL that cannot be read.
_ENCODE = "if the password holds one of @ : / ? # %, percent-encode it (@ is %40, % is %25, / is %2F)"


def connection_parameters(database_url: str) -> dict[str, str]:
    """Return the libpq parameters of a URL: host, port, user, password, dbname, and those after its question mark.

    Raises UsageError. Its message shows no part of the URL but the scheme: a password with an unescaped character may
    be read as any other part.
    """
    scheme, separator, rest = database_url.strip().partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        given = (
            f" and not with {scheme}://" if separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,30}", scheme) else ""
        )
        raise UsageError(f"DATABASE_URL must begin with postgresql://{given}: write it as {_PATTERN}")
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    if authority.count("@") > 1:
        raise UsageError(f"DATABASE_URL holds more than one @ before its host: {_ENCODE}")
    if re.search(r"%(?![0-9A-Fa-f]{2})", rest):
        raise UsageError(f"DATABASE_URL holds a % that is not followed by two hexadecimal digits: {_ENCODE}")
    _check_ports(authority.rpartition("@")[2])
    try:
        parameters = conninfo_to_dict(f"postgresql://{rest}")
    except ProgrammingError:
        raise UsageError(f"DATABASE_URL cannot be read: write it as {_PATTERN}; {_ENCODE}") from None
    if not parameters.get("dbname"):
        raise UsageError(f"DATABASE_URL names no database: write it as {_PATTERN}; {_ENCODE}")
    return {name: str(value) for name, value in parameters.items() if value}


def _check_ports(hosts: str) -> None:
    for host in hosts.split(","):
        try:
            in_range = urlsplit(f"//{host}").port != 0
        except ValueError:
            in_range = False
        if not in_range:
            raise UsageError(f"DATABASE_URL has a port that is not a number from 1 to 65535; {_ENCODE}")
