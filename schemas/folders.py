"""Distinguished folders: roles, English names, classes, and where each lies.

Names are compared in English by Microsoft's suites. The table's order is that of creation, parents
first. ``on_creation``: the mailbox has it from the start; Outlook for Mac never synchronises
without archive, conversationhistory and recipientcache (survey of clients, trap 17). Roles that the
contract names and mailboxes here lack are ``ABSENT``: asked for, they are ErrorFolderNotFound
(trap 16).
"""

from __future__ import annotations

import msgspec

ROOT = "root"
MESSAGE_ROOT = "msgfolderroot"


class DistinguishedFolder(msgspec.Struct, frozen=True):
    """One of the folders that every mailbox has. ``since``: schema version of the role's name."""

    role: str
    name: str
    folder_class: str
    parent: str
    is_hidden: bool = False
    on_creation: bool = True
    since: str = "Exchange2007"


_D = DistinguishedFolder

DISTINGUISHED: tuple[DistinguishedFolder, ...] = (
    _D("root", "Root", "", ""),
    _D("msgfolderroot", "Top of Information Store", "IPF.Note", "root"),
    _D("inbox", "Inbox", "IPF.Note", MESSAGE_ROOT),
    _D("drafts", "Drafts", "IPF.Note", MESSAGE_ROOT),
    _D("sentitems", "Sent Items", "IPF.Note", MESSAGE_ROOT),
    _D("deleteditems", "Deleted Items", "IPF.Note", MESSAGE_ROOT),
    _D("outbox", "Outbox", "IPF.Note", MESSAGE_ROOT),
    _D("junkemail", "Junk Email", "IPF.Note", MESSAGE_ROOT),
    _D("archive", "Archive", "IPF.Note", MESSAGE_ROOT),
    _D("calendar", "Calendar", "IPF.Appointment", MESSAGE_ROOT),
    _D("contacts", "Contacts", "IPF.Contact", MESSAGE_ROOT),
    _D("tasks", "Tasks", "IPF.Task", MESSAGE_ROOT),
    _D("notes", "Notes", "IPF.StickyNote", MESSAGE_ROOT),
    _D("journal", "Journal", "IPF.Journal", MESSAGE_ROOT),
    _D(
        "conversationhistory",
        "Conversation History",
        "IPF.Note",
        MESSAGE_ROOT,
        since="Exchange2013",
    ),
    _D("syncissues", "Sync Issues", "IPF.Note", MESSAGE_ROOT, since="Exchange2013"),
    _D("conflicts", "Conflicts", "IPF.Note", "syncissues", since="Exchange2013"),
    _D("localfailures", "Local Failures", "IPF.Note", "syncissues", since="Exchange2013"),
    _D("serverfailures", "Server Failures", "IPF.Note", "syncissues", since="Exchange2013"),
    _D(
        "recipientcache",
        "Recipient Cache",
        "IPF.Contact.RecipientCache",
        "contacts",
        is_hidden=True,
        since="Exchange2013",
    ),
    _D(
        "quickcontacts",
        "Quick Contacts",
        "IPF.Contact.MOC.QuickContacts",
        "contacts",
        is_hidden=True,
        since="Exchange2013",
    ),
    _D(
        "imcontactlist",
        "ImContactList",
        "IPF.Contact.MOC.ImContactList",
        "contacts",
        is_hidden=True,
        since="Exchange2013",
    ),
    _D("searchfolders", "Finder", "IPF.Note", "root"),
    _D("voicemail", "Voice Mail", "IPF.Note", "searchfolders"),
    _D(
        "todosearch",
        "To-Do Search",
        "IPF.Task",
        "searchfolders",
        is_hidden=True,
        since="Exchange2013",
    ),
    _D("recoverableitemsroot", "Recoverable Items", "IPF.Note", "root", since="Exchange2010_SP1"),
    _D(
        "recoverableitemsdeletions",
        "Deletions",
        "IPF.Note",
        "recoverableitemsroot",
        since="Exchange2010_SP1",
    ),
    _D(
        "recoverableitemsversions",
        "Versions",
        "IPF.Note",
        "recoverableitemsroot",
        since="Exchange2010_SP1",
    ),
    _D(
        "recoverableitemspurges",
        "Purges",
        "IPF.Note",
        "recoverableitemsroot",
        since="Exchange2010_SP1",
    ),
)

# Roles of the contract that no mailbox here has, and why.
ABSENT: dict[str, str] = {
    **dict.fromkeys(
        (
            "archiveroot",
            "archivemsgfolderroot",
            "archivedeleteditems",
            "archiveinbox",
            "archiverecoverableitemsroot",
            "archiverecoverableitemsdeletions",
            "archiverecoverableitemsversions",
            "archiverecoverableitemspurges",
            "archiverecoverableitemsdiscoveryholds",
        ),
        "there are no archive mailboxes",
    ),
    "publicfoldersroot": "there are no public folders",
    "adminauditlogs": "changes by administrators are in the log",
    "recoverableitemsdiscoveryholds": "there is no legal hold",
    **dict.fromkeys(
        ("mycontacts", "directory", "peopleconnect", "favorites", "mecontact", "personmetadata"),
        "people are not linked over their sources",
    ),
    **dict.fromkeys(
        (
            "teamspaceactivity",
            "teamspacemessaging",
            "teamspaceworkitems",
            "scheduled",
            "orionnotes",
            "tagitems",
            "alltaggeditems",
            "externalcontacts",
            "teamchat",
            "teamchathistory",
            "yammerroot",
            "yammerinbound",
            "yammeroutbound",
            "yammerfeeds",
            "onedriveroot",
            "onedriverecylebin",
            "onedrivesystem",
            "onedrivevolume",
            "important",
            "starred",
        ),
        "Microsoft 365 alone has it",
    ),
}

_BY_ROLE = {folder.role: folder for folder in DISTINGUISHED}

# Distinguished folders that hold a person's mail: what mail clients list.
MAIL_ROLES: frozenset[str] = frozenset(
    folder.role
    for folder in DISTINGUISHED
    if folder.folder_class == "IPF.Note" and folder.parent == MESSAGE_ROOT
)


def distinguished(role: str) -> DistinguishedFolder | None:
    """The folder of a role; None for a role that mailboxes here do not have."""
    return _BY_ROLE.get(role)
