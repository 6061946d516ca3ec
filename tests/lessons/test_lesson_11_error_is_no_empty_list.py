"""Lesson 11 (mailinabox PR2236): what cannot be read is an error, never a folder without items."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.bad_requests.operations import GOOD, filled
from tests.lessons.conftest import INBOX, Follower, new
from tests.security.house import House

pytestmark = pytest.mark.anyio
LISTING = ("FindItem", "FindFolder", "SyncFolderItems", "SyncFolderHierarchy", "GetFolder")


@pytest.mark.parametrize("operation", LISTING)
async def test_lesson_11_a_folder_that_is_gone_is_an_error(house: House, operation: str) -> None:
    ids = await house.furnish("anna")
    body = filled(GOOD[operation], ids)
    assert "NoError" in await house.ask(body)
    gone = GOOD["DeleteFolder"].replace("{spare_folder}", "{folder}")
    assert "NoError" in await house.ask(filled(gone, ids))
    answer = await house.ask(body)
    assert 'ResponseClass="Error"' in answer
    assert "NoError" not in answer


@pytest.mark.parametrize("traversal", ["Shallow", "Associated", "SoftDeleted"])
async def test_lesson_11_in_every_traversal(house: House, traversal: str) -> None:
    ids = await house.furnish("anna")
    gone = GOOD["DeleteFolder"].replace("{spare_folder}", "{folder}")
    await house.ask(filled(gone, ids))
    body = filled(GOOD["FindItem"], ids).replace("Shallow", traversal)
    assert "ErrorFolderNotFound" in await house.ask(body)


async def test_lesson_11_a_database_that_fails_makes_no_empty_answer(
    house: House, tmp_path: Path
) -> None:
    """A failure inside leaves the dispatcher as a failure: HTTP says 500, and no list is made."""
    await new(house)
    follower = Follower(house)
    await follower.sync()
    with sqlite3.connect(tmp_path / "store.db") as db:
        db.execute("ALTER TABLE item RENAME TO item_elsewhere")
    db.close()
    for body in (filled(GOOD["FindItem"].replace('<t:FolderId Id="{folder}"/>', INBOX), {}),):
        with pytest.raises(Exception, match="no such table"):
            await house.ask(body)
    with pytest.raises(Exception, match="no such table"):
        await Follower(house).page()
    assert len(follower.held) == 1
