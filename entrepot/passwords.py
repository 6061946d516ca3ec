"""Passwords: hashing with argon2id, comparing, and making new ones."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's first choice for argon2id with one lane: 19 MiB, two passes; some 20 ms of one core.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

PASSWORD_CHARS_MAX = 1024
# Letters and digits that nobody confuses when reading them out.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"


def normal(password: str) -> str:
    """The form that is hashed: NFC, since keyboards disagree on accented letters (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """The argon2id text of a password. Raises ValueError for an empty or overlong one."""
    if not password or len(password) > PASSWORD_CHARS_MAX:
        raise ValueError(f"a password has 1 to {PASSWORD_CHARS_MAX} characters")
    return _hasher.hash(normal(password))


@cache
def _dummy_hash() -> str:
    """What an unknown account's password is compared with, so that it takes the same time."""
    return _hasher.hash(secrets.token_hex(16))


def is_password(password: str, password_hash: str) -> bool:
    """Whether the password fits the hash; takes the same time for an empty hash, then False."""
    try:
        _hasher.verify(password_hash or _dummy_hash(), normal(password)[:PASSWORD_CHARS_MAX])
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def new_password(groups: int = 4) -> str:
    """A random password in groups of four characters (16: some 89 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))
