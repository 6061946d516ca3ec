"""Item and folder classes, and the distinguished folders."""

from __future__ import annotations

import pytest

from schemas.classes import (
    default_class,
    element_of,
    folder_element,
    folder_takes,
    kind_of,
    may_carry,
)
from schemas.folders import ABSENT, DISTINGUISHED, MAIL_ROLES, distinguished
from schemas.property import Kind

from .conftest import Contract


@pytest.mark.parametrize(
    ("item_class", "kind", "element"),
    [
        ("IPM.Note", Kind.MESSAGE, "Message"),
        ("ipm.note.SMIME.MultipartSigned", Kind.MESSAGE, "Message"),
        ("IPM.Sharing", Kind.MESSAGE, "Message"),
        ("REPORT.IPM.Note.IPNRN", Kind.MESSAGE, "Message"),
        ("IPM.Notebook", Kind.MESSAGE, "Message"),
        ("", Kind.MESSAGE, "Message"),
        ("IPM.StickyNote", Kind.NOTE, "Message"),
        ("IPM.Post.Acme", Kind.POST, "PostItem"),
        ("IPM.Contact", Kind.CONTACT, "Contact"),
        ("IPM.Contacts", Kind.MESSAGE, "Message"),
        ("IPM.DistList", Kind.DIST_LIST, "DistributionList"),
        ("IPM.Appointment.Live", Kind.CALENDAR, "CalendarItem"),
        ("IPM.Schedule.Meeting.Request", Kind.MEETING_REQUEST, "MeetingRequest"),
        ("IPM.Schedule.Meeting.Resp.Pos", Kind.MEETING_RESPONSE, "MeetingResponse"),
        ("IPM.Schedule.Meeting.Canceled", Kind.MEETING_CANCELLATION, "MeetingCancellation"),
        ("IPM.Schedule.Meeting.Notification.Forward", Kind.MEETING_MESSAGE, "MeetingMessage"),
        ("IPM.Task", Kind.TASK, "Task"),
        ("IPM.TaskRequest", Kind.MESSAGE, "Message"),
    ],
)
def test_the_longest_known_prefix_decides(item_class: str, kind: Kind, element: str) -> None:
    assert kind_of(item_class) is kind
    assert element_of(kind) == element


OWN = {
    "Contact": "IPM.Contact",
    "DistributionList": "IPM.DistList",
    "CalendarItem": "IPM.Appointment",
    "PostItem": "IPM.Post",
    "Task": "IPM.Task",
}


@pytest.mark.parametrize("element", OWN)
def test_an_element_makes_only_its_own_classes(element: str) -> None:
    """MSOXWSCORE_S02_TC16 and its four siblings: ErrorObjectTypeChanged."""
    assert default_class(element) == OWN[element]
    assert may_carry(element, f"{OWN[element]}.Acme")
    for wrong in (*OWN.values(), "IPM.WrongMessage", "ItemClass_7"):
        assert may_carry(element, wrong) is (wrong == OWN[element])


def test_messages_take_other_classes_but_not_a_known_kinds() -> None:
    for element in ("Item", "Message"):
        assert may_carry(element, "IPM.Note.Acme")
        assert may_carry(element, "REPORT.IPM.Note.IPNRN")
        assert may_carry(element, "IPM.StickyNote")
        assert not may_carry(element, "IPM.Appointment")
        assert not may_carry(element, "letter")
    assert default_class("MeetingRequest") is None


def test_folders_and_what_they_take() -> None:
    assert folder_element("IPF.Appointment.Birthday") == "CalendarFolder"
    assert folder_element("IPF.Contact.RecipientCache") == "ContactsFolder"
    assert folder_element("IPF.Task") == "TasksFolder"
    assert folder_element("IPF.StickyNote") == folder_element("") == "Folder"
    assert folder_takes("IPF.Appointment", Kind.CALENDAR)
    assert not folder_takes("IPF.Note", Kind.CALENDAR)
    assert not folder_takes("IPF.Contact", Kind.POST)
    assert folder_takes("IPF.Contact", Kind.MESSAGE)
    assert folder_takes("IPF.Note", Kind.TASK, role="deleteditems")


def test_every_role_of_the_contract_is_there_or_absent_with_a_reason(contract: Contract) -> None:
    roles = contract.values("DistinguishedFolderIdNameType")
    assert sorted([*(folder.role for folder in DISTINGUISHED), *ABSENT]) == sorted(roles)
    assert all(ABSENT.values())
    assert all(distinguished(role) is None for role in ABSENT)


def test_parents_come_first_and_siblings_differ() -> None:
    seen = {""}
    siblings = set()
    for folder in DISTINGUISHED:
        assert folder.parent in seen
        seen.add(folder.role)
        siblings.add((folder.parent, folder.name.lower()))
    assert len(siblings) == len(DISTINGUISHED)


def test_folders_that_clients_cannot_do_without() -> None:
    """Survey of clients, 11: DavMail, Evolution, Outlook for Mac, Thunderbird."""
    needed = (
        "root msgfolderroot inbox calendar contacts sentitems drafts deleteditems junkemail outbox"
        " tasks notes journal searchfolders archive conversationhistory recipientcache"
    )
    for role in needed.split():
        folder = distinguished(role)
        assert folder is not None and folder.on_creation
    deleted = distinguished("deleteditems")
    assert deleted is not None and deleted.name == "Deleted Items"
    archive = distinguished("archive")
    assert archive is not None and archive.since == "Exchange2007"
    assert {"inbox", "drafts", "sentitems", "junkemail"} <= MAIL_ROLES
    assert {"calendar", "searchfolders", "recoverableitemsdeletions"}.isdisjoint(MAIL_ROLES)
