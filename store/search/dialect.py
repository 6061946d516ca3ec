"""What the two databases spell differently: JSON paths, folding, matching.

Keys of records come from clients (extended properties): they are bound as parameters, never put
into the statement's text.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from store.search.text import ACCENTS, CASE, HEADER_VALUE, MARKS, MODES, is_word
from store.tables import content, item

Sql = ColumnElement[Any]
Test = Callable[[Sql], Sql]
Path = tuple[str, ...]


class Dialect(ABC):
    """Expressions over one row of ``item``."""

    name: str

    @abstractmethod
    def text(self, path: Path) -> Sql:
        """A string of the record, NULL where it is missing or none."""

    @abstractmethod
    def number(self, path: Path) -> Sql:
        """A number of the record, NULL where it is missing or none."""

    @abstractmethod
    def integer(self, path: Path) -> Sql:
        """A whole number of 64 bits of the record, NULL where it is missing or none."""

    @abstractmethod
    def boolean(self, path: Path) -> Sql:
        """A boolean of the record as 0 or 1, NULL where it is missing or none."""

    @abstractmethod
    def exists(self, path: Path) -> Sql:
        """Whether the record has a value there."""

    @abstractmethod
    def any_text(self, path: Path, test: Test) -> Sql:
        """Whether any string of a list of the record passes."""

    @abstractmethod
    def any_number(self, path: Path, test: Test) -> Sql:
        """Whether any number of a list of the record passes."""

    @abstractmethod
    def any_mailbox(self, path: Path, test: Test) -> Sql:
        """Whether name or address of any mailbox of a list of the record passes."""

    @abstractmethod
    def first_text(self, path: Path) -> Sql:
        """The first string of a list, the first mailbox's name or else address."""

    @abstractmethod
    def fold(self, value: Sql, flags: int) -> Sql:
        """Text without case or accents; compares by code point."""

    @abstractmethod
    def contains(self, value: Sql, text: str, mode: str, flags: int) -> Sql:
        """``store.search.text.contains``; ``text`` is folded."""

    @abstractmethod
    def header(self, name: str) -> Sql:
        """The first value of a header of the content."""

    @abstractmethod
    def bytes(self, value: Sql) -> Sql:
        """The bytes of base64 text, NULL where it is none."""

    def mailbox(self, path: Path) -> Sql:
        """The text by which a mailbox sorts: its name, or its address where it has none."""
        return func.coalesce(
            func.nullif(self.text((*path, "name")), ""), self.text((*path, "address"))
        )

    def mailbox_passes(self, path: Path, test: Test) -> Sql:
        """Whether the name or the address of a mailbox passes."""
        return or_(test(self.text((*path, "name"))), test(self.text((*path, "address"))))


_PLAIN_KEY = re.compile(r"[A-Za-z0-9_:.{}\- ]+")


def _steps(path: Path) -> str:
    return "$" + "".join(f'."{key}"' for key in path)


class Sqlite(Dialect):
    """JSON1 functions and the functions of ``store.search.functions``."""

    name = "sqlite"

    def _value(self, path: Path) -> tuple[Sql, Sql]:
        """The value at a path and its type's name.

        A JSON path cannot name a key with quotes or backslashes: such a last key (the others are
        names of ours) is looked up by value.
        """
        if _PLAIN_KEY.fullmatch(path[-1]):
            steps = _steps(path)
            return func.json_extract(item.c.record, steps), func.json_type(item.c.record, steps)
        entries = func.json_each(item.c.record, _steps(path[:-1]))
        entry = entries.table_valued("key", "value", "type")
        here = entry.c.key == literal(path[-1], Text)
        value, kind = (
            select(column).where(here).correlate(item).scalar_subquery()
            for column in (entry.c.value, entry.c.type)
        )
        return value, kind

    def _of_type(self, path: Path, *types: str) -> Sql:
        value, kind = self._value(path)
        return case((kind.in_(types), value))

    def text(self, path: Path) -> Sql:
        return self._of_type(path, "text")

    def number(self, path: Path) -> Sql:
        return self._of_type(path, "integer", "real")

    def integer(self, path: Path) -> Sql:
        return self._of_type(path, "integer")

    def boolean(self, path: Path) -> Sql:
        return self._of_type(path, "true", "false")

    def exists(self, path: Path) -> Sql:
        return func.coalesce(self._value(path)[1], "null") != "null"

    def _any(self, path: Path, types: tuple[str, ...], test: Test) -> Sql:
        value, kind = self._value(path)
        listed = case((kind == "array", value), else_="[]")
        entry = func.json_each(listed).table_valued("key", "value", "type")
        found = select(literal(1)).where(entry.c.type.in_(types), test(entry.c.value))
        return found.correlate(item, content).exists()

    def any_text(self, path: Path, test: Test) -> Sql:
        return self._any(path, ("text",), test)

    def any_number(self, path: Path, test: Test) -> Sql:
        return self._any(path, ("integer", "real"), test)

    def any_mailbox(self, path: Path, test: Test) -> Sql:
        def passes(value: Sql) -> Sql:
            return or_(
                test(func.json_extract(value, "$.name")),
                test(func.json_extract(value, "$.address")),
            )

        return self._any(path, ("object",), passes)

    def first_text(self, path: Path) -> Sql:
        value, kind = self._value(path)
        listed = case((kind == "array", value), else_="[]")
        return func.coalesce(
            case(
                (
                    func.json_type(listed, "$[0]") == "text",
                    func.json_extract(listed, "$[0]"),
                )
            ),
            func.nullif(func.json_extract(listed, "$[0].name"), ""),
            func.json_extract(listed, "$[0].address"),
        )

    def fold(self, value: Sql, flags: int) -> Sql:
        return func.entrepot_fold(value, literal(flags, Integer), type_=Text) if flags else value

    def contains(self, value: Sql, text: str, mode: str, flags: int) -> Sql:
        return func.entrepot_contains(value, literal(text, Text), MODES[mode], flags) == 1

    def header(self, name: str) -> Sql:
        return func.entrepot_header(content.c.headers, literal(name, Text), type_=Text)

    def bytes(self, value: Sql) -> Sql:
        return func.entrepot_bytes(value, type_=LargeBinary)


