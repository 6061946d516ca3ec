"""How a command runs: the registry of executors and the transaction that they work in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from copy import copy
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from store import tables
from store.access import Access, FolderRow
from store.commands import Command, FolderRef
from store.errors import NotFound, StoreError
from store.instant import Instant
from store.limits import Limits
from store.model import Event, Principal
from store.rights import Right

T = TypeVar("T")

SYSTEM = Principal(account_id=0, address="", name="", mailbox_id=0, role="system")


class Tx:
    """One command's view of the database: connection, asker, time."""

    def __init__(
        self,
        conn: Connection,
        *,
        dialect: str,
        now: Instant,
        principal: Principal,
        limits: Limits,
        origin: str = "",
    ) -> None:
        self.conn = conn
        self.dialect = dialect
        self.now = now
        self.principal = principal
        self.limits = limits
        self.origin = origin
        self.access = Access(conn, principal)


class MailboxState:
    """A mailbox while a command writes to it: its counters before and after."""

    __slots__ = ("bumped", "modseq", "next_id", "quota", "size", "size_before")

    def __init__(self, modseq: int, next_id: int, size: int, quota: int) -> None:
        self.modseq = modseq
        self.next_id = next_id
        self.size = size
        self.size_before = size
        self.quota = quota
        self.bumped = False


class FolderDelta(msgspec.Struct):
    """What a command adds to a folder's counters."""

    total: int = 0
    unread: int = 0
    associated: int = 0
    size: int = 0


_mailbox = tables.mailbox
_folder = tables.folder
_LOCK = select(_mailbox.c.modseq, _mailbox.c.next_id, _mailbox.c.size, _mailbox.c.quota).where(
    _mailbox.c.id == bindparam("mailbox_id")
)
_LOCK_FOR_UPDATE = _LOCK.with_for_update()
_SAVE_MAILBOX = (
    update(_mailbox)
    .where(_mailbox.c.id == bindparam("b_id"))
    .values(
        modseq=bindparam("b_modseq"),
        next_id=bindparam("b_next"),
        size=bindparam("b_size"),
    )
)
_SAVE_FOLDER = (
    update(_folder)
    .where(
        _folder.c.mailbox_id == bindparam("b_mailbox"),
        _folder.c.id == bindparam("b_id"),
    )
    .values(
        total_count=_folder.c.total_count + bindparam("b_total"),
        unread_count=_folder.c.unread_count + bindparam("b_unread"),
        associated_count=_folder.c.associated_count + bindparam("b_associated"),
        size=_folder.c.size + bindparam("b_size"),
        content_seq=bindparam("b_seq"),
    )
)
_UNREAD = select(_folder.c.unread_count, _folder.c.parent_id).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"),
    _folder.c.id == bindparam("folder_id"),
)


