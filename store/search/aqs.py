"""Queries in words, a subset of Advanced Query Syntax (MS-OXWSSRCH 2.2.3.x QueryString).

``report from:anna received:last week -draft`` becomes a small tree of words (asked of the word
index) and restrictions (asked of the items). Whatever somebody types is a query: what is no known
property or value counts as words, or matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Literal

import msgspec

from store.errors import InvalidRestriction
from store.instant import Instant
from store.restriction import And, Compare, Contains, Or, Restriction
from store.search import aqs_keywords as keywords
from store.search.aqs_dates import Dates, Span
from store.search.text import words_of
from store.search.words import Part, Word

LENGTH_MAX = 4096
TERMS_MAX = 100
DEPTH_MAX = 10


class Every(msgspec.Struct, frozen=True):
    """All parts; with none everything matches."""

    parts: tuple[Query, ...]


class Either(msgspec.Struct, frozen=True):
    """Any part; with none nothing matches."""

    parts: tuple[Query, ...]


class Without(msgspec.Struct, frozen=True):
    """What the part does not match."""

    part: Query


class Filter(msgspec.Struct, frozen=True):
    """A restriction that no word index answers."""

    restriction: Restriction


Query = Every | Either | Without | Word | Filter

NOTHING = Either(())


def parse(text: str, now: Instant, zone: tzinfo = UTC) -> Query:
    """The query of a text. ``now`` and ``zone``: what relative dates are relative to.

    Raises InvalidRestriction only for one of absurd size (4096 characters, 100 terms, 10
    parentheses deep).
    """
    if len(text) > LENGTH_MAX:
        raise InvalidRestriction(f"the query is longer than {LENGTH_MAX} characters")
    parser = _Parser(_UNSTORABLE.sub(" ", text), Dates(now, zone))
    parts = [parser.alternatives("")]
    while not parser.at_end():  # a parenthesis that nothing opened
        parser.at += 1
        parts.append(parser.alternatives(""))
    asked = [part for part in parts if part is not None]
    if not asked:
        return NOTHING if text.strip() else Every(())
    return _join(Every, asked)


_SIZE = re.compile(r"(\d{1,15})\s*(kb|mb|gb|k|m|g|b)?(?![a-z0-9])", re.IGNORECASE)
_UNITS = {"": 0, "b": 0, "k": 10, "kb": 10, "m": 20, "mb": 20, "g": 30, "gb": 30}
_RELATION = re.compile(r"\s*(>=|<=|>|<|=)?\s*")
_KEYWORD = re.compile(r"([A-Za-z]+):\s*")
_HAS = re.compile(r"has\s+attachments?:", re.IGNORECASE)
_BARE = re.compile(r'[^\s()"]+')
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")

# A value as a range: its first and its last number or instant, the end without where ``open``.
Range = tuple[int | str, int | str]


class _Parser:
    """Recursive descent over the text; a keyword in force reaches into its parentheses."""

    def __init__(self, text: str, dates: Dates) -> None:
        self.text = text
        self.at = 0
        self._dates = dates
        self._terms = 0
        self._depth = 0

    def at_end(self) -> bool:
        return self.at >= len(self.text)

    # -- operators ---------------------------------------------------------------------------

    def alternatives(self, keyword: str) -> Query | None:
        """Terms joined by OR, which binds weakest; None where there are none."""
        parts = [self._conjunction(keyword)]
        while self._takes("OR"):
            parts.append(self._conjunction(keyword))
        asked = [part for part in parts if part is not None]
        return _join(Either, asked) if asked else None

    def _conjunction(self, keyword: str) -> Query | None:
        parts: list[Query] = []
        while True:
            self._skip_space()
            if self.at_end() or self.text[self.at] == ")" or self._sees("OR"):
                break
            if self._takes("AND"):
                continue
            part = self._negation(keyword)
            if part is not None:
                parts.append(part)
        return _join(Every, parts) if parts else None

    def _negation(self, keyword: str) -> Query | None:
        negated = False
        while self._takes("NOT") or self._takes_minus():
            negated = not negated
        part = self._primary(keyword)
        return Without(part) if negated and part is not None else part

    def _primary(self, keyword: str) -> Query | None:
        self._skip_space()
        if self.at_end() or self.text[self.at] == ")" or self._sees("OR") or self._sees("AND"):
            return None
        if self.text[self.at] == "(":
            return self._group(keyword)
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise InvalidRestriction(f"the query has more than {TERMS_MAX} terms")
        if keyword:
            return self._value(keyword)
        return self._term()

    def _group(self, keyword: str) -> Query | None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise InvalidRestriction(f"the query nests deeper than {DEPTH_MAX} parentheses")
        self.at += 1
        inside = self.alternatives(keyword)
        if not self.at_end():
            self.at += 1
        self._depth -= 1
        return inside

    # -- terms -------------------------------------------------------------------------------

    def _term(self) -> Query | None:
        has = _HAS.match(self.text, self.at)
        if has is not None:
            self.at = has.end()
            return self._value("hasattachment")
        found = _KEYWORD.match(self.text, self.at)
        if found is None or found[1].lower() not in keywords.KEYWORDS:
            return self._words("")
        rest = self.text[found.end() : found.end() + 1]
        if rest in ("", ")"):
            self.at = found.end()
            return _word("", found[1], prefix="last")
        self.at = found.end()
        if self._sees("NOT") or rest == "(":
            return self._negation(found[1].lower())
        return self._value(found[1].lower())

    def _value(self, keyword: str) -> Query | None:
        """One value of a keyword, at the current place."""
        if keyword in keywords.PARTS:
            return self._words(keywords.PARTS[keyword])
        if keyword in keywords.PEOPLE:
            return self._people(keywords.PEOPLE[keyword])
        if keyword in keywords.TEXTS:
            text, whole = self._literal()
            mode = "exact_phrase" if whole else "prefix_on_words"
            return (
                Filter(Contains(keywords.TEXTS[keyword], text, mode, True, True)) if text else None
            )
        if keyword in keywords.DATES:
            return self._compared(keywords.DATES[keyword], self._date)
        if keyword == "size":
            return self._compared("size", self._size)
        return self._named(keyword, self._literal()[0].lower())

    def _named(self, keyword: str, value: str) -> Query:
        """Keywords whose values are a few names; others match nothing."""
        test: Restriction | None = None
        if keyword in keywords.BOOLEANS and value in keywords.TRUE | keywords.FALSE:
            test = Compare(keywords.BOOLEANS[keyword], "eq", value in keywords.TRUE)
        elif keyword in keywords.IMPORTANCES and value in ("low", "normal", "high"):
            test = Compare("importance", "eq", value)
        elif keyword == "kind":
            test = keywords.KINDS.get(value) or keywords.KINDS.get(f"{value}s")
        elif keyword in ("isflagged", "flagged", "flag", "flagstatus"):
            test = keywords.FLAGS.get(value.replace(" ", ""))
        elif keyword == "is":
            test = keywords.IS.get(value)
        elif keyword == "has" and value in ("attachment", "attachments"):
            test = Compare("has_attachments", "eq", True)
        return NOTHING if test is None else Filter(test)

    def _words(self, part: Part) -> Query | None:
        text, whole = self._literal()
        starred = whole and self._takes_star()
        return _word(part, text, prefix="each" if starred else "" if whole else "last")

    def _people(self, names: tuple[str, ...]) -> Query | None:
        text, whole = self._literal()
        whole = whole and not self._takes_star()
        word = _word("people", text, prefix="" if whole else "last")
        if word is None:
            return None
        mode = "exact_phrase" if whole else "prefix_on_words"
        return Every(
            (
                word,
                Filter(Or(tuple(Contains(name, text, mode, True, True) for name in names))),
            )
        )

    # -- ranges ------------------------------------------------------------------------------

    def _compared(self, name: str, read: Callable[[], Range | None]) -> Query:
        relation = _RELATION.match(self.text, self.at)
        sign = relation[1] if relation else None
        self.at = relation.end() if relation else self.at
        quoted = self.text.startswith('"', self.at)
        self.at += quoted
        low = None if self.text.startswith("..", self.at) else read()
        high = low
        if self.text.startswith("..", self.at) and sign is None:
            self.at += 2
            high = read()
        elif low is None:
            self.at -= quoted
            self._literal()
            return NOTHING
        if quoted and self.text.startswith('"', self.at):
            self.at += 1
        return _range(name, sign, low, high)

    def _date(self) -> Range | None:
        found = self._dates.read(self.text, self.at)
        if found is None:
            return None
        span: Span = found[0]
        self.at = found[1]
        return span.start, span.stop

    def _size(self) -> Range | None:
        found = _SIZE.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        size = int(found[1]) << _UNITS[(found[2] or "").lower()]
        return size, size + 1

    # -- characters --------------------------------------------------------------------------

    def _literal(self) -> tuple[str, bool]:
        """A quoted text (True) or all up to a space, quote or parenthesis (False)."""
        if self.text.startswith('"', self.at):
            end = self.text.find('"', self.at + 1)
            end = len(self.text) if end < 0 else end
            text = self.text[self.at + 1 : end]
            self.at = min(end + 1, len(self.text))
            return text, True
        found = _BARE.match(self.text, self.at)
        if found is None:
            return "", False
        self.at = found.end()
        return found[0].rstrip("*"), False

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _sees(self, operator: str) -> bool:
        end = self.at + len(operator)
        return self.text.startswith(operator, self.at) and (
            end == len(self.text) or self.text[end].isspace() or self.text[end] in '()"'
        )

    def _takes(self, operator: str) -> bool:
        self._skip_space()
        if not self._sees(operator):
            return False
        self.at += len(operator)
        return True

    def _takes_minus(self) -> bool:
        following = self.text[self.at + 1 : self.at + 2]
        if not self.text.startswith("-", self.at) or not following or following.isspace():
            return False
        self.at += 1
        return True

    def _takes_star(self) -> bool:
        if not self.text.startswith("*", self.at):
            return False
        self.at += 1
        return True


def _range(name: str, sign: str | None, low: Range | None, high: Range | None) -> Query:
    """From the beginning of ``low`` to the end of ``high``, or one side of ``low``."""
    tests: list[Restriction] = []
    if low is not None and sign in (None, "=", ">="):
        tests.append(Compare(name, "ge", low[0]))
    if low is not None and sign == ">":
        tests.append(Compare(name, "ge", low[1]))
    if low is not None and sign == "<":
        tests.append(Compare(name, "lt", low[0]))
    if high is not None and sign in (None, "=", "<="):
        tests.append(Compare(name, "lt", high[1]))
    return Filter(And(tuple(tests))) if tests else NOTHING


def _word(part: Part, text: str, *, prefix: Literal["", "last", "each"]) -> Word | None:
    words = tuple(words_of(text))
    return Word(words, part, prefix) if words else None


def _join(kind: type[Every] | type[Either], parts: list[Query]) -> Query:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
