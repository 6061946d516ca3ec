"""Rights on folders, as bits, and the levels that people choose by name (MS-OXWSFOLD 2.2.4)."""

from enum import IntFlag


class Right(IntFlag):
    """The rights of MAPI's PidTagMemberRights that the store enforces."""

    NONE = 0
    READ_ALL = 0x0001
    CREATE_ITEMS = 0x0002
    EDIT_OWNED = 0x0008
    DELETE_OWNED = 0x0010
    EDIT_ALL = 0x0020
    DELETE_ALL = 0x0040
    CREATE_SUBFOLDERS = 0x0080
    OWNER = 0x0100
    CONTACT = 0x0200
    VISIBLE = 0x0400
    FREE_BUSY_TIME = 0x0800
    FREE_BUSY_DETAILS = 0x1000


READ_OWNED = Right.EDIT_OWNED
"""What reading one's own items takes where all others are closed: a contributor puts things in, and
sees nothing of the folder, not even those (MS-OXWSMTGS 2.2.5.4)."""

_READ = Right.READ_ALL | Right.VISIBLE
_AUTHOR = _READ | Right.CREATE_ITEMS | Right.EDIT_OWNED | Right.DELETE_OWNED
_EDITOR = _AUTHOR | Right.EDIT_ALL | Right.DELETE_ALL

LEVELS: dict[str, Right] = {
    "None": Right.NONE,
    "Contributor": Right.CREATE_ITEMS | Right.VISIBLE,
    "Reviewer": _READ,
    "NoneditingAuthor": _READ | Right.CREATE_ITEMS | Right.DELETE_OWNED,
    "Author": _AUTHOR,
    "PublishingAuthor": _AUTHOR | Right.CREATE_SUBFOLDERS,
    "Editor": _EDITOR,
    "PublishingEditor": _EDITOR | Right.CREATE_SUBFOLDERS,
    "Owner": _EDITOR | Right.CREATE_SUBFOLDERS | Right.OWNER | Right.CONTACT,
    "FreeBusyTimeOnly": Right.FREE_BUSY_TIME,
    "FreeBusyTimeAndSubjectAndLocation": Right.FREE_BUSY_TIME | Right.FREE_BUSY_DETAILS,
}

ALL = LEVELS["Owner"] | Right.FREE_BUSY_TIME | Right.FREE_BUSY_DETAILS


def level_of(rights: int) -> str:
    """The name of the level that has exactly these rights, ``Custom`` where none has."""
    return _NAMES.get(int(rights), "Custom")


_NAMES = {int(rights): name for name, rights in LEVELS.items()}
_NAMES[int(ALL)] = "Owner"
