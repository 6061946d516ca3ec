"""Reminders by mail: sent when they are due, once, to whom they are for, on both engines."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from store.commands import (
    CopyItems,
    DeleteItems,
    FolderChange,
    FolderRole,
    GrantMailbox,
    ItemChange,
    MoveItems,
    RespondToMeeting,
    SendInboxReminders,
    TakeOutbound,
    UpdateAccount,
    UpdateFolders,
    UpdateItems,
)
from store.errors import AccessDenied, InvalidValue
from store.instant import from_instant, to_instant
from store.mime import parse_all
from store.model import Item, ItemDraft, ItemId, Permission
from store.results import SavedItem
from store.rights import LEVELS
from store.store import Session, Store
from tests.store.helpers import change, get, kept, refusal, save
from tests.store.test_acting_for_others import (
    ANNA,
    BEN,
    CARLA,
    carla,
    deputy,
    invite,
    items_in,
    only,
)

__all__ = ["carla", "deputy"]
pytestmark = pytest.mark.anyio

CALENDAR = FolderRole("calendar")
FIFTEEN = {"minutes": 15, "message": "Bring <b>a pen</b>"}
EVERYBODY = {"minutes": 15, "is_organizer": True}


def _at(store: Store, hours: float) -> str:
    """The moment so many hours from now."""
    return to_instant(store.clock.now() + timedelta(hours=hours))


def _event(store: Store, *reminders: dict[str, Any], hours: float = 2, **more: Any) -> ItemDraft:
    """An hour's event that begins so many hours from now."""
    times = {"start": _at(store, hours), "end": _at(store, hours + 1)}
    properties = {"subject": "Plan", **times, "inbox_reminders": list(reminders), **more}
    return ItemDraft("IPM.Appointment", properties)


def _meeting(store: Store, *attendees: str, **more: Any) -> ItemDraft:
    people = [{"mailbox": {"name": "", "address": each}} for each in attendees]
    return _event(store, EVERYBODY, required_attendees=people, **more)


async def _keep(session: Session, draft: ItemDraft) -> ItemId:
    return kept(await save(session, draft, CALENDAR))


async def _pass(store: Store, hours: float) -> int:
    """Let time pass; how many mails that brought."""
    store.clock.advance(hours * 3600)  # type: ignore[attr-defined]
    sent = 0
    while True:
        done = await store.system().execute(SendInboxReminders())
        assert done.refused == ()
        sent += done.mails
        if not done.next or from_instant(done.next) > store.clock.now():
            return sent


async def _reminders(session: Session) -> list[Item]:
    found = await items_in(session, "inbox")
    return [each for each in found if each.properties["subject"].startswith("Reminder:")]


# -- the mail ----------------------------------------------------------------------------------


async def test_it_comes_from_the_owner_to_the_owner(store: Store, anna: Session) -> None:
    zone = {"id": "W. Europe Standard Time"}
    draft = _event(store, FIFTEEN, location="Room 7", start_time_zone=zone, sensitivity="private")
    await _keep(anna, draft)
    assert await _pass(store, 1.7) == 0
    assert await _pass(store, 0.1) == 1
    (mail,) = await _reminders(anna)
    whole = await get(anna, mail.id)
    assert whole.properties["subject"] == "Reminder: Plan"
    assert whole.properties["from"]["address"] == ANNA
    assert [to["address"] for to in whole.properties["to"]] == [ANNA]
    assert (whole.properties["is_read"], whole.properties["sensitivity"]) == (False, "private")
    assert whole.headers is not None and whole.body is not None and whole.body.text is not None
    assert "Auto-Submitted: auto-generated" in whole.headers
    assert "X-Auto-Response-Suppress: All" in whole.headers
    first, _, facts = whole.body.text.replace("\r\n", "\n").partition("\n\n")
    assert first == "Bring <b>a pen</b>"
    what, when, where = facts.strip().split("\n")
    assert (what, where) == ("What: Plan", "Where: Room 7")
    assert when.endswith(", (UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna")
    assert await _pass(store, 10) == 0


async def test_days_are_named_without_hours(store: Store, anna: Session) -> None:
    draft = ItemDraft(
        "IPM.Appointment",
        {
            "subject": "Fair",
            "start": "2030-05-01T00:00:00.000000Z",
            "end": "2030-05-03T00:00:00.000000Z",
            "is_all_day": True,
            "inbox_reminders": [{"minutes": 0}],
        },
    )
    await _keep(anna, draft)
    ahead = from_instant("2030-05-01T06:00:00.000000Z") - store.clock.now()
    assert await _pass(store, ahead.total_seconds() / 3600) == 1
    (mail,) = await _reminders(anna)
    body = (await get(anna, mail.id)).body
    assert body is not None and body.text is not None
    assert "When: Wednesday, 1 May 2030 to Thursday, 2 May 2030" in body.text


