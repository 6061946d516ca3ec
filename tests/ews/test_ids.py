"""Wire identifiers: they come back as they were, and nobody can make one up."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.errors import EwsError
from ews.ids import Ids, change_key, read_change_key
from store.model import AttachmentId, FolderId, ItemId
from store.sync import ItemState

IDS = Ids(b"k" * 32)
NUMBER = st.integers(0, 2**63 - 1)
PATH = st.lists(st.integers(0, 65535), min_size=1, max_size=10).map(tuple)


def code(read: Any, *arguments: Any) -> str:
    with pytest.raises(EwsError) as caught:
        read(*arguments)
    return caught.value.code


@given(NUMBER, NUMBER)
def test_items_and_folders(mailbox: int, number: int) -> None:
    item, folder = IDS.item(mailbox, number), IDS.folder(mailbox, number)
    assert IDS.read_item(item) == ItemId(mailbox, number)
    assert IDS.read_folder(folder) == FolderId(mailbox, number)
    assert len(item) >= 136 and len(item) % 4 == 0 and len(item) <= 512  # DavMail, EWS
    assert code(IDS.read_item, folder) == "ErrorCannotUseFolderIdForItemId"
    assert code(IDS.read_folder, item) == "ErrorCannotUseItemIdForFolderId"


@given(NUMBER, NUMBER, PATH)
def test_attachments(mailbox: int, number: int, path: tuple[int, ...]) -> None:
    id = AttachmentId(ItemId(mailbox, number), path)
    text = IDS.attachment(id)
    assert IDS.read_attachment(text) == IDS.read_item_or_attachment(text) == id
    assert code(IDS.read_item, text) == "ErrorInvalidIdMalformed"
    assert code(IDS.read_attachment, IDS.item(mailbox, number)) == "ErrorInvalidAttachmentId"


@given(NUMBER, NUMBER, NUMBER, NUMBER, st.booleans())
def test_positions(mailbox: int, folder: int, seq: int, at: int, associated: bool) -> None:
    state = ItemState(mailbox, folder, seq, at, 0, at, associated)
    assert IDS.read_item_state(IDS.item_state(state)) == state
    assert IDS.read_folder_state(IDS.folder_state(mailbox, "root", seq), mailbox, "root") == seq
    wrong = IDS.folder_state(mailbox, "root", seq)
    for arguments in ((wrong, mailbox, "inbox"), (wrong, mailbox + 1, "root")):
        assert code(IDS.read_folder_state, *arguments) == "ErrorInvalidSyncStateData"
    assert code(IDS.read_item_state, wrong) == "ErrorInvalidSyncStateData"
    assert IDS.read_watermark(IDS.watermark(mailbox, seq, 7)) == (mailbox, seq, 7)


def test_an_empty_state_is_a_first_sync() -> None:
    assert IDS.read_item_state("") is None
    assert IDS.read_folder_state("", 1, "root") is None


@given(st.data())
def test_a_changed_id_is_malformed_never_another_object(data: Any) -> None:
    raw = bytearray(base64.b64decode(IDS.item(3, 4)))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert code(IDS.read_item, base64.b64encode(raw).decode()) == "ErrorInvalidIdMalformed"


@given(st.text(max_size=300))
def test_no_text_is_an_id(text: str) -> None:
    for read in (IDS.read_item, IDS.read_folder, IDS.read_attachment, IDS.read_watermark):
        with pytest.raises(EwsError):
            read(text)


def test_empty_long_and_foreign_ids() -> None:
    assert code(IDS.read_item, "") == "ErrorInvalidIdEmpty"
    assert code(IDS.read_item, "A" * 5000) == "ErrorInvalidIdMonikerTooLong"
    assert code(Ids(b"x" * 32).read_item, IDS.item(1, 1)) == "ErrorInvalidIdMalformed"


@given(NUMBER)
def test_change_keys(number: int) -> None:
    assert read_change_key(change_key(number)) == number


@pytest.mark.parametrize("text", ["", "x", "AAAA", "EQAA", base64.b64encode(b"x" * 12).decode()])
def test_a_change_key_must_be_one(text: str) -> None:
    assert code(read_change_key, text) == "ErrorInvalidChangeKey"
    assert read_change_key(None) is None
