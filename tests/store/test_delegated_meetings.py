"""Meeting messages reach delegates as owners say; answers of delegates count as the owner's."""

import pytest

from store.commands import (
    AddDelegates,
    CancelMeeting,
    DelegateDraft,
    FindMeeting,
    ItemChange,
    RemoveDelegates,
    RemoveMeeting,
    RespondToMeeting,
    UpdateAccount,
    UpdateItems,
)
from store.delegates.copies import copies_of
from store.errors import NotSupported
from store.rights import LEVELS
from store.submission import inbox, sending
from tests.store.helpers import kept, save
from tests.store.test_acting_for_others import (
    ANNA,
    BEN,
    CARLA,
    authors,
    carla,
    invite,
    items_in,
    meeting,
    only,
)

__all__ = ["carla"]
pytestmark = pytest.mark.anyio


async def test_a_message_looks_up_once_who_gets_copies(anna, ben, carla, monkeypatch):
    await deputise(anna, "delegates_and_me")
    asked = []

    def counted(tx, draft, readers):
        asked.append(draft)
        return copies_of(tx, draft, readers)

    for module in (inbox, sending):
        monkeypatch.setattr(module, "copies_of", counted)
    await invite(carla, meeting(ANNA))
    assert len(asked) == 1
    assert [len(await items_in(who, "inbox")) for who in (anna, ben)] == [1, 1]


async def deputise(anna, delivery, level="Editor"):
    draft = DelegateDraft(BEN, {"calendar": int(LEVELS[level])}, receives_copies=True)
    await anna.execute(AddDelegates(ANNA, (draft,), delivery))


@pytest.mark.parametrize(
    ("delivery", "owners", "delegates"),
    [
        ("delegates_only", [], 1),
        ("delegates_and_me", ["new_meeting_request"], 1),
        ("delegates_and_send_information_to_me", ["principal_wants_copy"], 1),
        ("no_forward", ["new_meeting_request"], 0),
    ],
)
async def test_a_request_goes_to_whom_the_owner_says(anna, ben, carla, delivery, owners, delegates):
    await deputise(anna, delivery)
    await invite(carla, meeting(ANNA))
    kinds = [each.properties["meeting_request_type"] for each in await items_in(anna, "inbox")]
    assert kinds == owners
    copies = await items_in(ben, "inbox")
    assert len(copies) == delegates
    for copy in copies:
        assert copy.properties["is_delegated"] is True
        assert copy.properties["meeting_request_type"] == "new_meeting_request"
        assert copy.properties["received_by"]["address"] == BEN
        assert copy.properties["received_representing"]["address"] == ANNA
    assert (await only(anna, "calendar")).properties["busy_status"] == "tentative"
    assert await items_in(ben, "calendar") == []


async def test_what_is_private_stays_with_the_owner(anna, ben, carla):
    await deputise(anna, "delegates_only")
    await invite(carla, meeting(ANNA, sensitivity="private"))
    assert await items_in(ben, "inbox") == []
    assert (await only(anna, "inbox")).properties["meeting_request_type"] == "new_meeting_request"


async def test_a_delegate_who_gets_no_copies_gets_none(anna, ben, carla):
    draft = DelegateDraft(BEN, {"calendar": int(LEVELS["Editor"])})
    await anna.execute(AddDelegates(ANNA, (draft,), "delegates_only"))
    await invite(carla, meeting(ANNA))
    assert await items_in(ben, "inbox") == []
    assert len(await items_in(anna, "inbox")) == 1


async def test_a_delegate_who_invites_the_owner_gets_no_copy_of_that(anna, ben):
    await deputise(anna, "delegates_only")
    await invite(ben, meeting(ANNA))
    assert await items_in(ben, "inbox") == []
    assert len(await items_in(anna, "inbox")) == 1


async def test_where_no_delegate_can_take_it_the_owner_gets_it(store, anna, ben, carla):
    await deputise(anna, "delegates_only")
    await save(ben, "x" * 200)
    await store.system().execute(UpdateAccount(BEN, quota=1))
    await invite(carla, meeting(ANNA))
    assert await items_in(ben, "inbox") != [] and len(await items_in(anna, "inbox")) == 1


@pytest.mark.parametrize("answer", ["accept", "tentative", "decline"])
async def test_a_delegates_answer_counts_in_the_owners_name(anna, ben, carla, answer):
    await deputise(anna, "delegates_only")
    await invite(carla, meeting(ANNA))
    request = await only(ben, "inbox")
    done = await ben.execute(RespondToMeeting(request.id, answer, disposition="send_and_save"))
    left = await only(anna, "calendar" if answer != "decline" else "deleteditems")
    assert left.properties["my_response_type"] == answer
    assert (done.calendar is not None) == (answer != "decline")
    assert authors(await only(carla, "inbox")) == (ANNA, BEN)
    people = (await only(carla, "calendar")).properties["required_attendees"]
    assert [(p["mailbox"]["address"], p["response"]) for p in people] == [(ANNA, answer)]
    assert await items_in(ben, "inbox") == [] and await items_in(ben, "calendar") == []
    assert (await only(ben, "deleteditems")).kind == "meeting_request"