# -- when --------------------------------------------------------------------------------------


async def test_each_reminder_of_an_event_is_sent(store: Store, anna: Session) -> None:
    await _keep(anna, _event(store, {"minutes": 15}, {"minutes": 60}, {"minutes": 15}))
    assert [await _pass(store, 1.1), await _pass(store, 0.7), await _pass(store, 5)] == [1, 2, 0]


async def test_a_series_reminds_again_and_again(store: Store, anna: Session) -> None:
    days = {"type": "daily", "interval": 1, "start": _at(store, 2)[:10]}
    master = await _keep(anna, _event(store, {"minutes": 15}, recurrence=days))
    sent = await _pass(store, 1.9)
    for _ in range(3):
        sent += await _pass(store, 24)
    assert sent == len(await _reminders(anna)) == 4
    start = (await get(anna, master)).properties["start"]
    later = to_instant(from_instant(start) + timedelta(days=4))
    one = ItemId(master.mailbox_id, master.id, later)
    await change(anna, one, unset=("inbox_reminders",))
    assert await _pass(store, 24) == 0
    assert await _pass(store, 24) == 1


async def test_a_change_moves_the_reminder(store: Store, anna: Session) -> None:
    id = await _keep(anna, _event(store, {"minutes": 15}))
    await change(anna, id, set={"start": _at(store, 5), "end": _at(store, 6)})
    assert await _pass(store, 3) == 0
    assert await _pass(store, 1.8) == 1
    await change(anna, id, set={"start": _at(store, 5), "end": _at(store, 6)})
    await change(anna, id, unset=("inbox_reminders",))
    assert await _pass(store, 10) == 0
    await change(anna, id, set={"start": _at(store, 5), "end": _at(store, 6)})
    await change(anna, id, set={"inbox_reminders": [{"minutes": 5, "change": "deleted"}]})
    assert await _pass(store, 10) == 0


async def test_what_is_due_is_not_lost_by_a_change(store: Store, anna: Session) -> None:
    """The owner changes the event after the reminder was due, before the worker looked."""
    id = await _keep(anna, _event(store, {"minutes": 15}))
    store.clock.advance(1.8 * 3600)  # type: ignore[attr-defined]
    await change(anna, id, set={"subject": "Talk"})
    moved = (await anna.execute(MoveItems((id,), FolderRole("calendar"))))[0]
    assert await _pass(store, 0) == 1
    await change(anna, kept(moved), set={"subject": "Once more"})
    assert await _pass(store, 0.5) == 0


async def test_what_lies_in_the_past_is_not_sent(store: Store, anna: Session) -> None:
    await _keep(anna, _event(store, {"minutes": 15}, hours=0.1))
    await _keep(anna, _event(store, {"minutes": 15}, hours=-20))
    assert await _pass(store, 1) == 0


async def test_a_server_that_was_down_sends_what_is_not_over(store: Store, anna: Session) -> None:
    await _keep(anna, _event(store, {"minutes": 15}, subject="Over"))
    await _keep(anna, _event(store, {"minutes": 60}, hours=4, subject="Late"))
    assert await _pass(store, 4.5) == 1
    (mail,) = await _reminders(anna)
    assert mail.properties["subject"] == "Reminder: Late"


async def test_many_at_once_are_sent_in_portions(store: Store, anna: Session) -> None:
    for number in range(30):
        await _keep(anna, _event(store, *({"minutes": n} for n in range(4)), subject=f"{number}"))
    store.clock.advance(2 * 3600)  # type: ignore[attr-defined]
    done = await store.system().execute(SendInboxReminders())
    assert 0 < done.mails <= 60 and from_instant(done.next) <= store.clock.now()
    assert done.mails + await _pass(store, 0) == 120


async def test_two_servers_send_nothing_twice(store: Store, anna: Session) -> None:
    for _ in range(10):
        await _keep(anna, _event(store, {"minutes": 15}))
    store.clock.advance(1.8 * 3600)  # type: ignore[attr-defined]
    done = await asyncio.gather(*(store.system().execute(SendInboxReminders()) for _ in range(4)))
    assert sum(each.mails for each in done) == 10 == len(await _reminders(anna))


async def test_only_the_server_itself_may_ask(anna: Session) -> None:
    with pytest.raises(AccessDenied):
        await anna.execute(SendInboxReminders())


