"""Bearer tokens: 256 random bits, of which only a hash is stored. An ordinary hash will do, as nobody guesses them."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from scraper.errors import UsageError

_LONGEST_NAME = 60

_INSERT = "insert into jobs.tokens (name, token_hash) values (%s, %s) on conflict do nothing"
_ALL = "select name, created_at, revoked_at from jobs.tokens order by created_at, name"
_REVOKE = "update jobs.tokens set revoked_at = now() where name = %s and revoked_at is null"
_VALID = "select from jobs.tokens where token_hash = %s and revoked_at is null"
_ANY_VALID = "select from jobs.tokens where revoked_at is null limit 1"


@dataclass(frozen=True)
class Token:
    """A token by its name; the token itself is not known any more."""

    name: str
    created_at: datetime
    revoked_at: datetime | None


def make(connection: psycopg.Connection[Any], name: str) -> str:
    """Store a new token, and return it: nobody can read it again.

    Raises UsageError for a name that cannot be used, or that was used before.
    """
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise UsageError(f"a token needs a name of at most {_LONGEST_NAME} printable characters")
    token = secrets.token_urlsafe(32)
    if not connection.execute(_INSERT, [name, _hash(token)]).rowcount:
        raise UsageError("there is, or was, a token of this name: choose another name")
    return token


def all_tokens(connection: psycopg.Connection[Any]) -> Sequence[Token]:
    """Return all tokens, those that are revoked too."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(_ALL).fetchall()


def revoke(connection: psycopg.Connection[Any], name: str) -> None:
    """Let a token be valid no more, from now on. Raises UsageError if no valid token has this name."""
    if not connection.execute(_REVOKE, [name]).rowcount:
        raise UsageError("no valid token has this name: see the list")


def is_valid(connection: psycopg.Connection[Any], token: str) -> bool:
    """Return whether this is a token that was made and not revoked."""
    return connection.execute(_VALID, [_hash(token)]).fetchone() is not None


def is_any_valid(connection: psycopg.Connection[Any]) -> bool:
    """Return whether anybody has a token."""
    return connection.execute(_ANY_VALID).fetchone() is not None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
