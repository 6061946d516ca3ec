"""Kinds of folders as devices know them (MS-ASCMD 2.2.3.186.3)."""

from __future__ import annotations

from store.model import Folder

# Prefixes of the folder classes that devices are shown. Others have no Type of their own that a
# device could synchronise yet.
CLASSES = ("IPF.Note",)

# Type by role of a distinguished folder.
_ROLES = {
    "inbox": 2,
    "drafts": 3,
    "deleteditems": 4,
    "sentitems": 5,
    "outbox": 6,
}
_USER_MAIL = 12
# Types that a device may make, and the folder class of each.
CREATED = {1: "IPF.Note", 12: "IPF.Note"}


def folder_type(folder: Folder) -> int:
    """Type of a folder: that of its role, else that of somebody's own of its class."""
    return _ROLES.get(folder.role, _USER_MAIL)
