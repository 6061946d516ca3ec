"""Items: made, read and changed, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from store.commands import (
    AddAccount,
    CheckIntegrity,
    CreateItems,
    FetchItems,
    FolderRole,
    ItemChange,
    MarkAllRead,
    UpdateAccount,
    UpdateItems,
)
from store.errors import (
    ChangeRequired,
    Conflict,
    InvalidValue,
    NotFound,
    QuotaReached,
    TooLarge,
    WrongFolderClass,
)
from store.model import AttachmentDraft, Body, ItemDraft, ItemId
from store.results import SavedItem
from store.store import Session, Store
from tests.store.conftest import principal_of
from tests.store.helpers import INBOX, change, folder, get, kept, refusal, save, subjects

pytestmark = pytest.mark.anyio

CARLA = {"name": "Carla", "address": "carla@elsewhere.example"}
DORA = {"name": "Dora", "address": "dora@elsewhere.example"}


async def test_an_item_comes_back_with_all_its_parts(anna: Session) -> None:
    draft = ItemDraft(
        properties={"subject": "Plan", "to": [CARLA], "importance": "high", "categories": ["Red"]},
        extended={"0x10f3:String": "plan.eml"},
        body=Body(html="<p>Hello</p>"),
        attachments=(AttachmentDraft("file", "a.txt", "text/plain", content=b"one"),),
    )
    item = await get(anna, kept(await save(anna, draft)))
    assert (item.item_class, item.kind, item.is_associated) == ("IPM.Note", "message", False)
    assert item.properties["to"] == [CARLA]
    assert item.properties["importance"] == "high"
    assert item.properties["categories"] == ["Red"]
    assert item.properties["has_attachments"] is True
    assert item.extended == {"0x10f3:String": "plan.eml"}
    assert item.body == Body(html="<p>Hello</p>")
    assert [(a.name, a.size) for a in item.attachments or ()] == [("a.txt", 3)]
    assert item.properties["preview"] == "Hello"


async def test_a_draft_has_defaults_that_nobody_gave(anna: Session) -> None:
    item = await get(anna, kept(await save(anna, "Draft", None)))
    assert item.properties["is_draft"] and item.properties["is_read"]
    assert item.properties["importance"] == item.properties["sensitivity"] == "normal"
    assert item.properties["from"]["address"] == "anna@demo.example"
    assert item.properties["last_modified_name"] == "Anna Berg"
    assert item.folder == (await folder(anna, FolderRole("drafts"))).id


async def test_received_mail_is_no_draft_and_keeps_its_bytes(anna: Session) -> None:
    raw = b"From: carla@elsewhere.example\r\nSubject: Hi\r\n\r\nHello\r\n"
    draft = ItemDraft(properties={"subject": "Hi", "is_draft": False, "is_read": False}, mime=raw)
    item = await get(anna, kept(await save(anna, draft)))
    assert item.mime == raw
    assert not item.properties.get("is_draft") and not item.properties.get("is_read")
    assert (await folder(anna, INBOX)).unread_count == 1


async def test_each_kind_goes_to_its_own_folder(anna: Session) -> None:
    homes = {
        "IPM.Note": "drafts",
        "IPM.Contact": "contacts",
        "IPM.DistList": "contacts",
        "IPM.Task": "tasks",
        "IPM.Appointment": "calendar",
        "IPM.Post": "drafts",
    }
    for item_class, role in homes.items():
        item = await get(anna, kept(await save(anna, ItemDraft(item_class), None)))
        assert item.folder == (await folder(anna, FolderRole(role))).id, item_class
    wrong = (await anna.execute(CreateItems((ItemDraft("IPM.Contact"),), INBOX)))[0]
    assert refusal(wrong, WrongFolderClass).role == "contact"


async def test_setting_appending_and_removing(anna: Session) -> None:
    id = kept(await save(anna, ItemDraft(properties={"to": [CARLA], "categories": ["Red"]})))
    await change(
        anna, id, set={"subject": "New"}, append={"to": [DORA]}, unset=("categories", "nothing")
    )
    item = await get(anna, id)
    assert item.properties["subject"] == "New"
    assert item.properties["to"] == [CARLA, DORA]
    assert item.properties["display_to"] == "Carla; Dora"
    assert "categories" not in item.properties


async def test_entries_of_dictionaries_at_any_depth(anna: Session) -> None:
    contact = ItemDraft("IPM.Contact", {"phone_numbers": {"HomePhone": "1", "Pager": "2"}})
    id = kept(await save(anna, contact, None))
    await change(
        anna,
        id,
        set={"phone_numbers.HomePhone": "3", "physical_addresses.Home.city": "Ghent",
             "physical_addresses.Home.street": "Here 1"},
        unset=("phone_numbers.Pager",),
    )  # fmt: skip
    item = await get(anna, id)
    assert item.properties["phone_numbers"] == {"HomePhone": "3"}
    assert item.properties["physical_addresses"] == {"Home": {"city": "Ghent", "street": "Here 1"}}
    await change(anna, id, unset=("physical_addresses.Home.city", "phone_numbers.HomePhone"))
    item = await get(anna, id)
    assert item.properties["physical_addresses"] == {"Home": {"street": "Here 1"}}
    assert "phone_numbers" not in item.properties
    await change(anna, id, unset=("physical_addresses.Home.street",))
    assert "physical_addresses" not in (await get(anna, id)).properties


async def test_extended_properties_are_set_and_removed_by_key(anna: Session) -> None:
    id = kept(await save(anna, ItemDraft(extended={"0x8001:String": "old"})))
    before = (await get(anna, id)).body
    await change(anna, id, set={"x:0x8002:Integer": 7}, unset=("x:0x8001:String",))
    item = await get(anna, id)
    assert (item.extended, item.body) == ({"0x8002:Integer": 7}, before)


async def test_the_body_is_replaced_added_to_and_removed(anna: Session) -> None:
    id = kept(await save(anna, ItemDraft(body=Body(text="one"))))
    await change(anna, id, append={"body_text": " two"})
    assert (await get(anna, id)).body == Body(text="one two")
    other = await change(anna, id, append={"body_html": "<p>"})
    assert refusal(other, InvalidValue).where == "body"
    await change(anna, id, body=Body(html="<i>three</i>"))
    assert (await get(anna, id)).body == Body(html="<i>three</i>")
    await change(anna, id, unset=("body",))
    assert (await get(anna, id)).body in (Body(), Body(text=""))


async def test_a_subject_is_bounded_when_made_and_when_changed(anna: Session) -> None:
    long = "x" * 256
    made = await anna.execute(CreateItems((ItemDraft(properties={"subject": long}),), INBOX))
    assert refusal(made[0], InvalidValue).where == "subject"
    id = kept(await save(anna, "short"))
    changed = await change(anna, id, set={"subject": long})
    assert refusal(changed, InvalidValue).where == "subject"
    assert (await get(anna, id)).properties["subject"] == "short"


async def test_properties_are_bounded_and_the_item_stays_as_it_was(anna: Session) -> None:
    id = kept(await save(anna, "small"))
    result = await change(anna, id, set={"x:0x8001:String": "x" * (5 << 20), "subject": "big"})
    refusal(result, TooLarge)
    item = await get(anna, id)
    assert (item.properties["subject"], item.extended) == ("small", {})


async def test_a_full_mailbox_refuses_and_counts_again_after_room_is_made(store: Store) -> None:
    account = await store.system().execute(AddAccount("cy@demo.example", "Cy", quota=20_000))
    cy = store.session(principal_of(account))
    big = ItemDraft(attachments=(AttachmentDraft("file", "b", content=b"x" * 30_000),))
    refusal((await cy.execute(CreateItems((big,), INBOX)))[0], QuotaReached)
    assert await subjects(cy, INBOX) == []
    await store.system().execute(UpdateAccount("cy@demo.example", quota=100_000))
    await save(cy, big)
    assert await store.system().execute(CheckIntegrity()) == []


async def test_no_item_grows_beyond_the_quota(store: Store) -> None:
    account = await store.system().execute(AddAccount("cy@demo.example", "Cy", quota=20_000))
    cy = store.session(principal_of(account))
    id = kept(await save(cy, "small"))
    grown = await change(cy, id, body=Body(html="x" * 30_000))
    refusal(grown, QuotaReached)
    assert isinstance(await change(cy, id, set={"is_read": False}), SavedItem)
    assert (await get(cy, id)).body != Body(html="x" * 30_000)
    assert await store.system().execute(CheckIntegrity()) == []


# -- conflicts ---------------------------------------------------------------------------------


async def _resolve(session: Session, id: ItemId, number: int | None, how: Any, **what: Any) -> Any:
    command = UpdateItems((ItemChange(id, change=number, **what),), resolution=how)
    return (await session.execute(command))[0]


@pytest.mark.parametrize("how", ["never_overwrite", "auto_resolve", "always_overwrite"])
async def test_change_numbers_decide_who_wins(anna: Session, how: str) -> None:
    saved = await save(anna, "one")
    id = kept(saved)
    await change(anna, id, set={"subject": "two"})
    stale = await _resolve(anna, id, saved.change, how, set={"subject": "three"})
    missing = await _resolve(anna, id, None, how, set={"subject": "four"})
    if how == "always_overwrite":
        assert isinstance(stale, SavedItem) and isinstance(missing, SavedItem)
        assert (await get(anna, id)).properties["subject"] == "four"
    else:
        refusal(stale, Conflict)
        refusal(missing, ChangeRequired)
        assert (await get(anna, id)).properties["subject"] == "two"


async def test_marking_read_disturbs_nobody(anna: Session) -> None:
    saved = await save(anna, "one")
    id = kept(saved)
    await change(anna, id, set={"subject": "two"})
    result = await _resolve(anna, id, saved.change, "auto_resolve", set={"is_read": False})
    assert isinstance(result, SavedItem)
    never = await _resolve(anna, id, saved.change, "never_overwrite", set={"is_read": True})
    refusal(never, Conflict)


FLAG = {
    "flag_status": "flagged", "flag_type": "Call", "flag_due": "2026-05-08T16:00:00.000000Z",
    "flag_start": "2026-05-02T08:00:00.000000Z", "reminder_is_set": True,
    "reminder_due": "2026-05-02T07:00:00.000000Z",
}  # fmt: skip


@pytest.mark.parametrize(
    "how", [{"set": {"flag_status": "not_flagged"}}, {"unset": ("flag_status",)}]
)
async def test_a_flag_that_is_cleared_takes_all_along(anna: Session, how: dict[str, Any]) -> None:
    """Its dates, its type, and what reminds of it."""
    id = kept(await save(anna, "Plan"))
    kept(await change(anna, id, set=FLAG))
    assert (await get(anna, id)).properties.items() >= FLAG.items()
    kept(await change(anna, id, **how))
    left = {n for n in (await get(anna, id)).properties if n.startswith(("flag_", "reminder_"))}
    assert left <= {"flag_status"}


async def test_new_dates_of_a_flag_end_those_by_another_clock(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    local = {"flag_start_local": FLAG["flag_start"], "flag_due_local": FLAG["flag_due"]}
    kept(await change(anna, id, set=FLAG | local))
    assert (await get(anna, id)).properties.items() >= local.items()
    kept(await change(anna, id, set={"flag_due": "2026-06-01T16:00:00.000000Z"}))
    assert not local.keys() & (await get(anna, id)).properties.keys()


async def test_nothing_reminds_of_what_is_done_unless_it_is_said(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    done = {"flag_status": "complete", "flag_completed": "2026-05-08T16:00:00.000000Z"}
    kept(await change(anna, id, set=FLAG))
    kept(await change(anna, id, set=done))
    assert not (await get(anna, id)).properties.get("reminder_is_set")
    kept(await change(anna, id, set={**done, "reminder_is_set": True}))
    assert (await get(anna, id)).properties["reminder_is_set"]


async def test_every_change_gives_a_larger_number_that_the_item_shows(anna: Session) -> None:
    saved = await save(anna, "one")
    id, last = kept(saved), saved.change
    for what in ({"subject": "two"}, {"is_read": False}, {"categories": ["Blue"]}):
        result = await change(anna, id, number=last, set=what)
        assert isinstance(result, SavedItem) and result.change > last
        last = result.change
        assert (await get(anna, id)).change == last


async def test_the_second_change_in_one_batch_sees_the_first(anna: Session) -> None:
    saved = await save(anna, "one")
    changes = tuple(
        ItemChange(kept(saved), set={"subject": s}, change=saved.change) for s in ("two", "three")
    )
    first, second = await anna.execute(UpdateItems(changes, resolution="never_overwrite"))
    assert isinstance(first, SavedItem)
    refusal(second, Conflict)


async def test_one_bad_element_disturbs_no_other(anna: Session) -> None:
    id = kept(await save(anna, "one"))
    gone = ItemId(id.mailbox_id, 999_999)
    results = await anna.execute(FetchItems((gone, id)))
    refusal(results[0], NotFound)
    assert results[1].properties["subject"] == "one"


async def test_marking_a_folder_read_counts_down_to_nothing(anna: Session) -> None:
    for subject in "abc":
        await save(anna, ItemDraft(properties={"subject": subject, "is_read": False}))
    assert (await folder(anna, INBOX)).unread_count == 3
    assert await anna.execute(MarkAllRead((INBOX,))) == [None]
    assert (await folder(anna, INBOX)).unread_count == 0
    await anna.execute(MarkAllRead((INBOX,), read=False))
    assert (await folder(anna, INBOX)).unread_count == 3


async def test_an_own_edit_makes_received_mail_modified(anna: Session) -> None:
    draft = ItemDraft(properties={"subject": "Hi", "is_draft": False, "is_unmodified": True})
    id = kept(await save(anna, draft))
    await change(anna, id, set={"is_read": True})
    assert (await get(anna, id)).properties["is_unmodified"] is True
    await change(anna, id, set={"subject": "Ho"})
    assert not (await get(anna, id)).properties.get("is_unmodified")
