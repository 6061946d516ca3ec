"""Conversations that scenarios lead: a message, and answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import move
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.runner import needs
from conformance.eas.wbxml import Node, node

_I = "ItemOperations"
ID, INDEX = "Email2:ConversationId", "Email2:ConversationIndex"
INBOX, BIN, SENT = 2, 4, 5


@dataclass
class Conversation:
    """Messages that a device's user sent to himself: ``ids`` in the inbox, oldest first, and what
    the device was told of each."""

    device: Device
    subject: str
    inbox: str
    ids: list[str] = field(default_factory=list)
    told: list[Mapping[str, Node]] = field(default_factory=list)

    @property
    def name(self) -> bytes:
        """The ConversationId. Raises Failure where there are several."""
        names = {each[ID].data() for each in self.told if ID in each}
        check(len(names) == 1 and all(ID in each for each in self.told), f"it has {names}")
        return next(iter(names), b"")

    def answer(self, command: str = "SmartReply", words: str = "An answer") -> str:
        """Answer, or forward, the newest message; the subject under which that will come."""
        subject = unique(f"Re: {self.subject}")
        mime = message(self.device, self.device, subject, words)
        reply = self.device.smart(command, mime, self.inbox, self.ids[-1], saves=False)
        check(reply.status == 200 and reply.body == b"", f"{command}: {reply.body!r}")
        return subject

    def goes_on(self, command: str = "SmartReply", words: str = "An answer") -> Mapping[str, Node]:
        """An answer that comes to the inbox, too. Raises Failure where it does not."""
        _, id, data = arrived(self.device, self.answer(command, words))
        self.ids.append(id)
        self.told.append(data)
        return data

    def within(self, device: Device, folder: str) -> list[str]:
        """The ids of its messages in a folder, as a device is told them from empty."""
        device.begin(folder)
        held = device.sync_all(folder).items
        return [id for id, data in held.items() if ID in data and data[ID].data() == self.name]


def begun(device: Device, count: int = 2) -> Conversation:
    """A conversation of some messages in the inbox."""
    needs(device, "14.0", "conversations")
    inbox, id, data = received(device, "Conversation")
    made = Conversation(device, str(data["Email:Subject"].value), inbox, [id], [data])
    while len(made.ids) < count:
        made.goes_on()
    return made


def kept(conversation: bytes, folder: str, *always: Node) -> Node:
    """A Move of a conversation for good. ``always``: another MoveAlways than the empty one."""
    return node(
        f"{_I}:Move",
        node(f"{_I}:ConversationId", conversation),
        node(f"{_I}:DstFldId", folder),
        node(f"{_I}:Options", *(always or (node(f"{_I}:MoveAlways"),))),
    )


def keep_status(device: Device, asked: Node) -> str:
    """Its Status. Raises Failure where the answer does not name the conversation."""
    answer = device.ask(_I, node(f"{_I}:{_I}", asked))
    check(answer.text(f"{_I}:Status") == "1", f"it is answered by {answer}")
    told = answer.find(f"{_I}:Response", f"{_I}:Move")
    check(told is not None, "there is no Move")
    named, due = (
        each.find(f"{_I}:ConversationId") if each is not None else None for each in (told, asked)
    )
    same = named is not None and due is not None and named.data() == due.data()
    check(same, f"it names {named}")
    return told.text(f"{_I}:Status") if told is not None else ""


def moved(device: Device, source: str, target: str, *ids: str) -> None:
    """Messages of one folder are moved to another. Raises Failure."""
    answer = device.ask("MoveItems", move(*((id, source, target) for id in ids)))
    told = [each.text("Move:Status") for each in answer.all("Move:Response")]
    check(told == ["3"] * len(ids), f"the statuses are {told}")
