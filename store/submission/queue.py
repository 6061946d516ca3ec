"""What the outbound worker asks: which mail is due, and what became of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from store import tables
from store.commands import SettleOutbound, TakeOutbound
from store.directory.names import require_system
from store.errors import InvalidValue, StoreError
from store.executor import Tx, WriteTx, writes
from store.instant import from_instant, to_instant
from store.mime.parse import parse
from store.results import OutboundMail
from store.submission.bounces import Failure, bounce, warn
from store.submission.inbox import arriving, deliver
from store.submission.outgoing import enqueue
from store.submission.recipients import resolve
from store.submission.reports import header_block

_message = tables.outbound_message
_recipient = tables.outbound_recipient

# How long a taken recipient is kept from other takers; after a crash it is due again then.
LEASE = timedelta(minutes=15)
RECIPIENTS_AT_ONCE = 100
OUTCOMES = ("sent", "failed", "deferred", "late", "released", "here")

_DUE = (
    select(_recipient)
    .where(_recipient.c.next_at <= bindparam("now"))
    .order_by(_recipient.c.next_at, _recipient.c.message_id, _recipient.c.address)
    .limit(bindparam("rows"))
)
_MESSAGES = select(_message).where(_message.c.id.in_(bindparam("ids", expanding=True)))
_ONE = (
    select(_recipient, _message.c.sender, _message.c.created, _message.c.data)
    .join(_message, _message.c.id == _recipient.c.message_id)
    .where(
        _recipient.c.message_id == bindparam("message_id"),
        _recipient.c.address == bindparam("address"),
    )
)
_LEFT = (
    select(func.count())
    .select_from(_recipient)
    .where(_recipient.c.message_id == bindparam("message_id"))
)


@writes(TakeOutbound)
def take_outbound(tx: WriteTx, command: TakeOutbound) -> list[OutboundMail]:
    """Messages that are due, at most ``limit``, each with at most 100 of its due recipients
    (address, attempts so far, instant of expiry). They are not given again before a lease of 15
    minutes ends, so that two takers never send the same, and a crash loses nothing."""
    require_system(tx)
    due = _DUE if tx.dialect == "sqlite" else _DUE.with_for_update(skip_locked=True)
    by_message: dict[int, list[Row[Any]]] = {}
    rows = {"now": tx.now, "rows": command.limit * RECIPIENTS_AT_ONCE}
    for row in tx.conn.execute(due, rows):
        group = by_message.setdefault(row.message_id, [])
        if len(group) < RECIPIENTS_AT_ONCE:
            group.append(row)
    taken = dict(list(by_message.items())[: command.limit])
    if not taken:
        return []
    _lease(tx, taken)
    return [
        OutboundMail(
            id=message.id,
            sender=message.sender,
            mime=bytes(message.data),
            created=message.created,
            recipients=tuple((r.address, r.attempts, r.expires) for r in taken[message.id]),
        )
        for message in tx.conn.execute(_MESSAGES, {"ids": list(taken)})
    ]


def _lease(tx: WriteTx, taken: dict[int, list[Row[Any]]]) -> None:
    until = to_instant(from_instant(tx.now) + LEASE)
    tx.conn.execute(
        update(_recipient)
        .where(
            _recipient.c.message_id == bindparam("b_message"),
            _recipient.c.address == bindparam("b_address"),
        )
        .values(next_at=until),
        [{"b_message": id, "b_address": row.address} for id, rows in taken.items() for row in rows],
    )


def prepare_settlement(tx: Tx, command: SettleOutbound) -> None:
    """Raises InvalidValue for an outcome that is none."""
    if command.outcome not in OUTCOMES:
        raise InvalidValue(f"{command.outcome!r} is none of {OUTCOMES}", where="outcome")


@writes(SettleOutbound, prepare=prepare_settlement)
def settle_outbound(tx: WriteTx, command: SettleOutbound, _prepared: None) -> None:
    """Note what became of one recipient; a second time does nothing.

    ``sent``: done. ``failed``: the sender gets a bounce. ``deferred``: tried again at
    ``retry_at``, or failed where that is past the expiry; ``late``: likewise, and the sender hears
    of the delay. ``released``: due again at once, not
    counted as an attempt. ``here``: the recipient turned out to be one of ours and gets it now.
    """
    require_system(tx)
    keys = {"message_id": command.message_id, "address": command.address}
    row = tx.conn.execute(_ONE, keys).first()
    if row is None:
        return
    match command.outcome:
        case "released":
            _postpone(tx, row, row.attempts, tx.now, row.last_reply)
        case "deferred" | "late" if command.retry_at < row.expires:
            _defer(tx, row, command)
        case "here":
            _deliver_here(tx, row)
            _remove(tx, row)
        case "sent":
            _remove(tx, row)
        case _:
            _fail(tx, row, command.reply)
            _remove(tx, row)


def _defer(tx: WriteTx, row: Row[Any], command: SettleOutbound) -> None:
    _postpone(tx, row, row.attempts + 1, command.retry_at, command.reply)
    if command.outcome == "late":
        failure = Failure(row.address, "4.0.0", "it is taking longer than usual", command.reply)
        warn(tx, bytes(row.data), row.sender, [failure], _subject(row), row.expires)


def _fail(tx: WriteTx, row: Row[Any], reply: str) -> None:
    """The sender's bounce, with the other server's own words where it said any."""
    status = _STATUS.search(reply)
    given = status[0] if status is not None else "5.0.0"
    if not given.startswith("5"):  # it said later, and later was too long
        given = "4.4.7" if given.startswith("4") else "5.0.0"
    failure = Failure(row.address, given, _WORDS.get(given, "it was refused"), reply)
    bounce(tx, bytes(row.data), row.sender, [failure], _subject(row))


_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_WORDS = {
    "4.4.7": "it could not be handed over in time",
    "5.1.1": "nobody there has this address",
    "5.2.2": "the mailbox there is full",
    "5.3.2": "this server sends no mail outside",
}


def _deliver_here(tx: WriteTx, row: Row[Any]) -> None:
    """A recipient of this installation: one of a long list, or a domain that became ours."""
    mime = bytes(row.data)
    reach = resolve(tx, [row.address])[0]
    refused = [reach.error] if reach.error is not None else []
    refused += [error for _, error in reach.failures]
    if reach.readers:
        done = deliver(tx, arriving(parse(mime), tx.now, row.sender), reach.readers)
        refused += [outcome for outcome in done.values() if isinstance(outcome, StoreError)]
    enqueue(tx, mime, row.sender, reach.remote)
    failures = [Failure.of(error.where or row.address, error) for error in refused]
    bounce(tx, mime, row.sender, failures, _subject(row))


def _subject(row: Row[Any]) -> str:
    return str(parse(header_block(bytes(row.data)) + b"\r\n").properties.get("subject", ""))


def _postpone(tx: WriteTx, row: Row[Any], attempts: int, at: str, reply: str) -> None:
    tx.conn.execute(
        update(_recipient)
        .where(_recipient.c.message_id == row.message_id, _recipient.c.address == row.address)
        .values(attempts=attempts, next_at=at, last_reply=reply[:2000])
    )
    tx.wakes_outbound = True


def _remove(tx: WriteTx, row: Row[Any]) -> None:
    tx.conn.execute(
        delete(_recipient).where(
            _recipient.c.message_id == row.message_id, _recipient.c.address == row.address
        )
    )
    if not tx.conn.execute(_LEFT, {"message_id": row.message_id}).scalar_one():
        tx.conn.execute(delete(_message).where(_message.c.id == row.message_id))
