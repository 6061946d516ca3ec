"""Permission sets: levels by name, single rights, and both in agreement (MS-OXWSFOLD 2.2.4.14)."""

from __future__ import annotations

from typing import Any

from ews.codec import listed
from ews.errors import EwsError
from store.model import Permission
from store.rights import LEVELS, Right, level_of

# Single right -> its values.
_OWNED = {"EditItems": (Right.EDIT_OWNED, Right.EDIT_ALL),
          "DeleteItems": (Right.DELETE_OWNED, Right.DELETE_ALL)}  # fmt: skip
_FLAGS = {
    "CanCreateItems": Right.CREATE_ITEMS,
    "CanCreateSubFolders": Right.CREATE_SUBFOLDERS,
    "IsFolderOwner": Right.OWNER,
    "IsFolderVisible": Right.VISIBLE,
    "IsFolderContact": Right.CONTACT,
}
_ACTIONS = ("None", "Owned", "All")


def read_permission_set(element: str, node: Any) -> tuple[Permission, ...]:
    """The entries of a PermissionSet or CalendarPermissionSet. Raises EwsError."""
    if node.UnknownEntries is not None:
        raise EwsError("ErrorCannotSetPermissionUnknownEntries")
    calendar = node.CalendarPermissions is not None
    if calendar and element != "CalendarFolder":
        raise EwsError("ErrorCannotSetCalendarPermissionOnNonCalendarFolder")
    if not calendar and element == "CalendarFolder" and node.Permissions is not None:
        raise EwsError("ErrorCannotSetNonCalendarPermissionOnCalendarFolder")
    entries = node.CalendarPermissions if calendar else node.Permissions
    return tuple(_entry(node) for node in listed(entries))


def _entry(node: Any) -> Permission:
    level = node.PermissionLevel or node.CalendarPermissionLevel
    rights = _custom(node) if level == "Custom" else LEVELS.get(level)
    if rights is None:
        raise EwsError("ErrorInvalidPermissionSettings")
    if level != "Custom" and not _agrees(node, rights):
        raise EwsError("ErrorInvalidPermissionSettings")
    user = node.UserId
    distinguished = user.DistinguishedUser if user is not None else None
    if distinguished:
        if user is not None and (user.SID or user.PrimarySmtpAddress):
            raise EwsError("ErrorInvalidUserInfo")
        return Permission(distinguished.lower(), int(rights))
    address = user.PrimarySmtpAddress if user is not None else None
    if not address:
        raise EwsError("ErrorMissingUserIdInformation")
    return Permission("account", int(rights), address=address)


def _custom(node: Any) -> Right:
    rights = Right.NONE
    for name, flag in _FLAGS.items():
        if node.get(name):
            rights |= flag
    for name, (owned, everything) in _OWNED.items():
        action = node.get(name) or "None"
        if action == "Owned":
            rights |= owned
        elif action == "All":
            rights |= owned | everything
    reads = node.ReadItems
    if reads in ("FullDetails",):
        rights |= Right.READ_ALL
    elif reads == "TimeOnly":
        rights |= Right.FREE_BUSY_TIME
    elif reads == "TimeAndSubjectAndLocation":
        rights |= Right.FREE_BUSY_TIME | Right.FREE_BUSY_DETAILS
    return rights


def _agrees(node: Any, rights: Right) -> bool:
    """Whether single rights given beside a level say the same as the level."""
    for name, flag in _FLAGS.items():
        if node.get(name) is not None and bool(node[name]) != bool(rights & flag):
            return False
    for name in _OWNED:
        if node.get(name) is not None and node[name] != _action(rights, name):
            return False
    return node.ReadItems is None or node.ReadItems == _reads(rights)


def _action(rights: Right, name: str) -> str:
    owned, everything = _OWNED[name]
    if rights & everything:
        return "All"
    return "Owned" if rights & owned else "None"


def _reads(rights: Right) -> str:
    if rights & Right.READ_ALL:
        return "FullDetails"
    if rights & Right.FREE_BUSY_DETAILS:
        return "TimeAndSubjectAndLocation"
    return "TimeOnly" if rights & Right.FREE_BUSY_TIME else "None"


def write_permission_set(entries: tuple[Permission, ...], *, calendar: bool) -> dict[str, Any]:
    """A PermissionSet (or CalendarPermissionSet) as the codec writes it."""
    name = "CalendarPermission" if calendar else "Permission"
    return {f"{name}s": [(name, _written(entry, calendar=calendar)) for entry in entries]}


def _written(entry: Permission, *, calendar: bool) -> dict[str, Any]:
    rights = Right(entry.rights)
    if entry.subject == "account":
        user: dict[str, Any] = {"PrimarySmtpAddress": entry.address, "DisplayName": entry.name}
    else:
        user = {"DistinguishedUser": entry.subject.capitalize()}
    written: dict[str, Any] = {"UserId": user}
    written.update({name: bool(rights & flag) for name, flag in _FLAGS.items()})
    written.update({name: _action(rights, name) for name in _OWNED})
    reads = _reads(rights)
    if not calendar and reads not in ("None", "FullDetails"):
        reads = "None"
    written["ReadItems"] = reads
    level = level_of(rights)
    if not calendar and level.startswith("FreeBusy"):
        level = "Custom"
    written["CalendarPermissionLevel" if calendar else "PermissionLevel"] = level
    return written
