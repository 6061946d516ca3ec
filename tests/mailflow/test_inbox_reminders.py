"""The worker that has reminders by mail sent: in time, after a fault, and after a stop."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import structlog.testing

from mailflow.inbox_reminders import InboxReminders
from store.commands import CreateItems, FolderRole, SendInboxReminders
from store.instant import to_instant
from store.model import ItemDraft
from store.store import Session, Store
from tests.mailflow.conftest import items_in
from tests.mailflow.test_outbound import advance, until

pytestmark = pytest.mark.anyio


async def _event(session: Session, store: Store, minutes: float) -> None:
    """An event of ten minutes that begins in so many minutes, and reminds a minute before."""
    start = store.clock.now() + timedelta(minutes=minutes)
    properties = {
        "subject": "Plan",
        "start": to_instant(start),
        "end": to_instant(start + timedelta(minutes=10)),
        "inbox_reminders": [{"minutes": 1}],
    }
    draft = ItemDraft("IPM.Appointment", properties)
    await session.execute(CreateItems((draft,), FolderRole("calendar")))


async def _has(session: Session, count: int) -> bool:
    return len(await items_in(session)) == count


async def test_it_sends_in_time_what_is_new_and_what_was_known(store: Store, anna: Session) -> None:
    worker = InboxReminders(store, store.clock)
    await worker.start()
    try:
        await _event(anna, store, 60)
        await _event(anna, store, 3)
        advance(store, 2.2 * 60)
        await until(lambda: _has(anna, 1))
        advance(store, 57 * 60)
        await until(lambda: _has(anna, 2))
    finally:
        await worker.stop()


async def test_it_goes_on_after_a_fault(
    store: Store, anna: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, asked = Session.execute, asyncio.Event()

    async def broken(session: Session, command: Any) -> Any:
        if isinstance(command, SendInboxReminders) and not asked.is_set():
            asked.set()
            raise OSError("the disk is full")
        return await execute(session, command)

    monkeypatch.setattr(Session, "execute", broken)
    await _event(anna, store, 3)
    advance(store, 2.2 * 60)
    worker = InboxReminders(store, store.clock)
    with structlog.testing.capture_logs() as told:
        await worker.start()
        try:
            await asked.wait()
            advance(store, 5)
            await until(lambda: _has(anna, 1))
        finally:
            await worker.stop()
    assert told[0]["event"] == "cannot send what is due"


async def test_it_stops_at_once_and_sends_nothing_more(store: Store, anna: Session) -> None:
    worker = InboxReminders(store, store.clock)
    await worker.start()
    await worker.stop()
    await _event(anna, store, 3)
    advance(store, 3 * 60)
    assert await _has(anna, 0)
    again = InboxReminders(store, store.clock)
    await again.start()
    await until(lambda: _has(anna, 1))
    await again.stop()
