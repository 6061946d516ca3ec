"""An item that changes again while a client is in the middle of the log: nothing of it is lost."""

from __future__ import annotations

import pytest

from store.commands import SyncItems
from store.store import Session
from tests.store.helpers import INBOX, change, kept, save

pytestmark = pytest.mark.anyio


async def test_content_that_changed_first_is_told_with_the_read_state_that_changed_last(
    anna: Session,
) -> None:
    """The subject of one item changes, then another item, then the read state of the first: who
    takes that in two pages hears of the other item first, and then of all that changed."""
    first, second = kept(await save(anna, "first")), kept(await save(anna, "second"))
    state = (await anna.execute(SyncItems(INBOX))).state

    await change(anna, first, set={"subject": "first again"})
    await change(anna, second, set={"subject": "second again"})
    await change(anna, first, set={"is_read": False})
    page = await anna.execute(SyncItems(INBOX, state, limit=1))
    assert [(kind, row[0]) for kind, row in page.changes] == [("update", second.id)]
    rest = await anna.execute(SyncItems(INBOX, page.state))
    assert [(kind, row[0]) for kind, row in rest.changes] == [("update", first.id)]
    await change(anna, first, set={"is_read": True})
    last = await anna.execute(SyncItems(INBOX, rest.state))
    assert [(kind, row[0]) for kind, row in last.changes] == [("read", first.id)]
