"""Mailboxes of address headers (RFC 5322 3.4), as real mail has them.

One pass over the text: a million addresses cost no more than the first ten thousand.
"""

from __future__ import annotations

import re

from store.mime.words import decode

ADDRESSES_MAX = 10_000

_SIMPLE = re.compile(
    r"""\s*(?:"([^"\\<>@=]*)"|([^"\\<>@=,;:()]*?))\s*<([^<>\s,;:()"@]+@[^<>\s,;:()"@]+)>\s*"""
)
_BARE = re.compile(r"""[^<>\s,;:()"@\\=]+@[^<>\s,;:()"@\\=]+""")
# An encoded word, a quoted string, a comment, an angle, a separator, or anything between.
_TOKEN = re.compile(
    r"""=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?="""
    r"""|"(?:[^"\\]|\\.)*+" | \((?:[^()\\]|\\.)*+\) | <[^<>]*+>? | [,;:] | [^"(<,;:=]++ | .""",
    re.DOTALL | re.VERBOSE,
)
# The same without what needs an end, for text in which an end is missing.
_TOKEN_OPEN = re.compile(
    r"""=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?= | <[^<>]*+>? | [,;:] | [^"(<,;:=]++ | .""",
    re.DOTALL | re.VERBOSE,
)
_AT = re.compile(r"\s*@\s*")
_COMMENT = re.compile(r"\([^()]*\)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def mailboxes_of(value: str, found: list[dict[str, str]]) -> None:
    """Add the mailboxes of one header value to ``found``, up to the limit."""
    simple = _SIMPLE.fullmatch(value)
    if simple is not None and len(found) < ADDRESSES_MAX:
        name = (simple[1] or simple[2] or "").strip()
        found.append({"name": name or simple[3], "address": simple[3]})
        return
    if _BARE.fullmatch(value) and len(found) < ADDRESSES_MAX:
        found.append({"name": value, "address": value})
        return
    _Reader(found).read(value)


class _Reader:
    """The mailbox being read: words before the angle, the address in it, comments."""

    def __init__(self, found: list[dict[str, str]]) -> None:
        self._found = found
        self._clear()

    def _clear(self) -> None:
        self._words: list[str] = []
        self._comments: list[str] = []
        self._angle: str | None = None
        self._quoted = ""

    def read(self, value: str) -> None:
        position, pattern = 0, _TOKEN
        while position < len(value) and len(self._found) < ADDRESSES_MAX:
            match = pattern.match(value, position)
            if match is None:
                break
            token = match.group()
            if token in '"(':
                pattern = _TOKEN_OPEN  # what has no end is never looked for again
            position = match.end()
            self._take(token)
        self._flush()

    def _take(self, token: str) -> None:
        first = token[0]
        if first in ",;":
            self._flush()
        elif first == ":":
            self._group()
        elif first == "<" and len(token) > 1:
            if self._angle:
                self._flush()
            self._angle = token.strip("<> \t")
        elif first == '"' and len(token) > 1:
            self._words.append(_ESCAPE.sub(r"\1", token[1:-1]))
            self._quoted = token
        elif first == "(" and len(token) > 1:
            self._comments.append(_ESCAPE.sub(r"\1", token[1:-1]))
        elif (first not in '<"' or len(token) > 1) and not (self._angle and token.strip() == ">"):
            self._words.append(token)

    def _group(self) -> None:
        """A name before a colon names a group, or is a scheme such as mailto."""
        if self._angle is None and "@" not in "".join(self._words):
            self._clear()
        else:
            self._words.append(":")

    def _flush(self) -> None:
        if len(self._found) >= ADDRESSES_MAX:
            return
        name = _folded(decode(" ".join(_spaced(self._words))))
        address = _address(self._angle or "")
        comment = _folded(decode(" ".join(self._comments)))
        if self._angle is None and name:
            name, address = self._without_angle(name)
        if not name:
            name = comment
        if address:
            self._found.append({"name": name or address, "address": address})
        elif name:
            self._found.append({"name": name})
        self._clear()

    def _without_angle(self, name: str) -> tuple[str, str]:
        """Name and address where only words were given: an address, a local name, or a name."""
        if self._quoted:
            before, _, domain = name.rpartition("@")
            if before and _ESCAPE.sub(r"\1", self._quoted[1:-1]) == before:
                return "", f"{self._quoted}@{domain}"
            return ("", _address(name)) if "@" in name and " " not in name else (name, "")
        words = _AT.sub("@", name).split()
        named = [word for word in words if "@" in word]
        for word in named[:-1]:  # addresses with no comma between them
            if len(self._found) < ADDRESSES_MAX and _address(word):
                self._found.append({"name": _address(word), "address": _address(word)})
        if named:
            rest = " ".join(word for word in words if "@" not in word)
            return (rest if len(named) == 1 else ""), _address(named[-1])
        return ("", _address(name)) if len(words) == 1 else (name, "")


def _spaced(words: list[str]) -> list[str]:
    """Tokens as words: only blanks of the text itself divide, and neighbours that had none join."""
    joined = "".join(
        f" {word} " if word.startswith("=?") and word.endswith("?=") else word for word in words
    )
    return joined.split()


def _folded(text: str) -> str:
    return " ".join(text.split())


def _address(text: str) -> str:
    """An address without route, scheme and blanks."""
    text = _COMMENT.sub("", decode(text)).strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    return "".join(text.split()).strip("<>'\"" if text.count('"') != 2 else "<>'")