# -- where -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["to_deleted_items", "soft", "hard"])
async def test_what_is_deleted_does_not_remind(store: Store, anna: Session, how: str) -> None:
    id = await _keep(anna, _event(store, {"minutes": 15}))
    await anna.execute(DeleteItems((id,), how))  # type: ignore[arg-type]
    assert await _pass(store, 3) == 0


async def test_what_comes_back_reminds_again(store: Store, anna: Session) -> None:
    days = {"type": "daily", "interval": 1, "start": _at(store, 2)[:10]}
    id = await _keep(anna, _event(store, {"minutes": 15}, recurrence=days))
    (gone,) = await anna.execute(MoveItems((id,), FolderRole("deleteditems")))
    assert await _pass(store, 2) == 0
    await anna.execute(MoveItems((kept(gone),), CALENDAR))
    assert await _pass(store, 24) == 1


async def test_what_lies_in_no_calendar_does_not_remind(store: Store, anna: Session) -> None:
    id = await _keep(anna, _event(store, {"minutes": 15}))
    await anna.execute(MoveItems((id,), FolderRole("inbox")))
    assert await _pass(store, 3) == 0


async def test_who_may_not_sign_in_is_not_reminded(store: Store, anna: Session) -> None:
    await _keep(anna, _event(store, {"minutes": 15}))
    await store.system().execute(UpdateAccount(ANNA, is_disabled=True))
    assert await _pass(store, 3) == 0


# -- attendees ---------------------------------------------------------------------------------


async def test_the_organizers_goes_to_all_who_take_part(
    store: Store, anna: Session, ben: Session, carla: Session
) -> None:
    """Here and elsewhere; who declined is left in peace, and nobody has reminders of others."""
    await invite(anna, _meeting(store, BEN, CARLA, "dora@elsewhere.example"))
    request = await only(carla, "inbox")
    await carla.execute(RespondToMeeting(request.id, "decline", disposition="send_and_save"))
    assert "inbox_reminders" not in (await only(ben, "calendar")).properties
    assert await _pass(store, 1.8) == 1
    counts = [len(await _reminders(who)) for who in (anna, ben, carla)]
    assert counts == [1, 1, 0]
    queued = (await store.system().execute(TakeOutbound()))[-1]
    assert (queued.sender, [r[0] for r in queued.recipients]) == ("", ["dora@elsewhere.example"])
    assert parse_all(queued.mime).draft.properties["subject"] == "Reminder: Plan"
    (mail,) = await _reminders(ben)
    assert mail.properties["from"]["address"] == ANNA


async def test_an_attendees_own_stay_with_the_attendee(
    store: Store, anna: Session, ben: Session
) -> None:
    """They are not told to others, nor changed by news of the meeting."""
    id = await invite(anna, _meeting(store, BEN))
    own = await only(ben, "calendar")
    told = {**EVERYBODY, "send_option": "all_attendees", "minutes": 30}
    await change(ben, own.id, set={"inbox_reminders": [told]})
    update = UpdateItems(
        (ItemChange(id, set={"subject": "Talk"}),),
        resolution="always_overwrite",
        invitations="all",
    )
    await anna.execute(update)
    after = (await only(ben, "calendar")).properties
    assert (after["subject"], after["inbox_reminders"][0]["minutes"]) == ("Talk", 30)
    assert await _pass(store, 1.6) == 1
    assert [len(await _reminders(who)) for who in (anna, ben)] == [0, 1]


async def test_an_attendees_own_of_an_occurrence_stay(
    store: Store, anna: Session, ben: Session
) -> None:
    """Where news of the series restate its exceptions, and where they say nothing of them."""
    days = {"type": "daily", "interval": 1, "start": _at(store, 2)[:10], "count": 9}
    id = await invite(anna, _meeting(store, BEN, recurrence=days))
    meeting = await only(ben, "calendar")
    own, start = meeting.id, from_instant(meeting.properties["start"])
    first, second, third = (to_instant(start + timedelta(days=n)) for n in range(3))
    for original in (first, second):
        one = ItemId(own.mailbox_id, own.id, original)
        changed = await change(ben, one, set={"inbox_reminders": [{"minutes": 30}]})
        assert isinstance(changed, SavedItem)
    for set, original in (
        ({"location": "Room 7"}, second),
        ({"subject": "Other"}, third),
        ({"subject": "Talk"}, ""),
    ):
        news = ItemChange(ItemId(id.mailbox_id, id.id, original), set=set)
        await anna.execute(UpdateItems((news,), "always_overwrite", invitations="all"))
    after = (await only(ben, "calendar")).properties
    assert after["subject"] == "Talk"
    found = {each["original"]: each["properties"] for each in after["exceptions"]}
    told = {o: (p.get("location"), "inbox_reminders" in p) for o, p in found.items()}
    assert told == {first: (None, True), second: ("Room 7", True), third: (None, False)}
    assert await _pass(store, 1.6) == 1
    assert len(await _reminders(ben)) == 1


