"""Telling a sender that a message did not arrive, or is late."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from store.errors import StoreError
from store.executor import WriteTx
from store.instant import Instant
from store.mime.build import new_identity
from store.mime.parse import parse
from store.model import ItemDraft
from store.submission.inbox import arriving, deliver
from store.submission.outgoing import enqueue
from store.submission.recipients import default_domain, resolve
from store.submission.reports import Envelope, Undelivered, delivery_report

NOT_DELIVERED = "REPORT.IPM.Note.NDR"
DELAYED = "REPORT.IPM.Note.Delayed"

_STATUS = {
    "NotFound": "5.1.1",
    "NoSuchMailbox": "5.1.1",
    "InvalidRecipient": "5.1.3",
    "AccessDenied": "5.2.1",
    "QuotaReached": "5.2.2",
    "TooLarge": "5.3.4",
    "TooMany": "5.5.3",
}


class Failure(msgspec.Struct, frozen=True):
    """Why one recipient does not get a message. ``reply``: what another server said."""

    address: str
    status: str
    reason: str
    reply: str = ""

    @classmethod
    def of(cls, address: str, error: StoreError) -> Failure:
        """A refusal by this server."""
        return cls(address, _STATUS.get(type(error).__name__, "5.0.0"), error.message)


def bounce(
    tx: WriteTx, original: bytes, sender: str, failures: Sequence[Failure], subject: str
) -> None:
    """Tell ``sender`` who does not get ``original``. Nobody is told of a lost report: the sender
    of one is empty (RFC 5321 6.1)."""
    if sender and failures:
        report = _report(tx, original, sender, failures, subject)
        send_report(tx, report, NOT_DELIVERED, sender)


def warn(
    tx: WriteTx,
    original: bytes,
    sender: str,
    failures: Sequence[Failure],
    subject: str,
    retry_until: Instant,
) -> None:
    """Tell ``sender`` who has not got ``original`` yet."""
    if sender and failures:
        report = _report(
            tx, original, sender, failures, subject, action="delayed", retry_until=retry_until
        )
        send_report(tx, report, DELAYED, sender)


def _report(
    tx: WriteTx,
    original: bytes,
    sender: str,
    failures: Sequence[Failure],
    subject: str,
    *,
    action: str = "failed",
    retry_until: Instant = "",
) -> bytes:
    domain = default_domain(tx)
    envelope = Envelope(
        host=domain,
        sender_name="Mail Delivery",
        sender_address=f"postmaster@{domain}",
        recipient=sender,
        message_id=new_identity(domain),
        now=tx.now,
    )
    listed = [Undelivered(f.address, f.status, f.reason, f.reply) for f in failures]
    return delivery_report(
        envelope, original, subject, listed, action=action, retry_until=retry_until
    )


def send_report(tx: WriteTx, mime: bytes, item_class: str, recipient: str) -> None:
    """Bring a report to whom it concerns, here or elsewhere. One that cannot be delivered is
    dropped, as the rules of mail ask."""
    reach = resolve(tx, [recipient])[0]
    if reach.readers:
        draft = report_draft(mime, item_class)
        deliver(tx, arriving(draft, tx.now, ""), reach.readers)
    enqueue(tx, mime, "", reach.remote)


def report_draft(mime: bytes, item_class: str) -> ItemDraft:
    """A report as an item of its own class."""
    return msgspec.structs.replace(parse(mime), item_class=item_class)
