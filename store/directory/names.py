"""Addresses, domains and the words by which people are found: pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from store.errors import AccessDenied, InvalidValue
from store.executor import Tx

ADDRESS_CHARS_MAX = 254
LOCAL_CHARS_MAX = 64
_LABEL = re.compile(r"[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]{0,61}[a-z0-9\u0080-\uffff])?")
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]+")
_WORD = re.compile(r"[^\W_]+")
_WORD_CHARS_MAX = 64
_WORDS_MAX = 64


def require_system(tx: Tx) -> None:
    """Raises AccessDenied unless the server itself (or its administrator's command) asks."""
    if tx.principal.role != "system":
        raise AccessDenied("only the administration may do this")


def checked_domain(name: str) -> str:
    """A mail domain in the form it is kept in: lower case, no final dot. Raises InvalidValue."""
    domain = name.strip().lower().removesuffix(".")
    labels = domain.split(".")
    if len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidValue(f"{name!r} is no domain name", where="domain")
    return domain


def checked_address(address: str) -> str:
    """A mail address in the form it is kept in: lower case. Raises InvalidValue.

    Quoted local parts are not served (RFC 5321 4.1.2 advises against them).
    """
    text = address.strip().lower()
    local, at, domain = text.rpartition("@")
    if (
        not at
        or len(text) > ADDRESS_CHARS_MAX
        or len(local) > LOCAL_CHARS_MAX
        or not _LOCAL.fullmatch(local)
    ):
        raise InvalidValue(
            f"{address!r} is no mail address",
            where=address,
            remedy="write it as name@domain",
        )
    return f"{local}@{checked_domain(domain)}"


def fold(text: str) -> str:
    """Text without case and accents, for comparing names."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def words_of(texts: Iterable[str]) -> set[str]:
    """The folded words of names; of an address also the whole, and the whole local part."""
    words: set[str] = set()
    for text in texts:
        folded = fold(text)
        words.update(_WORD.findall(folded))
        if "@" in folded:
            words.add(folded)
            words.add(folded.partition("@")[0])
    return {word[:ADDRESS_CHARS_MAX] for word in words if word}


def search_words(text: str) -> list[str]:
    """What a typed text asks for: each word is the beginning of some word of the name.

    An address (``smtp:anna@demo.example`` or without the prefix) is one word.
    """
    folded = fold(text.strip())
    folded = folded.removeprefix("=").removeprefix("smtp:").removeprefix("=").strip()
    if "@" in folded and not re.search(r"\s", folded):
        return [folded[:ADDRESS_CHARS_MAX]]
    found = _WORD.findall(folded)
    return [word[:_WORD_CHARS_MAX] for word in dict.fromkeys(found)][:_WORDS_MAX]