_ICU = "und-x-icu"
_SPECIAL = re.compile(r"[!-/:-@\[-`{-~]")
_NUMBER_MAX = 2**63 - 1


class Postgresql(Dialect):
    """JSONB functions and regular expressions; letters by ICU, whatever the database's locale."""

    name = "postgresql"

    def _at(self, path: Path) -> Sql:
        keys = [literal(key, Text) for key in path]
        return func.jsonb_extract_path(item.c.record, *keys, type_=JSONB)

    def _text_at(self, path: Path) -> Sql:
        keys = [literal(key, Text) for key in path]
        return func.jsonb_extract_path_text(item.c.record, *keys, type_=Text)

    def _of_type(self, path: Path, kind: str, value: Sql) -> Sql:
        return case((func.jsonb_typeof(self._at(path)) == kind, value))

    def text(self, path: Path) -> Sql:
        return self._of_type(path, "string", self._text_at(path))

    def number(self, path: Path) -> Sql:
        return self._of_type(path, "number", cast(self._text_at(path), Numeric))

    def integer(self, path: Path) -> Sql:
        number = self.number(path)
        fits = and_(number.between(-_NUMBER_MAX - 1, _NUMBER_MAX), func.trunc(number) == number)
        return case((fits, cast(number, BigInteger)))

    def boolean(self, path: Path) -> Sql:
        return self._of_type(path, "boolean", case((self._text_at(path) == "true", 1), else_=0))

    def exists(self, path: Path) -> Sql:
        return func.coalesce(func.jsonb_typeof(self._at(path)), "null") != "null"

    def _elements(self, path: Path) -> Sql:
        value = self._at(path)
        listed = case(
            (func.jsonb_typeof(value) == "array", value),
            else_=func.jsonb_build_array(),
        )
        entries = func.jsonb_array_elements(listed).table_valued("value")
        return entries.c.value

    def _any(self, path: Path, kind: str, test: Test) -> Sql:
        element = self._elements(path)
        whole = element.op("#>>")(literal_column("'{}'::text[]"))
        typed = case((func.jsonb_typeof(element) == kind, whole))
        if kind == "number":
            typed = cast(typed, Numeric)
        found = select(literal(1)).where(test(typed))
        return found.correlate(item, content).exists()

    def any_text(self, path: Path, test: Test) -> Sql:
        return self._any(path, "string", test)

    def any_number(self, path: Path, test: Test) -> Sql:
        return self._any(path, "number", test)

    def any_mailbox(self, path: Path, test: Test) -> Sql:
        element = self._elements(path)
        name, address = (
            func.jsonb_extract_path_text(element, key, type_=Text) for key in ("name", "address")
        )
        found = select(literal(1)).where(or_(test(name), test(address)))
        return found.correlate(item, content).exists()

    def first_text(self, path: Path) -> Sql:
        first = (*path, "0")
        return func.coalesce(self.text(first), self.mailbox(first))

    def fold(self, value: Sql, flags: int) -> Sql:
        if flags & ACCENTS:
            plain = func.normalize(value, literal_column("NFD"))
            value = func.regexp_replace(plain, literal_column(f"'{MARKS}'"), "", "g")
        if flags & CASE:
            value = func.replace(func.lower(collate(value, _ICU)), "ς", "σ")
        return collate(value, "C")

    def contains(self, value: Sql, text: str, mode: str, flags: int) -> Sql:
        value = self.fold(value, flags)
        if mode == "full":
            return value == literal(text, Text)
        if mode == "prefix":
            return func.starts_with(value, literal(text, Text))
        if mode == "substring":
            return func.strpos(value, literal(text, Text)) > 0
        return collate(value, _ICU).regexp_match(_on_words(text, whole=mode == "exact_phrase"))

    def header(self, name: str) -> Sql:
        pattern = f"(?:^|\\n){_escape(name)}:{HEADER_VALUE}"
        found = func.regexp_match(content.c.headers, literal(pattern, Text), "i", type_=ARRAY(Text))
        return func.regexp_replace(found[1], "\\r?\\n[ \\t]+", " ", "g", type_=Text)

    def bytes(self, value: Sql) -> Sql:
        is_base64 = and_(value.regexp_match("^[A-Za-z0-9+/]*={0,2}$"), func.length(value) % 4 == 0)
        return case((is_base64, func.decode(value, "base64", type_=LargeBinary)))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _on_words(text: str, *, whole: bool) -> str:
    """The regular expression of PrefixOnWords and ExactPhrase: an edge only beside a word."""
    pattern = _escape(text)
    if text and is_word(text[0]):
        pattern = f"(^|[^[:alnum:]]){pattern}"
    if text and whole and is_word(text[-1]):
        pattern = f"{pattern}($|[^[:alnum:]])"
    return pattern


DIALECTS: dict[str, Dialect] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
