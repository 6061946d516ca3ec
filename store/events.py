"""The change log for those who follow a mailbox: subscriptions read it from their watermark."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile

from sqlalchemy import and_, bindparam, delete, insert, or_, select

from store import tables
from store.commands import FetchEvents, OpenSubscription, PruneEvents
from store.directory.names import require_system
from store.errors import InvalidWatermark, NotSupported
from store.executor import Tx, WriteTx, reads, writes
from store.folders.read import below, tree
from store.instant import from_instant, to_instant
from store.model import Event
from store.record import mapping_of
from store.results import EventPage, SubscriptionStart
from store.rights import Right

_event = tables.event

_AFTER = (
    select(_event)
    .where(
        _event.c.mailbox_id == bindparam("mailbox_id"),
        or_(
            _event.c.seq > bindparam("seq"),
            and_(_event.c.seq == bindparam("seq"), _event.c.n > bindparam("n")),
        ),
    )
    .order_by(_event.c.seq, _event.c.n)
)
_floor = tables.event_floor
_FLOOR = select(_floor).where(_floor.c.mailbox_id == bindparam("mailbox_id"))
_OLDEST = (
    select(_event.c.seq, _event.c.n, _event.c.at)
    .where(_event.c.mailbox_id == bindparam("mailbox_id"))
    .order_by(_event.c.seq, _event.c.n)
    .limit(bindparam("rows"))
)
_EVENT_FIELDS = [column.name for column in _event.c]


@reads(OpenSubscription)
def open_subscription(tx: Tx, command: OpenSubscription) -> SubscriptionStart:
    """Check that the asker may watch, and where the log stands (MS-OXWNOTIF Subscribe).

    Raises NotFound, AccessDenied, NotSupported (role ``several_mailboxes``).
    """
    if command.all_folders:
        mailbox_id = tx.access.mailbox_id("")
        return SubscriptionStart(mailbox_id, (), _modseq(tx, mailbox_id))
    rows = [tx.access.folder(ref, Right.READ_ALL) for ref in command.folders]
    if len({row.mailbox_id for row in rows}) != 1:
        raise NotSupported("a subscription watches one mailbox", role="several_mailboxes")
    mailbox_id = rows[0].mailbox_id
    return SubscriptionStart(mailbox_id, tuple(row.id for row in rows), _modseq(tx, mailbox_id))


def _modseq(tx: Tx, mailbox_id: int) -> int:
    return tx.conn.execute(
        select(tables.mailbox.c.modseq).where(tables.mailbox.c.id == mailbox_id)
    ).scalar_one()


@reads(FetchEvents)
def fetch_events(tx: Tx, command: FetchEvents) -> EventPage:
    """Events after a position, filtered by folder and kind; the position after the last one read.

    Raises InvalidWatermark where the position lies in the future or before what is kept, NotFound
    for folders that the asker may no longer read.
    """
    modseq = _modseq(tx, command.mailbox_id)
    if command.seq > modseq:
        raise InvalidWatermark("that watermark was never given")
    floor = tx.conn.execute(_FLOOR, {"mailbox_id": command.mailbox_id}).one_or_none()
    if floor is not None and (command.seq, command.n) < (floor.seq, floor.n):
        raise InvalidWatermark("what happened since that watermark is no longer kept")
    if not command.folders and not tx.access.owns(command.mailbox_id):
        raise InvalidWatermark("that watermark is another mailbox's")
    for folder_id in command.folders:
        tx.access.require(command.mailbox_id, folder_id, Right.READ_ALL, "folder")
    hidden: frozenset[int] = frozenset()
    if not command.folders:
        hidden = _outside_message_tree(tx, command.mailbox_id)
    return _page(tx, command, frozenset(command.folders), hidden, modseq)


def _outside_message_tree(tx: Tx, mailbox_id: int) -> frozenset[int]:
    rows = tree(tx, mailbox_id)
    root = next((row for row in rows.values() if row.role == "msgfolderroot"), None)
    if root is None:
        return frozenset()
    inside = {row.id for row in below(rows, root.id)} | {root.id}
    return frozenset(rows) - inside


def _page(
    tx: Tx,
    command: FetchEvents,
    folders: frozenset[int],
    hidden: frozenset[int],
    modseq: int,
) -> EventPage:
    kinds = frozenset(command.kinds)
    keys = {"mailbox_id": command.mailbox_id, "seq": command.seq, "n": command.n}
    events: list[Event] = []
    for row in tx.conn.execution_options(yield_per=500).execute(_AFTER, keys):
        if len(events) >= command.limit:
            last = events[-1]
            return EventPage(events, last.seq, last.n, more=True)
        event = Event(**{name: mapping_of(row)[name] for name in _EVENT_FIELDS})
        if concerns(event, folders, hidden) and (not kinds or event.kind in kinds):
            events.append(event)
    last_n = events[-1].n if events and events[-1].seq == modseq else 0
    return EventPage(events, modseq, max(last_n, _END), more=False)


# Behind every event of one change.
_END = 1 << 30


def concerns(event: Event, folders: frozenset[int], hidden: frozenset[int]) -> bool:
    """Whether an event belongs to what is watched: these folders, or all but ``hidden`` ones."""
    if not folders:
        return event.folder_id not in hidden or bool(
            event.old_folder_id and event.old_folder_id not in hidden
        )
    if event.folder_id in folders or event.old_folder_id in folders:
        return True
    is_folder_event = event.item_id == 0
    return is_folder_event and (event.parent_id in folders or event.old_parent_id in folders)


@writes(PruneEvents)
def prune_events(tx: WriteTx, command: PruneEvents) -> int:
    """Drop old events from the front of each mailbox's log, and note how far."""
    require_system(tx)
    before = to_instant(from_instant(tx.now) - timedelta(days=tx.limits.event_days))
    pruned = 0
    for mailbox_id in tx.conn.execute(select(tables.mailbox.c.id)).scalars().all():
        keys = {"mailbox_id": mailbox_id, "rows": command.limit - pruned}
        old = list(takewhile(lambda row: row.at < before, tx.conn.execute(_OLDEST, keys).all()))
        if old:
            _drop(tx, mailbox_id, old[-1].seq, old[-1].n)
            pruned += len(old)
        if pruned >= command.limit:
            break
    return pruned


def _drop(tx: WriteTx, mailbox_id: int, seq: int, n: int) -> None:
    upto = or_(_event.c.seq < seq, and_(_event.c.seq == seq, _event.c.n <= n))
    tx.conn.execute(delete(_event).where(_event.c.mailbox_id == mailbox_id, upto))
    tx.conn.execute(delete(_floor).where(_floor.c.mailbox_id == mailbox_id))
    tx.conn.execute(insert(_floor).values(mailbox_id=mailbox_id, seq=seq, n=n))
