"""Changes of UpdateItem in the store's words (MS-OXWSCORE 3.1.4.9)."""

from __future__ import annotations

from typing import Any

from ews.codec import Node, listed
from ews.context import Context
from ews.errors import EwsError
from ews.ids import read_change_key
from ews.paths import Path, read_path
from ews.reading.items import clocks_of, read_body, read_extended
from ews.reading.mime import read_mime
from ews.reading.values import FLAG_PROPERTIES, read_entry, read_value
from schemas import mapi
from schemas.property import Kind, P
from store.commands import ItemChange
from store.mime import parse
from store.model import Body, ItemDraft, ItemId, Properties

_PATHS = ("FieldURI", "IndexedFieldURI", "ExtendedFieldURI")
_ITEMS = (
    "Item",
    "Message",
    "SharingMessage",
    "CalendarItem",
    "Contact",
    "DistributionList",
    "MeetingMessage",
    "MeetingRequest",
    "MeetingResponse",
    "MeetingCancellation",
    "Task",
    "PostItem",
)
# Always there: they can be changed, never removed.
_KEPT = frozenset({"start", "end", "is_read", "item_class", "percent_complete", "status"})


# What goes with an element of several properties.
_TOGETHER = {"flag": FLAG_PROPERTIES, "enhanced_location": ("location", "places")}


class _Change:
    """Gathers the updates of one item, in order: what comes later wins."""

    def __init__(self, ctx: Context, clocks: dict[str, Context]) -> None:
        self._ctx = ctx
        self._clocks = clocks
        self.set: Properties = {}
        self.append: Properties = {}
        self.unset: dict[str, None] = {}
        self.body: Body | None = None
        self.draft: ItemDraft | None = None

    def apply(self, kind: str, update: Any) -> None:
        pair = update.first(*_PATHS)
        assert pair is not None
        path = read_path(pair)
        if kind == "DeleteItemField":
            self._delete(path)
            return
        value = self._held(update, path)
        if kind == "AppendToItemField":
            self._append(path, value)
        else:
            self._set(path, value)

    def _held(self, update: Any, path: Path) -> Any:
        """The value of the one property that the update holds: the path's (survey, 5.2)."""
        found = update.first(*_ITEMS)
        if found is None:
            raise EwsError("ErrorIncorrectUpdatePropertyCount")
        item = found[1]
        if len(item) != 1:
            raise EwsError("ErrorIncorrectUpdatePropertyCount")
        held, value = next(iter(item.items()))
        if path.is_extended:
            if held != "ExtendedProperty" or len(value) != 1:
                raise EwsError("ErrorUpdatePropertyMismatch", xml=[path.pair])
            inner = read_path(("ExtendedFieldURI", value[0].ExtendedFieldURI))
            assert path.extended is not None and inner.extended is not None
            if inner.extended.key != path.extended.key:
                raise EwsError("ErrorUpdatePropertyMismatch", xml=[path.pair])
            return value[0]
        row = path.row
        if row is None or row.ews is None or row.ews.element != held:
            raise EwsError("ErrorUpdatePropertyMismatch", xml=[path.pair])
        return value

    def _set(self, path: Path, value: Any) -> None:
        if path.is_extended:
            self._set_extended(value)
            return
        row = _writable(path, "u", "ErrorInvalidPropertySet")
        if row.name == "body":
            self.body = read_body(value)
        elif row.name == "mime_content":
            self._set_mime(value)
        elif path.key:
            self._put({path.name: self._entry(path, row, value)})
        else:
            self._put(read_value(self._clocks.get(row.name, self._ctx), row, value))

    def _set_mime(self, node: Any) -> None:
        mime = read_mime(node)
        if not mime.strip():
            raise EwsError("ErrorMimeContentInvalid")
        self.draft = parse(mime)

    def _put(self, values: Properties) -> None:
        for name, value in values.items():
            if value is None:
                self.unset[name] = None
                self.set.pop(name, None)
            else:
                self.set[name] = value
                self.unset.pop(name, None)

    def _entry(self, path: Path, row: P, value: Any) -> Any:
        """The value of one dictionary entry, or of one part of it."""
        key, _, part = path.key.partition(".")
        for node in listed(value):
            if node.Key == key:
                read = read_entry(row.name, node)
                return read.get(part, "") if part else read
        raise EwsError("ErrorUpdatePropertyMismatch", xml=[path.pair])

    def _set_extended(self, node: Any) -> None:
        name, value = read_extended(node)
        alias = mapi.alias_of(name)
        if alias is None:
            self._put({f"x:{name.key}": value})
            return
        if alias.write is None:
            raise EwsError("ErrorInvalidPropertySet")
        try:
            self._put(alias.write(value))
        except mapi.MapiError as error:
            raise EwsError(error.code) from error

    def _append(self, path: Path, value: Any) -> None:
        row = None if path.is_extended or path.key else path.row
        if row is None or "a" not in row.writable:
            raise EwsError("ErrorInvalidPropertyAppend", xml=[path.pair])
        if row.name == "body":
            body = read_body(value)
            name, text = ("body_html", body.html) if body.html is not None else (
                "body_text", body.text)  # fmt: skip
            self.append[name] = self.append.get(name, "") + (text or "")
            return
        for name, values in read_value(self._ctx, row, value).items():
            if isinstance(values, dict):
                self.append[name] = {**self.append.get(name, {}), **values}
            else:
                self.append[name] = [*self.append.get(name, []), *values]

    def _delete(self, path: Path) -> None:
        if path.is_extended:
            self._delete_extended(path)
            return
        row = path.row
        if row is not None and row.computed == "nothing":
            return  # never there: exchangelib removes all that it has no value for
        if row is None or "d" not in row.writable or row.name in _KEPT:
            raise EwsError("ErrorInvalidPropertyDelete", xml=[path.pair])
        for name in _TOGETHER.get(row.name, (path.name,)):
            self.unset[name] = None
            self.set.pop(name, None)
        if row.name == "body":
            self.body = None

    def _delete_extended(self, path: Path) -> None:
        assert path.extended is not None
        alias = mapi.alias_of(path.extended)
        if alias is None:
            self._put({f"x:{path.extended.key}": None})
        elif alias.write is None or alias.name in _KEPT:
            raise EwsError("ErrorInvalidPropertyDelete", xml=[path.pair])
        else:
            self._put({alias.name: None})