class WriteTx(Tx):
    """A command that writes. Counters gather here and are written once, by ``finish``."""

    def __init__(self, conn: Connection, **context: Any) -> None:
        super().__init__(conn, **context)
        self._mailboxes: dict[int, MailboxState] = {}
        self._folders: dict[tuple[int, int], FolderDelta] = {}
        self.events: list[Event] = []
        self.wakes_outbound = False
        self.revoked: list[int] = []
        # Devices (mailbox, key) whose waits end now: blocked, to be wiped, or forgotten.
        self.hurried: list[tuple[int, str]] = []

    def lock(self, mailbox_id: int) -> MailboxState:
        """The mailbox, held by this command until its end: call before reading what you change.

        Raises NotFound where it is gone (an old id of an account that was removed).
        """
        state = self._mailboxes.get(mailbox_id)
        if state is None:
            statement = _LOCK if self.dialect == "sqlite" else _LOCK_FOR_UPDATE
            row = self.conn.execute(statement, {"mailbox_id": mailbox_id}).first()
            if row is None:
                raise NotFound("the mailbox is not there", role="item")
            state = self._mailboxes[mailbox_id] = MailboxState(*row)
        return state

    def hold(self, mailbox_ids: Iterable[int]) -> None:
        """Lock mailboxes in one order for all commands; those that are gone are passed over.

        Folders that were looked up before may have changed until the lock came: look again.
        """
        fresh = sorted(set(mailbox_ids) - self._mailboxes.keys())
        for mailbox_id in fresh:
            with suppress(NotFound):
                self.lock(mailbox_id)
        if fresh:
            self.access.forget()

    def holds(self, mailbox_id: int) -> bool:
        """Whether this command holds the mailbox."""
        return mailbox_id in self._mailboxes

    def held_folder(
        self,
        ref: FolderRef,
        need: Right,
        role: str = "folder",
        beside: Iterable[int] = (),
    ) -> FolderRow:
        """A folder as it is once its mailbox, and those ``beside``, are held. Raises as
        ``Access.folder``."""
        self.hold([self.access.folder(ref, need, role).mailbox_id, *beside])
        return self.access.folder(ref, need, role)

    def bump(self, mailbox_id: int) -> int:
        """The change number of this command in the mailbox: raised once."""
        state = self.lock(mailbox_id)
        if not state.bumped:
            state.modseq += 1
            state.bumped = True
        return state.modseq

    def allocate(self, mailbox_id: int, count: int = 1) -> int:
        """The first of ``count`` new ids."""
        state = self.lock(mailbox_id)
        first = state.next_id
        state.next_id += count
        return first

    def folder(self, mailbox_id: int, folder_id: int) -> FolderDelta:
        """The counters of a folder that this command changes."""
        return self._folders.setdefault((mailbox_id, folder_id), FolderDelta())

    def forget_folder(self, mailbox_id: int, folder_id: int) -> None:
        """The folder is gone: only what left the mailbox with it is still counted."""
        delta = self._folders.pop((mailbox_id, folder_id), None)
        if delta is not None:
            self.lock(mailbox_id).size += delta.size

    def emit(
        self, mailbox_id: int, kind: str, folder_id: int, item_id: int = 0, **more: Any
    ) -> None:
        """Add to the change log; told to listeners after the commit."""
        seq = self.bump(mailbox_id)
        self.events.append(
            Event(
                mailbox_id=mailbox_id,
                seq=seq,
                n=len(self.events) + 1,
                kind=kind,
                folder_id=folder_id,
                item_id=item_id,
                at=self.now,
                origin=self.origin,
                **more,
            )
        )

    def attempt(self, work: Callable[[], T]) -> T | StoreError:
        """Run one element of a batch in a savepoint: its StoreError undoes it and is returned."""
        before = (
            {key: copy(state) for key, state in self._mailboxes.items()},
            {key: copy(delta) for key, delta in self._folders.items()},
            len(self.events),
        )
        is_sqlite = self.dialect == "sqlite"
        savepoint = _SqliteSavepoint(self.conn) if is_sqlite else self.conn.begin_nested()
        try:
            result = work()
        except StoreError as error:
            savepoint.rollback()
            # A lock that was taken since the savepoint has gone with it.
            self._mailboxes, self._folders = before[0], before[1]
            self.access.forget()
            del self.events[before[2] :]
            return error
        savepoint.commit()
        return result

    def finish(self) -> None:
        """Write counters and the change log."""
        folders = list(self._folders.items())
        for (mailbox_id, folder_id), delta in folders:
            seq = self.bump(mailbox_id)
            self.lock(mailbox_id).size += delta.size
            self.conn.execute(
                _SAVE_FOLDER,
                {
                    "b_mailbox": mailbox_id,
                    "b_id": folder_id,
                    "b_total": delta.total,
                    "b_unread": delta.unread,
                    "b_associated": delta.associated,
                    "b_size": delta.size,
                    "b_seq": seq,
                },
            )
        for mailbox_id, folder_id in {key for key, _ in folders}:
            row = self.conn.execute(
                _UNREAD, {"mailbox_id": mailbox_id, "folder_id": folder_id}
            ).first()
            if row is not None:
                self.emit(
                    mailbox_id,
                    "modified",
                    folder_id,
                    parent_id=row.parent_id,
                    unread_count=row.unread_count,
                )
        for mailbox_id, state in self._mailboxes.items():
            self.conn.execute(
                _SAVE_MAILBOX,
                {
                    "b_id": mailbox_id,
                    "b_modseq": state.modseq,
                    "b_next": state.next_id,
                    "b_size": max(0, state.size),
                },
            )
        if self.events:
            self.conn.execute(insert(tables.event), [_event_row(event) for event in self.events])


class _SqliteSavepoint:
    """As ``begin_nested`` makes one, said to the driver itself: it is there for every element of
    a batch, and costs a tenth."""

    def __init__(self, conn: Connection) -> None:
        self._execute: Callable[[str], Any] = conn.connection.driver_connection.execute  # type: ignore[union-attr]
        self._execute("SAVEPOINT element")

    def rollback(self) -> None:
        self._execute("ROLLBACK TO element")
        self._execute("RELEASE element")

    def commit(self) -> None:
        self._execute("RELEASE element")


def _event_row(event: Event) -> dict[str, Any]:
    row = msgspec.structs.asdict(event)
    del row["origin"]
    return row


Run = Callable[..., Any]


class Executor(msgspec.Struct, frozen=True):
    """``prepare`` (tx, command) runs beforehand on a reader; its result is ``run``'s third
    argument. ``small`` says of a command whether it reads, or its preparation does, but a few
    rows, each by an index."""

    run: Run
    writes: bool
    prepare: Run | None = None
    small: Callable[[Any], bool] | None = None

    def is_small(self, command: Command) -> bool:
        """Whether a command is small, as far as anybody said so."""
        return self.small is not None and self.small(command)


_EXECUTORS: dict[type[Command], Executor] = {}


def reads(
    command: type[Command], small: Callable[[Any], bool] | None = None
) -> Callable[[Run], Run]:
    """Register the function that answers ``command`` from a snapshot."""

    def register(run: Run) -> Run:
        return _add(command, Executor(run, writes=False, small=small))

    return register


def writes(
    command: type[Command],
    prepare: Run | None = None,
    small: Callable[[Any], bool] | None = None,
) -> Callable[[Run], Run]:
    """Register the function that carries out ``command`` in a transaction."""

    def register(run: Run) -> Run:
        return _add(command, Executor(run, writes=True, prepare=prepare, small=small))

    return register


def _add(command: type[Command], executor: Executor) -> Run:
    if command in _EXECUTORS:
        raise RuntimeError(f"{command.__name__} has an executor already")
    _EXECUTORS[command] = executor
    return executor.run


def executor_of(command: Command) -> Executor:
    """The registered executor. Raises LookupError for a command that nobody carries out."""
    return _EXECUTORS[type(command)]
