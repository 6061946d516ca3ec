"""Mail that arrives: delivered to people here, passed on to members of lists elsewhere."""

from __future__ import annotations

from store.commands import CheckRecipients, DeliverMail
from store.delegates.copies import Copies
from store.directory.names import require_system
from store.errors import AccessDenied, QuotaReached, StoreError
from store.executor import Tx, WriteTx, reads, writes
from store.instant import Instant
from store.record import PackedItem
from store.results import SavedItem
from store.submission.bounces import Failure, bounce
from store.submission.inbox import Outcome, arriving, deliver, is_full
from store.submission.outgoing import enqueue
from store.submission.recipients import Reach, Reader, resolve

# Mailboxes that one command fills; the rest goes through the queue, so that a letter to the whole
# company never holds the writer for seconds (attack list, A23).
READERS_AT_ONCE = 100


@reads(CheckRecipients)
def check_recipients(tx: Tx, command: CheckRecipients) -> list[bool | StoreError]:
    """Whether each address is one of ours that takes mail now."""
    require_system(tx)
    return [_taken(tx, reach) for reach in resolve(tx, command.addresses)]


def _taken(tx: Tx, reach: Reach) -> bool | StoreError:
    if reach.error is not None:
        return reach.error
    if reach.is_elsewhere:
        return False
    if len(reach.readers) == 1 and not reach.remote and is_full(tx, reach.readers[0].mailbox_id):
        return QuotaReached("the mailbox is full", where=reach.readers[0].address)
    return True


def prepare_delivery(tx: Tx, command: DeliverMail) -> PackedItem:
    """Raises AccessDenied for anybody but the mail flow."""
    require_system(tx)
    return arriving(command.draft, tx.now, command.sender)


@writes(DeliverMail, prepare=prepare_delivery)
def deliver_mail(tx: WriteTx, command: DeliverMail, packed: PackedItem) -> list[Outcome]:
    """Deliver to local addresses and lists; one outcome for each address asked for.

    Where some get it and some do not, the sender is told of those by a bounce and the message
    counts as taken; where nobody gets it nothing is written, and whoever hands it in tells the
    sender. Members of lists who are elsewhere get it through the queue.
    """
    reaches = resolve(tx, command.recipients)
    for address, reach in zip(command.recipients, reaches, strict=True):
        if reach.is_elsewhere:
            reach.error = AccessDenied(f"{address} is not an address here", where=address)
            reach.remote = []
    mime = command.draft.mime or b""
    seen_before = command.seen_before
    return distribute(tx, packed, mime, command.sender, reaches, seen_before=seen_before)


def distribute(
    tx: WriteTx,
    packed: PackedItem,
    mime: bytes,
    sender: str,
    reaches: list[Reach],
    *,
    bounces_all: bool = False,
    seen_before: Instant = "",
    copies: dict[int, Copies] | None = None,
) -> list[Outcome]:
    """Deliver to all whom ``reaches`` lead to, here or through the queue; an outcome for each.

    The sender gets a bounce about the others once somebody gets the message; with ``bounces_all``
    (the message was taken already) also where nobody does. ``copies``: of
    whom ``readers_at_once`` gives, where somebody has looked already.
    """
    readers = {r.id: r for reach in reaches for r in reach.readers}
    at_once = readers_at_once(reaches)
    done = deliver(tx, packed, at_once.values(), seen_before=seen_before, copies=copies)
    queued = [r.address for id, r in readers.items() if id not in at_once]
    for reach in reaches:
        queued += reach.remote
    enqueue(tx, mime, sender, queued)
    outcomes = [_outcome(reach, done) for reach in reaches]
    if bounces_all or queued or any(isinstance(outcome, SavedItem) for outcome in outcomes):
        failures = _failures(reaches, done)
        if failures:
            bounce(tx, mime, sender, failures, str(packed.row["subject"] or ""))
    return outcomes


def readers_at_once(reaches: list[Reach]) -> dict[int, Reader]:
    """By account those who get a message with the command that hands it out."""
    readers = {r.id: r for reach in reaches for r in reach.readers}
    return dict(list(readers.items())[:READERS_AT_ONCE])


def _outcome(reach: Reach, done: dict[int, Outcome]) -> Outcome:
    if reach.error is not None:
        return reach.error
    if len(reach.readers) == 1 and not reach.remote:
        return done.get(reach.readers[0].id, SavedItem(None))
    return SavedItem(None)


def _failures(reaches: list[Reach], done: dict[int, Outcome]) -> list[Failure]:
    """Who does not get the message, each once."""
    failures: dict[str, StoreError] = {}
    for reach in reaches:
        if reach.error is not None:
            failures[reach.error.where] = reach.error
        failures.update(reach.failures)
        for reader in reach.readers:
            error = done.get(reader.id)
            if isinstance(error, StoreError):
                failures[reader.address] = error
    return [Failure.of(address, error) for address, error in failures.items()]