def _writable(path: Path, letter: str, code: str) -> P:
    row = path.row
    if row is None or letter not in row.writable:
        raise EwsError(code, xml=[path.pair])
    return row


def _clocks(ctx: Context, node: Any) -> dict[str, Context]:
    """The clocks that the zones among an item's updates make (survey, 6.6)."""
    said: dict[str, Any] = {}
    for _, update in node.Updates or ():
        found = update.first("CalendarItem", "MeetingRequest")
        if found is not None:
            said.update({k: v for k, v in found[1].items() if k.endswith("TimeZone")})
    return clocks_of(ctx, Kind.CALENDAR, Node(said)) if said else {}


def reference_in(node: Any) -> tuple[str, Any]:
    """Which item an ItemChange element is about: element and node of its id."""
    pair = node.first("ItemId", "OccurrenceItemId", "RecurringMasterItemId")
    assert pair is not None
    return pair


def read_change(ctx: Context, item: ItemId, node: Any) -> ItemChange:
    """The change of an item that an ItemChange element asks for. Raises EwsError."""
    _, reference = reference_in(node)
    change = _Change(ctx, _clocks(ctx, node))
    for kind, update in node.Updates or ():
        change.apply(kind, update)
    return ItemChange(
        item,
        set=change.set,
        append=change.append,
        unset=tuple(change.unset),
        body=change.body,
        draft=change.draft,
        change=read_change_key(reference.ChangeKey),
    )