async def test_a_cancelled_meeting_does_not_remind(
    store: Store, anna: Session, ben: Session
) -> None:
    id = await invite(anna, _meeting(store, BEN))
    own = await only(ben, "calendar")
    await change(ben, own.id, set={"inbox_reminders": [{"minutes": 5}]})
    await anna.execute(DeleteItems((id,), "hard", cancellations="all"))
    assert await _pass(store, 3) == 0


async def test_of_two_copies_of_a_meeting_one_tells_the_others(
    store: Store, anna: Session, ben: Session
) -> None:
    id = await invite(anna, _meeting(store, BEN))
    await anna.execute(CopyItems((id,), CALENDAR))
    assert await _pass(store, 1.8) == 2
    assert [len(await _reminders(who)) for who in (anna, ben)] == [2, 1]


async def test_a_delegate_may_have_attendees_reminded(
    store: Store, anna: Session, deputy: Session, carla: Session
) -> None:
    await invite(deputy, _meeting(store, CARLA), FolderRole("calendar", ANNA))
    assert await _pass(store, 1.8) == 1
    assert [len(await _reminders(who)) for who in (anna, carla)] == [1, 1]


async def test_an_editor_has_nobody_written_to_in_the_owners_name(
    store: Store, anna: Session, ben: Session, carla: Session
) -> None:
    """Who may change a calendar, but not write on its owner's behalf, asks nobody along and says
    nothing to attendees; the owner is reminded, and what the owner said before still holds."""
    editor = Permission("account", int(LEVELS["Editor"]), BEN)
    await anna.execute(UpdateFolders((FolderChange(CALENDAR, permissions=(editor,)),)))
    own = await invite(anna, _meeting(store, CARLA, subject="Own"))
    said = await invite(anna, _meeting(store, CARLA, subject="Said"))
    more = await invite(anna, _meeting(store, CARLA, subject="More"))
    people = [
        {"mailbox": {"name": "", "address": each}} for each in (CARLA, "dora@elsewhere.example")
    ]
    await change(ben, own, set={"location": "Room 7"})
    await change(ben, said, set={"inbox_reminders": [{**EVERYBODY, "message": "Pay me"}]})
    await change(ben, more, set={"required_attendees": people})
    made = _meeting(store, CARLA, subject="Made")
    await save(ben, made, FolderRole("calendar", ANNA))
    assert await _pass(store, 1.8) == 4
    assert len(await _reminders(anna)) == 4
    told = [each.properties["subject"] for each in await _reminders(carla)]
    assert told == ["Reminder: Own"]


async def test_a_meeting_copied_into_ones_own_calendar_tells_nobody(
    store: Store, anna: Session, ben: Session, carla: Session
) -> None:
    await store.system().execute(GrantMailbox(ANNA, BEN, 1))
    id = await invite(anna, _meeting(store, CARLA))
    copied = (await ben.execute(CopyItems((id,), CALENDAR)))[0]
    assert not isinstance(copied, Exception), copied
    await _pass(store, 1.8)
    counts = [len(await _reminders(who)) for who in (anna, ben, carla)]
    assert counts == [1, 1, 1]


# -- one bad item ------------------------------------------------------------------------------


async def test_one_that_is_full_stops_nobody_else(
    store: Store, anna: Session, ben: Session
) -> None:
    await invite(anna, _meeting(store, BEN))
    await store.system().execute(UpdateAccount(BEN, quota=1))
    assert await _pass(store, 1.8) == 1
    assert [len(await _reminders(who)) for who in (anna, ben)] == [1, 0]


async def test_bad_input_changes_nothing(store: Store, anna: Session) -> None:
    id = await _keep(anna, _event(store, {"minutes": 15}))
    for wrong in ([{"minutes": -1}], [{"minutes": 1}] * 1000, [{}]):
        assert refusal(await change(anna, id, set={"inbox_reminders": wrong}), InvalidValue)
    (reminder,) = (await get(anna, id)).properties["inbox_reminders"]
    assert reminder["minutes"] == 15
    assert await _pass(store, 1.8) == 1
