"""Posts on devices: mail of the class IPM.Post (MS-ASEMAIL 2.2.2.49)."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib.items import PostItem

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice

_TEXT_BODY: Any = options(body_preference(1))


def _post(person: Person, **more: Any) -> Any:
    account = person.account()
    values: dict[str, Any] = {"subject": "Notice", "body": "All hands", "is_read": False} | more
    return PostItem(account=account, folder=account.inbox, **values).save()


def _again(person: Person) -> Any:
    """The post as the desktop has it now."""
    (found,) = person.account().inbox.all().only("subject")
    found.refresh()
    return found


def _held(device: Device, folder: str) -> dict[str, dict[str, Node]]:
    return device.sync_all(folder, options=_TEXT_BODY).items


@pytest.mark.parametrize("version", VERSIONS)
def test_a_post_is_mail_of_its_class(anna: Person, new_device: NewDevice, version: str) -> None:
    _post(anna)
    device = new_device(anna, version)
    (data,) = _held(device, device.folder_of_type(2)).values()
    told = {name: data[f"Email:{name}"].value for name in ("MessageClass", "Subject", "Read")}
    assert told == {"MessageClass": "IPM.Post", "Subject": "Notice", "Read": "0"}
    assert anna.address in str(data["Email:From"].value)
    assert data["Email:ThreadTopic"].value == "Notice"
    assert data["AirSyncBase:Body"].text("AirSyncBase:Data") == "All hands"
    assert "Email:To" not in data


@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_reads_flags_and_deletes_posts(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    _post(anna)
    device = new_device(anna, version)
    inbox = device.folder_of_type(2)
    (id,) = _held(device, inbox)
    device.change(inbox, documents.change(id, node("Email:Read", 1)))
    flagged = node("Email:Flag", node("Email:Status", 2), node("Email:FlagType", "Follow up"))
    device.change(inbox, documents.change(id, flagged))
    post = _again(anna)
    assert post.is_read and post.item_class == "IPM.Post"
    anna_inbox = post.account.inbox
    assert anna_inbox.filter("isflagged:true").count() == 1
    device.change(inbox, documents.delete(id))
    assert anna_inbox.all().count() == 0
    assert post.account.trash.get(subject="Notice").item_class == "IPM.Post"
    other = new_device(anna, version)
    assert _held(other, inbox) == {}
    (binned,) = _held(other, other.folder_of_type(4)).values()
    assert binned["Email:MessageClass"].value == "IPM.Post"


def test_what_happens_to_a_post_elsewhere_is_told(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    assert _held(device, inbox) == {}
    post = _post(anna)
    ((id, _),) = _held(device, inbox).items()
    post.is_read, post.subject = True, "Changed"
    post.save(update_fields=["is_read", "subject"])
    data = _held(device, inbox)[id]
    assert (data["Email:Read"].value, data["Email:Subject"].value) == ("1", "Changed")
    post.delete()
    assert _held(device, inbox) == {}


def test_a_device_answers_a_post(anna: Person, ben: Person, new_device: NewDevice) -> None:
    """A reply is a mail to whoever posted, with the words of the post."""
    _post(anna, author=ben.address)
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    (id,) = _held(device, inbox)
    mime = f"To: {ben.address}\r\nSubject: RE: Notice\r\n\r\nAye".encode()
    device.smart("SmartReply", mime, inbox, id)
    (letter,) = ben.account().inbox.all()
    assert (letter.subject, letter.item_class) == ("RE: Notice", "IPM.Note")
    assert "Aye" in letter.body and "All hands" in letter.body
    assert letter.conversation_topic == "Notice"
