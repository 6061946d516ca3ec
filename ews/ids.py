"""Wire identifiers: opaque, signed, of fixed length, flat (MS-OXWSITEMID; attack A7).

An item id is 102 bytes, so 136 base64 characters, as real ones are and as clients expect: DavMail
takes nothing shorter for an item id. Each names what it identifies, the mailbox and the numbers,
and carries a keyed digest: nobody can make one up, and a damaged one is malformed, never another
object.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import UTC, datetime, timedelta

from ews.errors import EwsError
from store.instant import Instant, from_instant, to_instant
from store.model import AttachmentId, FolderId, ItemId
from store.sync import ItemState

_HEAD = struct.Struct(">BBQQ")
_POSITION = struct.Struct(">QQQQ?Q")
# As versions before 0.2 gave it: without the last field, which then is 0 and errs on telling more.
_OLD_POSITION = struct.Struct(">QQQQ?")
# Microseconds since 1970 of the original start of an occurrence.
_ORIGINAL = struct.Struct(">q")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_VERSION = 1
_DIGEST = 64
_FILL = b"\0" * (102 - _HEAD.size - _DIGEST)

(
    _FOLDER,
    _ITEM,
    _ATTACHMENT,
    _ITEM_STATE,
    _FOLDER_STATE,
    _WATERMARK,
    _SUBSCRIPTION,
    _CONVERSATION,
    _OCCURRENCE,
    _PERSON,
) = range(1, 11)
ID_CHARS_MAX = 4096


class Ids:
    """Makes and reads wire identifiers with the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._mac = hashlib.blake2b(key=secret, digest_size=_DIGEST)

    # -- making --------------------------------------------------------------------------------

    def _seal(self, data: bytes) -> str:
        mac = self._mac.copy()
        mac.update(data)
        return binascii.b2a_base64(data + mac.digest(), newline=False).decode("ascii")

    def item(self, mailbox_id: int, id: int, original: Instant = "") -> str:
        """The wire id of an item, or of the occurrence of a series with that original start."""
        if original:
            head = _HEAD.pack(_VERSION, _OCCURRENCE, mailbox_id, id)
            moment = int((from_instant(original) - _EPOCH) / _MICROSECOND)
            return self._seal(head + _ORIGINAL.pack(moment).ljust(len(_FILL), b"\0"))
        return self._seal(_HEAD.pack(_VERSION, _ITEM, mailbox_id, id) + _FILL)

    def person(self, address: str) -> str:
        """The wire id of somebody in the directory, by primary address."""
        return self._seal(_HEAD.pack(_VERSION, _PERSON, 0, 0) + _FILL + address.encode("utf-8"))

    def folder(self, mailbox_id: int, id: int) -> str:
        """The wire id of a folder."""
        return self._seal(_HEAD.pack(_VERSION, _FOLDER, mailbox_id, id) + _FILL)

    def attachment(self, id: AttachmentId) -> str:
        """The wire id of an attachment: its item and the path through item attachments."""
        head = _HEAD.pack(_VERSION, _ATTACHMENT, id.item.mailbox_id, id.item.id)
        path = struct.pack(f">{len(id.path)}H", *id.path)
        return self._seal(head + _FILL + path)

    def conversation(self, mailbox_id: int, conversation: str) -> str:
        """The wire id of a conversation."""
        head = _HEAD.pack(_VERSION, _CONVERSATION, mailbox_id, 0)
        return self._seal(head + conversation.encode("ascii"))

    def item_state(self, state: ItemState) -> str:
        """The SyncState of a position in a folder."""
        return self._seal(
            _HEAD.pack(_VERSION, _ITEM_STATE, state.mailbox_id, state.folder_id)
            + _POSITION.pack(
                state.seq, state.at, state.floor, state.top, state.associated, state.base
            )
        )

    def folder_state(self, mailbox_id: int, root: str, seq: int) -> str:
        """The SyncState of a tree: ``root`` says how the client named its root."""
        head = _HEAD.pack(_VERSION, _FOLDER_STATE, mailbox_id, seq)
        return self._seal(head + root.encode("utf-8")[:200])

    def watermark(self, mailbox_id: int, seq: int, n: int) -> str:
        """A position in a mailbox's change log."""
        return self._seal(_HEAD.pack(_VERSION, _WATERMARK, mailbox_id, seq) + struct.pack(">I", n))

    def subscription(self, mailbox_id: int, number: int, nonce: bytes) -> str:
        """The id of a subscription: its number in this process and a random part."""
        return self._seal(_HEAD.pack(_VERSION, _SUBSCRIPTION, mailbox_id, number) + nonce)

    # -- reading -------------------------------------------------------------------------------

    def _open(self, text: str) -> tuple[int, int, int, bytes]:
        """(kind, mailbox, number, rest). Raises EwsError ErrorInvalidIdMalformed."""
        if not text:
            raise EwsError("ErrorInvalidIdEmpty")
        if len(text) > ID_CHARS_MAX:
            raise EwsError("ErrorInvalidIdMonikerTooLong")
        try:
            raw = binascii.a2b_base64(text)
        except ValueError as error:
            raise EwsError("ErrorInvalidIdMalformed") from error
        if binascii.b2a_base64(raw, newline=False).decode("ascii") != text:
            raise EwsError("ErrorInvalidIdMalformed")  # else one id could be written in many ways
        data, digest = raw[:-_DIGEST], raw[-_DIGEST:]
        mac = self._mac.copy()
        mac.update(data)
        if len(data) < _HEAD.size or not hmac.compare_digest(mac.digest(), digest):
            raise EwsError("ErrorInvalidIdMalformed")
        _, kind, mailbox_id, number = _HEAD.unpack_from(data)
        return kind, mailbox_id, number, data[_HEAD.size :]

    def read_item(self, text: str) -> ItemId:
        """Raises EwsError: malformed, or the id of another kind of thing."""
        return self._item(*self._open(text))

    def read_person(self, text: str) -> ItemId | str:
        """A contact, or an address of the directory. Raises EwsError as ``read_item``."""
        kind, mailbox_id, number, rest = self._open(text)
        if kind == _PERSON:
            return rest[len(_FILL) :].decode("utf-8")
        return self._item(kind, mailbox_id, number, rest)

    @staticmethod
    def _item(kind: int, mailbox_id: int, number: int, rest: bytes) -> ItemId:
        if kind == _FOLDER:
            raise EwsError("ErrorCannotUseFolderIdForItemId")
        if kind == _OCCURRENCE:
            (moment,) = _ORIGINAL.unpack_from(rest)
            return ItemId(mailbox_id, number, to_instant(_EPOCH + moment * _MICROSECOND))
        if kind != _ITEM:
            raise EwsError("ErrorInvalidIdMalformed")
        return ItemId(mailbox_id, number)

    def read_folder(self, text: str) -> FolderId:
        """Raises EwsError: malformed, or the id of another kind of thing."""
        kind, mailbox_id, number, _ = self._open(text)
        if kind in (_ITEM, _OCCURRENCE):
            raise EwsError("ErrorCannotUseItemIdForFolderId")
        if kind != _FOLDER:
            raise EwsError("ErrorInvalidIdMalformed")
        return FolderId(mailbox_id, number)

    def read_item_or_attachment(self, text: str) -> ItemId | AttachmentId:
        """The parent of a new attachment may be either."""
        kind, mailbox_id, number, rest = self._open(text)
        if kind == _ATTACHMENT:
            return self._attachment(mailbox_id, number, rest)
        return self._item(kind, mailbox_id, number, rest)

    def read_attachment(self, text: str) -> AttachmentId:
        """Raises EwsError ErrorInvalidAttachmentId for the id of another kind of thing."""
        kind, mailbox_id, number, rest = self._open(text)
        if kind != _ATTACHMENT:
            raise EwsError("ErrorInvalidAttachmentId")
        return self._attachment(mailbox_id, number, rest)

    @staticmethod
    def _attachment(mailbox_id: int, number: int, rest: bytes) -> AttachmentId:
        path = rest[len(_FILL) :]
        return AttachmentId(ItemId(mailbox_id, number), struct.unpack(f">{len(path) // 2}H", path))

    def read_any(self, text: str) -> tuple[int, str]:
        """The mailbox that an id of any kind belongs to, and ``item``, ``folder`` or ``other``."""
        kind, mailbox_id, _, _ = self._open(text)
        return mailbox_id, {_ITEM: "item", _OCCURRENCE: "item", _FOLDER: "folder"}.get(
            kind, "other"
        )

    def read_conversation(self, text: str) -> tuple[int, str]:
        """(mailbox, conversation) of a conversation id."""
        kind, mailbox_id, _, rest = self._open(text)
        if kind != _CONVERSATION:
            raise EwsError("ErrorInvalidIdMalformed")
        return mailbox_id, rest.decode("ascii")

    def read_item_state(self, text: str) -> ItemState | None:
        """None for an empty state (a first sync). Raises EwsError ErrorInvalidSyncStateData."""
        if not text:
            return None
        try:
            kind, mailbox_id, folder_id, rest = self._open(text)
        except EwsError as error:
            raise EwsError("ErrorInvalidSyncStateData") from error
        if kind != _ITEM_STATE:
            raise EwsError("ErrorInvalidSyncStateData")
        form = _OLD_POSITION if len(rest) == _OLD_POSITION.size else _POSITION
        return ItemState(mailbox_id, folder_id, *form.unpack(rest))

    def read_folder_state(self, text: str, mailbox_id: int, root: str) -> int | None:
        """The number in a tree's state; None for an empty one.

        Raises EwsError ErrorInvalidSyncStateData where it is another root's or mailbox's.
        """
        if not text:
            return None
        try:
            kind, mailbox, seq, rest = self._open(text)
        except EwsError as error:
            raise EwsError("ErrorInvalidSyncStateData") from error
        same = mailbox == mailbox_id and rest == root.encode("utf-8")[:200]
        if kind != _FOLDER_STATE or not same:
            raise EwsError("ErrorInvalidSyncStateData")
        return seq

    def read_watermark(self, text: str) -> tuple[int, int, int]:
        """(mailbox, seq, n). Raises EwsError ErrorInvalidWatermark."""
        try:
            kind, mailbox_id, seq, rest = self._open(text)
        except EwsError as error:
            raise EwsError("ErrorInvalidWatermark") from error
        if kind != _WATERMARK:
            raise EwsError("ErrorInvalidWatermark")
        return mailbox_id, seq, struct.unpack(">I", rest)[0]

    def read_subscription(self, text: str) -> int:
        """The subscription's number. Raises EwsError ErrorInvalidSubscription."""
        try:
            kind, _, number, _ = self._open(text)
        except EwsError as error:
            raise EwsError("ErrorInvalidSubscription") from error
        if kind != _SUBSCRIPTION:
            raise EwsError("ErrorInvalidSubscription")
        return number


_CHANGE = struct.Struct(">4sQ")
_CHANGE_MARK = b"EQAA"


def change_key(change: int) -> str:
    """The ChangeKey of a change number."""
    return binascii.b2a_base64(_CHANGE.pack(_CHANGE_MARK, change), newline=False).decode("ascii")


def read_change_key(text: str | None) -> int | None:
    """The change number in a ChangeKey; None where there is none.

    Raises EwsError ErrorInvalidChangeKey for one that cannot be read (MS-OXWSCDATA 2.2.4.25).
    """
    if text is None:
        return None
    try:
        mark, change = _CHANGE.unpack(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, struct.error) as error:
        raise EwsError("ErrorInvalidChangeKey") from error
    if mark != _CHANGE_MARK:
        raise EwsError("ErrorInvalidChangeKey")
    return change
