"""Meeting messages that delegates get beside the owner, or in the owner's stead (MS-OXODLGT).

What is private goes to nobody but the owner, and nobody is told of what they wrote themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import and_, bindparam, select

from schemas.classes import kind_of
from schemas.property import Kind
from store import tables
from store.calendar.scheduling.messages import address_of
from store.executor import Tx
from store.model import ItemDraft, Properties
from store.submission.recipients import Reader, reader_in

_delegate, _account, _mailbox = tables.delegate, tables.account, tables.mailbox
_KINDS = frozenset({Kind.MEETING_REQUEST, Kind.MEETING_CANCELLATION, Kind.MEETING_RESPONSE})
_COPIED = (
    select(
        _account,
        _delegate.c.mailbox_id.label("owners_mailbox"),
        _mailbox.c.meeting_delivery,
    )
    .join(_delegate, _delegate.c.account_id == _account.c.id)
    .join(_mailbox, _mailbox.c.id == _delegate.c.mailbox_id)
    .where(
        and_(
            _delegate.c.mailbox_id.in_(bindparam("mailboxes", expanding=True)),
            _delegate.c.receives_copies.is_(True),
            _mailbox.c.meeting_delivery != "no_forward",
            _account.c.is_disabled.is_(False),
        )
    )
    .order_by(_account.c.id)
)


class Copies(msgspec.Struct):
    """Who gets an owner's meeting messages; ``delivery``: one of ``store.commands.DELIVERIES``."""

    delivery: str
    delegates: list[Reader] = []

    @property
    def are_alone(self) -> bool:
        """Whether the owner gets none."""
        return self.delivery == "delegates_only"

    def owners(self, draft: ItemDraft) -> Properties:
        """What the owner's own copy says: a request is there for information."""
        informs = self.delivery == "delegates_and_send_information_to_me"
        if informs and kind_of(draft.item_class) == Kind.MEETING_REQUEST:
            return {"meeting_request_type": "principal_wants_copy"}
        return {}


def copies_of(tx: Tx, draft: ItemDraft | None, readers: Iterable[Reader]) -> dict[int, Copies]:
    """The delegates who get a message that is delivered to ``readers``, by owner's mailbox.

    ``draft`` None: it is no meeting message.
    """
    mailboxes = sorted({reader.mailbox_id for reader in readers if reader.mailbox_id})
    if draft is None or not mailboxes or kind_of(draft.item_class) not in _KINDS:
        return {}
    if draft.properties.get("sensitivity") == "private":
        return {}
    wrote = {address_of(draft.properties.get(name)) for name in ("from", "sender")}
    found: dict[int, Copies] = {}
    for row in tx.conn.execute(_COPIED, {"mailboxes": mailboxes}):
        if row.address not in wrote:
            copies = found.setdefault(row.owners_mailbox, Copies(row.meeting_delivery, []))
            copies.delegates.append(reader_in(row))
    return found
