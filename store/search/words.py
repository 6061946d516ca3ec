"""The word index: which items of a mailbox hold which words, in which part.

Each mailbox's words are a range of the index, so that a query costs as its mailbox grows, not as
the server does: on SQLite the rowid is ``mailbox_id << 40 | item_id`` (a contentless FTS5 table),
on PostgreSQL every lexeme begins with the mailbox's number (a GIN index over tsvectors). Words
are letters and digits, without case and accents, on both.

Parts: ``subject``; ``people`` (names and addresses of all who take part); ``text`` of the body,
bounded; ``names`` of attachments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    true,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from store.search.text import words_of
from store.tables import content, item

Part = Literal["", "subject", "people", "text", "names"]
# item id, subject, people, text, names: the very values must be given again to take it out.
Entry = tuple[int, str, str, str, str]

TEXT_MAX = 1024 * 1024
_ITEM_BITS = 40

_PARTS = ("subject", "people", "text", "names")
_WEIGHTS = {"subject": "A", "people": "B", "text": "C", "names": "D", "": ""}


class Word(msgspec.Struct, frozen=True):
    """Words in a row within one part ("" = any one); ``prefix``: which of them may go on.

    ``words`` are folded (``store.search.text.words_of``).
    """

    words: tuple[str, ...]
    part: Part = ""
    prefix: Literal["", "last", "each"] = "last"


# -- tables ------------------------------------------------------------------------------------

_CREATE_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS item_words USING fts5("
    "subject, people, text, names, content='', tokenize='unicode61 remove_diacritics 2')"
)
_postgresql = MetaData()
_vectors = Table(
    "item_words",
    _postgresql,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("words", TSVECTOR, nullable=False),
)
_CREATE_INDEX = "CREATE INDEX IF NOT EXISTS item_words_by_word ON item_words USING gin (words)"


def create_index_tables(conn: Connection, dialect: str) -> None:
    """Make the word index; nothing where it is there."""
    if dialect == "sqlite":
        conn.exec_driver_sql(_CREATE_SQLITE)
        return
    _postgresql.create_all(conn)
    conn.exec_driver_sql(_CREATE_INDEX)


# -- writing -----------------------------------------------------------------------------------

_fts = table(
    "item_words",
    *(named(name, Text) for name in ("item_words", "subject", "people", "text", "names")),
    named("rowid", Integer),
)
_ROW: dict[str, Any] = {
    name: bindparam(f"b_{name}") for name in ("rowid", "subject", "people", "text", "names")
}
_FTS_INSERT = insert(_fts).values(_ROW)
_FTS_DELETE = insert(_fts).values({"item_words": "delete", **_ROW})
_VECTOR_INSERT = insert(_vectors).values(
    mailbox_id=bindparam("b_mailbox"),
    item_id=bindparam("b_item"),
    words=cast(bindparam("b_words", type_=Text), TSVECTOR),
)
_VECTOR_DELETE = delete(_vectors).where(
    _vectors.c.mailbox_id == bindparam("b_mailbox"),
    _vectors.c.item_id == bindparam("b_item"),
)


def index_many(conn: Connection, dialect: str, mailbox_id: int, entries: Sequence[Entry]) -> None:
    """Put items into the index, which does not hold them yet."""
    if not entries:
        return
    if dialect == "sqlite":
        conn.execute(_FTS_INSERT, [_fts_row(mailbox_id, entry) for entry in entries])
        return
    conn.execute(
        _VECTOR_INSERT,
        [
            {
                "b_mailbox": mailbox_id,
                "b_item": entry[0],
                "b_words": _vector(mailbox_id, entry),
            }
            for entry in entries
        ],
    )


def unindex_many(conn: Connection, dialect: str, mailbox_id: int, entries: Sequence[Entry]) -> None:
    """Take items out of the index: the values are those that went in."""
    if not entries:
        return
    if dialect == "sqlite":
        conn.execute(_FTS_DELETE, [_fts_row(mailbox_id, entry) for entry in entries])
        return
    conn.execute(
        _VECTOR_DELETE,
        [{"b_mailbox": mailbox_id, "b_item": entry[0]} for entry in entries],
    )


def _fts_row(mailbox_id: int, entry: Entry) -> dict[str, Any]:
    item_id, subject, people, text, names = entry
    return {
        "b_rowid": mailbox_id << _ITEM_BITS | item_id,
        "b_subject": subject,
        "b_people": people,
        "b_text": text[:TEXT_MAX],
        "b_names": names,
    }


# -- PostgreSQL's vectors ----------------------------------------------------------------------

# Limits of a tsvector: 1 MiB in all, 2 KiB for a lexeme, 256 places for one, places to 16383.
_VECTOR_BYTES_MAX = 900_000
_WORD_MAX = 200
_PLACES_MAX = 250
_PLACE_MAX = 16383


def _vector(mailbox_id: int, entry: Entry) -> str:
    """The text form of an item's tsvector: lexemes with places and the parts as weights."""
    places: dict[str, list[str]] = {}
    size = 0
    place = 0
    for part, text in zip(_PARTS, entry[1:], strict=True):
        weight = _WEIGHTS[part]
        for word in words_of(text[:TEXT_MAX]):
            place += 1
            word = word[:_WORD_MAX]
            found = places.get(word)
            if found is None:
                size += len(word.encode()) + 24
                if size > _VECTOR_BYTES_MAX:
                    break
                found = places[word] = []
            if len(found) < _PLACES_MAX:
                size += 2
                found.append(f"{min(place, _PLACE_MAX)}{weight}")
        place += 8  # no phrase reaches from one part into the next
    return " ".join(f"'{mailbox_id}/{word}':{','.join(at)}" for word, at in places.items())


