"""Flags of messages: what goes with which change of them (MS-ASEMAIL 2.2.2.34, 3.2.5.4.2)."""

from __future__ import annotations

from schemas.mapi import remove
from schemas.properties import FLAG_PARTS, REMINDER_OF_FLAG
from store.commands import ItemChange
from store.model import Properties

_DATES = frozenset({"flag_start", "flag_due"})
_LOCAL = frozenset({"flag_start_local", "flag_due_local"})
_ALL = frozenset({*FLAG_PARTS, *REMINDER_OF_FLAG}) - {"flag_status"}


def settled_flag(properties: Properties, change: ItemChange) -> Properties:
    """A message's properties after a change: new dates are by no other clock than they say; a flag
    that is cleared leaves nothing; of what is done nothing reminds, unless the change says so."""
    said, status = change.set.keys(), change.set.get("flag_status")
    gone: frozenset[str] = frozenset()
    if status == "not_flagged" or "flag_status" in change.unset:
        gone = _ALL
    elif status == "complete":
        gone = frozenset({"reminder_is_set"})
    if said & _DATES:
        gone |= _LOCAL
    settled = dict(properties)
    for name in (gone - said) & settled.keys():
        remove(settled, name)
    return settled
