"""What is private in somebody's calendar, as others see it: that there is something, and when.

Others are all who neither own the mailbox nor are delegates that may view what is private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from schemas.property import Kind
from store.executor import Tx
from store.model import Body, Item, Properties
from store.results import ROW_HEAD, Row
from store.search.fields import field_of
from store.search.project import Projection, projection

SUBJECT = "Private Appointment"
_PRIVATE = "private"
PRIVATE = field_of("sensitivity").ordinals[_PRIVATE]
"""What is private, in the column of its row."""
# What is told of it: times, and what these are reckoned by.
_SHOWN = frozenset({
    "start", "end", "is_all_day", "busy_status", "start_time_zone", "end_time_zone", "recurrence",
    "calendar_item_type", "is_recurring", "original_start", "recurrence_id", "occurrence",
    "sensitivity", "created", "modified", "received", "size",
})  # fmt: skip
# A series with a private exception says so somewhere in its record.
_MARK = re.compile(r'"sensitivity":\s*"private"')


def is_hidden(tx: Tx, row: Any) -> bool:
    """Whether the asker may do nothing with an item, because it, or a part of it, is private."""
    if row.kind != Kind.CALENDAR or tx.access.sees_private(row.mailbox_id):
        return False
    return row.sensitivity == PRIVATE or _MARK.search(str(row.record)) is not None


def is_private(kind: str, properties: Properties) -> bool:
    """Whether an item is private, and lies in a calendar."""
    return kind == Kind.CALENDAR and properties.get("sensitivity") == _PRIVATE


def concealed(properties: Properties) -> Properties:
    """What others see of a private item or occurrence."""
    shown = {name: value for name, value in properties.items() if name in _SHOWN}
    if properties.get("exceptions"):
        shown["exceptions"] = [_concealed_exception(each) for each in properties["exceptions"]]
    return {**shown, "subject": SUBJECT}


def _concealed_exception(record: dict[str, Any]) -> dict[str, Any]:
    if record.get("is_deleted"):
        return record
    own = {name: value for name, value in record["properties"].items() if name in _SHOWN}
    return {"original": record["original"], "properties": {**own, "subject": SUBJECT}}


def as_others_see(item: Item) -> Item:
    """An item of a calendar without what is private in it."""
    if is_private(item.kind, item.properties):
        return msgspec.structs.replace(
            item,
            properties=concealed(item.properties),
            extended={},
            body=None if item.body is None else Body(text=""),
            attachments=None if item.attachments is None else (),
            mime=None,
            headers=None if item.headers is None else "",
        )
    return _without_private_exceptions(item)


def _without_private_exceptions(item: Item) -> Item:
    exceptions: list[dict[str, Any]] = item.properties.get("exceptions") or []
    private = {
        each["original"]
        for each in exceptions
        if each.get("properties", {}).get("sensitivity") == _PRIVATE
    }
    if not private:
        return item
    kept = [_concealed_exception(e) if e["original"] in private else e for e in exceptions]
    files = item.attachments
    if files is not None:
        files = tuple(file for file in files if file.properties.get("original") not in private)
    properties = {**item.properties, "exceptions": kept}
    return msgspec.structs.replace(item, properties=properties, attachments=files)


@lru_cache(maxsize=64)
def concealing(names: tuple[str, ...]) -> Projection:
    """The projection of properties by name, where what is private is concealed."""
    whole = projection((*names, "sensitivity"))
    kind = ROW_HEAD.index("kind")
    shows = [name in _SHOWN for name in names]
    subjects = [SUBJECT if name == "subject" else None for name in names]

    def conceal(row: Row) -> Row:
        *told, sensitivity = row
        if row[kind] != Kind.CALENDAR or sensitivity != _PRIVATE:
            return tuple(told)
        values = told[len(ROW_HEAD) :]
        hidden = zip(values, shows, subjects, strict=True)
        return (
            *told[: len(ROW_HEAD)],
            *(value if is_shown else subject for value, is_shown, subject in hidden),
        )

    def make_rows(rows: Iterable[Sequence[Any]]) -> list[Row]:
        return [conceal(row) for row in whole.make_rows(rows)]

    return Projection(whole.columns, make_rows)