# -- reading -----------------------------------------------------------------------------------


def match_clause(
    words: Sequence[Word], dialect: str, mailbox_id: int, *, any_of: bool = False
) -> ColumnElement[bool]:
    """Whether an item of the mailbox holds all (or any) of the words, as a clause over ``item``."""
    if dialect == "sqlite":
        plain = [word for word in words if word.prefix != "each" or len(word.words) == 1]
        clauses = [_fts_clause(plain, mailbox_id, any_of=any_of)] if plain else []
        clauses += [_ordered(word, mailbox_id) for word in words if word not in plain]
        return or_(false(), *clauses) if any_of else and_(true(), *clauses)
    joined = ("|" if any_of else "&").join(_query_terms(words, mailbox_id))
    found = select(_vectors.c.item_id).where(
        _vectors.c.mailbox_id == mailbox_id,
        _vectors.c.words.op("@@")(cast(literal(joined, Text), TSQUERY)),
    )
    return item.c.id.in_(found)


def _fts_clause(
    words: Sequence[Word], mailbox_id: int, *, any_of: bool = False
) -> ColumnElement[bool]:
    joined = (" OR " if any_of else " AND ").join(map(_fts_term, words))
    low = mailbox_id << _ITEM_BITS
    found = select(_fts.c.rowid.op("&")((1 << _ITEM_BITS) - 1)).where(
        _fts.c.item_words.op("MATCH")(literal(joined, Text)),
        _fts.c.rowid.between(low, low + (1 << _ITEM_BITS) - 1),
    )
    return item.c.id.in_(found)


def _fts_term(word: Word) -> str:
    column = f"{word.part} : " if word.part else ""
    return f'{column}"{" ".join(word.words)}"{" *" if word.prefix else ""}'


def _ordered(word: Word, mailbox_id: int) -> ColumnElement[bool]:
    """Several prefixes in a row, which FTS5 cannot ask: the index proposes, the text decides."""
    texts = {
        "subject": item.c.subject,
        "people": content.c.people,
        "text": func.substr(content.c.text, 1, TEXT_MAX),
        "names": content.c.names,
    }
    sought = literal(" ".join(word.words), Text)
    here = and_(content.c.mailbox_id == item.c.mailbox_id, content.c.item_id == item.c.id)
    tests = [
        func.entrepot_ordered(text, sought) == 1
        for part, text in texts.items()
        if word.part in ("", part)
    ]
    holds = select(literal(1)).select_from(content).where(here, or_(*tests))
    each = [Word((one,), word.part) for one in word.words]
    return and_(_fts_clause(each, mailbox_id), holds.correlate(item).exists())


def _query_terms(words: Sequence[Word], mailbox_id: int) -> Iterator[str]:
    for word in words:
        weight = _WEIGHTS[word.part]
        last = len(word.words) - 1
        terms: list[str] = []
        for n, each in enumerate(word.words):
            goes_on = word.prefix == "each" or (word.prefix == "last" and n == last)
            options = weight + "*" * goes_on
            terms.append(f"'{mailbox_id}/{each[:_WORD_MAX]}'" + (f":{options}" if options else ""))
        yield f"({'<->'.join(terms)})"