async def test_a_delegates_own_meeting_is_another(anna, ben, carla):
    """Invited himself too, Ben answers for each of the two."""
    await deputise(anna, "delegates_only")
    await invite(carla, meeting(ANNA, BEN))
    requests = await items_in(ben, "inbox")
    delegated = {bool(each.properties.get("is_delegated")): each for each in requests}
    assert set(delegated) == {True, False}
    await ben.execute(RespondToMeeting(delegated[True].id, "accept", disposition="send"))
    await ben.execute(RespondToMeeting(delegated[False].id, "decline", disposition="send"))
    people = (await only(carla, "calendar")).properties["required_attendees"]
    answers = {p["mailbox"]["address"]: p["response"] for p in people}
    assert answers == {ANNA: "accept", BEN: "decline"}


async def test_an_old_copy_is_out_of_date(anna, ben, carla):
    await deputise(anna, "delegates_only")
    id = await invite(carla, meeting(ANNA))
    old = await only(ben, "inbox")
    change = ItemChange(id, set={"start": "2026-12-01T10:30:00.000000Z"})
    kept((await carla.execute(UpdateItems((change,), "always_overwrite", invitations="all")))[0])
    with pytest.raises(NotSupported) as error:
        await ben.execute(RespondToMeeting(old.id, "accept"))
    assert error.value.role == "out_of_date"
    new = next(each for each in await items_in(ben, "inbox") if each.id != old.id)
    await ben.execute(RespondToMeeting(new.id, "accept"))
    assert (await only(anna, "calendar")).properties["my_response_type"] == "accept"


async def test_the_copys_meeting_is_found_in_the_owners_calendar(anna, ben, carla):
    await deputise(anna, "delegates_only")
    await invite(carla, meeting(ANNA))
    copy, item = await only(ben, "inbox"), await only(anna, "calendar")
    uid = copy.properties["uid"]
    assert await ben.execute(FindMeeting(copy.id.mailbox_id, uid, owner=ANNA)) == item.id
    await anna.execute(RemoveDelegates(ANNA, (BEN,)))
    assert await ben.execute(FindMeeting(copy.id.mailbox_id, uid, owner=ANNA)) is None


@pytest.mark.parametrize("level", ["", "Author"])
async def test_who_may_no_longer_act_answers_nothing(anna, ben, carla, level):
    await deputise(anna, "delegates_only", level or "Editor")
    await invite(carla, meeting(ANNA))
    if not level:
        await anna.execute(RemoveDelegates(ANNA, (BEN,)))
    request = await only(ben, "inbox")
    for answer in ("accept", "tentative", "decline"):
        with pytest.raises(NotSupported) as error:
            await ben.execute(RespondToMeeting(request.id, answer, disposition="send"))
        assert error.value.role == f"delegated_{answer}"
    assert await items_in(carla, "inbox") == []
    assert (await only(anna, "calendar")).properties["my_response_type"] == "no_response_received"


async def test_answers_and_cancellations_are_handed_on_too(anna, ben, carla):
    await deputise(anna, "delegates_only")
    await invite(anna, meeting(CARLA))
    request = await only(carla, "inbox")
    await carla.execute(RespondToMeeting(request.id, "accept", disposition="send"))
    answer = await only(ben, "inbox")
    assert (answer.kind, answer.properties["is_delegated"]) == ("meeting_response", True)
    assert await items_in(anna, "inbox") == []
    people = (await only(anna, "calendar")).properties["required_attendees"]
    assert [person["response"] for person in people] == ["accept"]


async def test_a_delegate_clears_away_what_was_cancelled(anna, ben, carla):
    await deputise(anna, "delegates_only")
    id = await invite(carla, meeting(ANNA))
    await carla.execute(CancelMeeting(id))
    messages = {each.kind: each for each in await items_in(ben, "inbox")}
    await ben.execute(RemoveMeeting(messages["meeting_cancellation"].id))
    assert await items_in(anna, "calendar") == []
    assert (await only(anna, "deleteditems")).properties["is_cancelled"]


async def test_the_owner_may_answer_too(anna, ben, carla):
    await deputise(anna, "delegates_and_me")
    await invite(carla, meeting(ANNA))
    request = await only(anna, "inbox")
    await anna.execute(RespondToMeeting(request.id, "accept", disposition="send"))
    assert authors(await only(carla, "inbox")) == (ANNA, ANNA)
    assert (await only(ben, "inbox")).properties["is_delegated"]
