"""Restrictions, sort orders and groups in the store's words (MS-OXWSSRCH 2.2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ews.codec import listed
from ews.codec.simple import read_date_time
from ews.context import Context
from ews.errors import EwsError
from ews.paths import Path, read_path
from ews.reading.values import plain_value
from schemas import mapi
from schemas.property import P, Type
from store.limits import RESTRICTION_NODES_MAX
from store.restriction import (
    And,
    Compare,
    Contains,
    Excludes,
    Exists,
    Group,
    Not,
    Or,
    Order,
    PropertyName,
    Restriction,
)

PathReader = Callable[[tuple[str, Any]], Path]
_OPERATORS: dict[str, Any] = {
    "IsEqualTo": "eq",
    "IsNotEqualTo": "ne",
    "IsGreaterThan": "gt",
    "IsGreaterThanOrEqualTo": "ge",
    "IsLessThan": "lt",
    "IsLessThanOrEqualTo": "le",
}
_MODES: dict[str, Any] = {
    "FullString": "full",
    "Prefixed": "prefix",
    "Substring": "substring",
    "PrefixOnWords": "prefix_on_words",
    "ExactPhrase": "exact_phrase",
}
_PATHS = ("FieldURI", "IndexedFieldURI", "ExtendedFieldURI")
_TEXT = frozenset({Type.STRING, Type.STRINGS, Type.MAILBOX, Type.MAILBOXES, Type.BODY})
# Booleans that are always there: Exists makes no sense on them.
_ALWAYS = frozenset({"is_read", "is_from_me", "is_draft", "is_submitted", "is_unmodified",
                     "is_resend"})  # fmt: skip


def read_restriction(ctx: Context, node: Any) -> Restriction | None:
    """The search expression in a RestrictionType node, None for a missing one. Raises EwsError."""
    return read_restriction_by(ctx, node, read_path)


def read_restriction_by(ctx: Context, node: Any, path: PathReader) -> Restriction | None:
    """The same of things whose properties are named by ``path``."""
    if node is None:
        return None
    pairs = _pairs(node)
    if len(pairs) != 1:
        raise EwsError("ErrorUnsupportedQueryFilter")
    return _Reader(ctx, path).expression(*pairs[0])


def read_folder_restriction(ctx: Context, node: Any) -> Restriction | None:
    """The same for folders, whose properties are their own."""
    return read_restriction_by(ctx, node, _folder_path)


_FOLDER_TYPES = {
    "DisplayName": ("name", Type.STRING),
    "FolderClass": ("folder_class", Type.STRING),
    "TotalCount": ("total_count", Type.INTEGER),
    "UnreadCount": ("unread_count", Type.INTEGER),
    "ChildFolderCount": ("child_count", Type.INTEGER),
}
_FOLDER_MAPI = {
    "0x3001:String": "DisplayName",
    "0x3613:String": "FolderClass",
    "0x3602:Integer": "TotalCount",
    "0x3603:Integer": "UnreadCount",
}


def _folder_path(pair: tuple[str, Any]) -> Path:
    name, node = pair
    if name == "FieldURI" and node.FieldURI.startswith("folder:"):
        known = _FOLDER_TYPES.get(node.FieldURI.removeprefix("folder:"))
        if known is None:
            raise EwsError("ErrorUnsupportedPathForQuery", xml=[pair])
        return _folder_row(pair, *known)
    if name != "ExtendedFieldURI":
        raise EwsError("ErrorInvalidPropertyRequest", xml=[pair])
    path = read_path(pair)
    assert path.extended is not None
    known_as = _FOLDER_MAPI.get(path.extended.key)
    if known_as is not None:
        return _folder_row(pair, *_FOLDER_TYPES[known_as])
    return Path(f"x:{path.extended.key}", None, pair, extended=path.extended)


def _folder_row(pair: tuple[str, Any], name: str, type: Type) -> Path:
    return Path(name, P(name=name, type=type, kinds=()), pair)


_KNOWN = frozenset({"And", "Or", "Not", "Exists", "Excludes", "Contains", *_OPERATORS})


def _pairs(node: Any) -> list[tuple[str, Any]]:
    """The expressions in a node, whether it is a list of pairs or keyed."""
    if isinstance(node, list):
        return node
    found: list[tuple[str, Any]] = []
    for name in ("And", "Or", "Not", "Exists", "Excludes", "Contains", "Near", *_OPERATORS):
        value = node.get(name)
        if isinstance(value, list) and value and not isinstance(value[0], tuple):
            found += [(name, entry) for entry in value]
        elif value is not None:
            found.append((name, value))
    return found


class _Reader:
    """Reads one expression, counting its nodes."""

    def __init__(self, ctx: Context, path: Any) -> None:
        self._ctx = ctx
        self._path = path
        self._nodes = 0

    def expression(self, name: str, node: Any) -> Restriction:
        """One node with all below it. Raises EwsError."""
        self._nodes += 1
        if self._nodes > RESTRICTION_NODES_MAX:
            raise EwsError("ErrorRestrictionTooLong")
        if name not in _KNOWN:
            raise EwsError("ErrorUnsupportedQueryFilter")
        if name in ("And", "Or"):
            parts = tuple(self.expression(*pair) for pair in _pairs(node))
            return And(parts) if name == "And" else Or(parts)
        if name == "Not":
            return Not(self.expression(*_pairs(node)[0]))
        if name == "Exists":
            return self._exists(node)
        if name == "Excludes":
            return self._excludes(node)
        if name == "Contains":
            return self._contains(node)
        return self._compare(name, node)

    def _named(self, node: Any) -> Path:
        pair = node.first(*_PATHS)
        if pair is None:
            raise EwsError("ErrorUnsupportedQueryFilter")
        path = self._path(pair)
        if path.row is not None and not path.row.query and path.row.name != "body":
            raise EwsError("ErrorUnsupportedPathForQuery", xml=[pair])
        return path

    def _exists(self, node: Any) -> Restriction:
        path = self._named(node)
        if path.name in _ALWAYS:
            raise EwsError("ErrorInvalidPropertyForExists", xml=[path.pair])
        return Exists(path.name)

    def _excludes(self, node: Any) -> Restriction:
        path = self._named(node)
        text = str(node.Bitmask.Value).strip().lower()
        try:
            mask = int(text, 16) if text.startswith("0x") else int(text)
        except ValueError as error:
            raise EwsError("ErrorInvalidExcludesRestriction") from error
        if path.extended is not None and path.extended.key == _MESSAGE_FLAGS:
            return _without_flags(mask)
        if path.row is not None and path.row.type is not Type.INTEGER:
            raise EwsError("ErrorInvalidExcludesRestriction")
        return Excludes(path.name, mask)

    def _contains(self, node: Any) -> Restriction:
        path = self._named(node)
        if not _is_text(path):
            raise EwsError("ErrorContainsFilterWrongType", xml=[path.pair])
        comparison = node.ContainmentComparison or "Exact"
        return Contains(
            path.name,
            node.Constant.Value,
            mode=_MODES[node.ContainmentMode or "FullString"],
            ignore_case="Case" in comparison,
            ignore_accents="NonSpac" in comparison,
        )

    def _compare(self, name: str, node: Any) -> Restriction:
        path = self._named(node)
        right = node.FieldURIOrConstant
        constant = right.Constant
        if constant is not None:
            value: Any = constant_value(self._ctx, path, constant.Value)
        else:
            other = right.first(*_PATHS)
            if other is None:
                raise EwsError("ErrorUnsupportedQueryFilter")
            value = PropertyName(self._path(other).name)
        if path.extended is not None and path.extended.key == _MESSAGE_FLAGS:
            raise EwsError("ErrorUnsupportedPathForQuery", xml=[path.pair])
        return Compare(path.name, _OPERATORS[name], value)


_MESSAGE_FLAGS = "0xe07:Integer"


def _without_flags(mask: int) -> Restriction:
    """Items whose message flags have none of the bits in ``mask`` (MS-OXCMSG 2.2.1.6)."""
    parts = [
        Compare(name, "ne", value) for bit, (name, value) in mapi.FLAG_BITS.items() if mask & bit
    ]
    # Bits that nobody sets are missing from every item.
    always = Or((Exists("is_read"), Not(Exists("is_read"))))
    return And(tuple(parts)) if parts else always


def _is_text(path: Path) -> bool:
    if path.name.startswith("header:") or path.key:
        return True
    if path.row is not None:
        return path.row.type in _TEXT or path.row.name in ("attachments", "body")
    return path.extended is not None and path.extended.type in ("String", "StringArray")


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def constant_value(ctx: Context, path: Path, text: str) -> Any:
    """A constant in the type of the property beside it.

    Raises EwsError ErrorInvalidValueForProperty, or for an extended property
    ErrorInvalidExtendedPropertyValue.
    """
    if path.extended is not None:
        return _extended_constant(path, text)
    row = path.row
    if row is None or path.key:
        return text
    try:
        if row.type is Type.BOOLEAN:
            return _BOOLEANS[text.strip().lower()]
        if row.type in (Type.INTEGER,):
            return int(text)
        if row.type is Type.DOUBLE:
            return float(text)
        if row.type is Type.INSTANT:
            return ctx.to_instant(read_date_time(text))
        if row.type is Type.ENUM:
            return plain_value(ctx, row, text)
    except (ValueError, KeyError) as error:
        raise EwsError("ErrorInvalidValueForProperty", xml=[path.pair]) from error
    if row.name in _IDS:
        return _ids(ctx, row, text)
    return text


_IDS = frozenset({"conversation_id"})


def _ids(ctx: Context, row: P, text: str) -> str:
    del row
    return ctx.ids.read_conversation(text)[1]


def _extended_constant(path: Path, text: str) -> Any:
    name = path.extended
    assert name is not None
    try:
        value = mapi.read_value(name.type, text)
        alias = mapi.alias_of(name)
        if alias is not None and alias.write is not None:
            return alias.write(value).get(alias.name, value)
        return value
    except mapi.MapiError as error:
        raise EwsError(error.code, xml=[path.pair]) from error


def read_order(ctx: Context, node: Any, path: PathReader = read_path) -> tuple[Order, ...]:
    """A SortOrder. Raises EwsError ErrorUnsupportedPathForSortGroup."""
    del ctx
    if node is None:
        return ()
    return tuple(
        Order(_sortable(field, path), field.Order == "Descending") for field in listed(node)
    )


def _sortable(node: Any, read: PathReader = read_path) -> str:
    pair = node.first(*_PATHS)
    if pair is None:
        raise EwsError("ErrorUnsupportedPathForSortGroup")
    path = read(pair)
    if path.row is not None and not path.row.query:
        raise EwsError("ErrorUnsupportedPathForSortGroup", xml=[pair])
    return path.name


def read_group(request: Any) -> Group | None:
    """A GroupBy or DistinguishedGroupBy. Raises EwsError."""
    node = request.GroupBy
    if node is not None:
        aggregate = node.AggregateOn
        return Group(
            _sortable(node),
            _sortable(aggregate),
            "minimum" if aggregate.Aggregate == "Minimum" else "maximum",
            descending=node.Order == "Descending",
        )
    node = request.DistinguishedGroupBy
    if node is None:
        return None
    return Group("conversation_topic", "received", "maximum", descending=node.Order == "Descending")
