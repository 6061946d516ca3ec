"""What delegates do for a mailbox's owner: they write, invite and answer on the owner's behalf."""

import pytest

from store.commands import (
    AddDelegates,
    CancelMeeting,
    CreateItems,
    DelegateDraft,
    DeleteItems,
    FetchItems,
    FindItems,
    FolderChange,
    FolderRole,
    ForwardMeeting,
    GrantMailbox,
    ItemChange,
    RespondToMeeting,
    SubmitMail,
    TakeOutbound,
    UpdateFolders,
    UpdateItems,
)
from store.errors import AccessDenied, SendAsDenied
from store.mime import parse_all
from store.model import Body, ItemDraft, ItemId, Permission
from store.rights import ALL, LEVELS
from tests.store.conftest import person
from tests.store.helpers import kept, refusal

pytestmark = pytest.mark.anyio

ANNA, BEN, CARLA = (f"{name}@demo.example" for name in ("anna", "ben", "carla"))
CALENDAR = FolderRole("calendar", ANNA)


@pytest.fixture
async def carla(store):
    """Carla, who meets Anna."""
    return await person(store, CARLA, "Carla Dorn")


@pytest.fixture
async def deputy(anna, ben):
    """Ben, an editor of Anna's calendar on her behalf."""
    draft = DelegateDraft(BEN, {"calendar": int(LEVELS["Editor"])})
    await anna.execute(AddDelegates(ANNA, (draft,)))
    return ben


async def items_in(session, role):
    (page,) = await session.execute(FindItems((FolderRole(role),)))
    ids = tuple(ItemId(page.mailbox_id, row[0]) for row in page.rows)
    return await session.execute(FetchItems(ids))


async def only(session, role):
    (item,) = await items_in(session, role)
    return item


def authors(item):
    """Addresses of From and Sender."""
    return item.properties["from"]["address"], item.properties["sender"]["address"]


def meeting(*attendees, **more):
    people = [{"mailbox": {"name": "", "address": each}} for each in attendees]
    times = {"start": "2026-12-01T10:00:00.000000Z", "end": "2026-12-01T11:00:00.000000Z"}
    properties = {"subject": "Plan", **times, "required_attendees": people, **more}
    return ItemDraft("IPM.Appointment", properties)


async def invite(session, draft, folder=None):
    create = CreateItems((draft,), folder, invitations="all_and_copy")
    return kept((await session.execute(create))[0])


async def send(session, **properties):
    draft = ItemDraft(properties={"to": [{"name": "", "address": CARLA}], **properties})
    return (await session.execute(CreateItems((draft,), disposition="send_and_save")))[0]


# -- writing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claimed", [{}, {"sender": {"name": "", "address": ANNA}}, {"sender": {"address": BEN}}]
)
async def test_a_delegate_writes_on_behalf(deputy, carla, claimed):
    """Whatever the program says of the sender."""
    await send(deputy, subject="A", **{"from": {"name": "", "address": ANNA}}, **claimed)
    assert authors(await only(carla, "inbox")) == (ANNA, BEN)
    assert authors(await only(deputy, "sentitems")) == (ANNA, BEN)


async def test_who_is_no_delegate_does_not(anna, ben, carla):
    entries = (Permission("account", int(LEVELS["Owner"]), BEN),)
    await anna.execute(UpdateFolders((FolderChange(CALENDAR, permissions=entries),)))
    refusal(await send(ben, **{"from": {"name": "", "address": ANNA}}), SendAsDenied)
    create = CreateItems((meeting(CARLA),), CALENDAR, invitations="all")
    refusal((await ben.execute(create))[0], SendAsDenied)
    assert await items_in(carla, "inbox") == [] and await items_in(anna, "calendar") == []


async def test_who_has_the_whole_mailbox_writes_as_its_owner(store, anna, ben, carla):
    await store.system().execute(GrantMailbox(ANNA, BEN, int(ALL)))
    await send(ben, **{"from": {"name": "", "address": ANNA}})
    assert authors(await only(carla, "inbox")) == (ANNA, ANNA)


@pytest.mark.parametrize("headers", ["", f"Sender: <{ANNA}>\r\n", f"Sender: <{BEN}>\r\n"])
async def test_mime_says_who_wrote_it(deputy, carla, headers):
    mime = f"From: <{ANNA}>\r\n{headers}To: <{CARLA}>\r\nSubject: A\r\n\r\nHello\r\n".encode()
    await deputy.execute(SubmitMail(mime, (CARLA,), BEN))
    drafts = (
        ItemDraft(mime=mime, properties={"to": [{"address": CARLA}], "from": {"address": ANNA}}),
    )
    await deputy.execute(CreateItems(drafts, disposition="send"))
    assert [authors(each) for each in await items_in(carla, "inbox")] == [(ANNA, BEN)] * 2


async def test_nobody_is_said_to_have_written_who_has_not(deputy, carla):
    """A delegate's own letter does not come from the owner's hand."""
    mime = f"From: <{BEN}>\r\nSender: <{ANNA}>\r\nTo: <{CARLA}>\r\n\r\nHello\r\n".encode()
    await deputy.execute(SubmitMail(mime, (CARLA,), BEN))
    assert authors(await only(carla, "inbox")) == (BEN, BEN)


# -- inviting ----------------------------------------------------------------------------------


async def test_a_delegate_invites_to_the_owners_meeting(anna, deputy, carla):
    id = await invite(deputy, meeting(CARLA), CALENDAR)
    assert (await only(anna, "calendar")).properties["organizer"]["address"] == ANNA
    request = await only(carla, "inbox")
    assert (*authors(request), request.kind) == (ANNA, BEN, "meeting_request")
    assert (await only(carla, "calendar")).properties["organizer"]["address"] == ANNA
    assert await items_in(deputy, "calendar") == []

    await carla.execute(RespondToMeeting(request.id, "accept", disposition="send"))
    people = (await only(anna, "calendar")).properties["required_attendees"]
    assert [person["response"] for person in people] == ["accept"]

    change = ItemChange(id, set={"subject": "New plan"})
    kept((await deputy.execute(UpdateItems((change,), "always_overwrite", invitations="all")))[0])
    assert (await only(carla, "calendar")).properties["subject"] == "New plan"
    await deputy.execute(CancelMeeting(id, Body(text="Not today.")))
    assert (await only(carla, "calendar")).properties["is_cancelled"]
    assert authors((await items_in(carla, "inbox"))[-1]) == (ANNA, BEN)
    assert await items_in(anna, "calendar") == []


async def test_an_appointment_in_anothers_calendar_is_the_owners(anna, deputy):
    saved = (await deputy.execute(CreateItems((meeting(),), CALENDAR)))[0]
    assert (await only(anna, "calendar")).properties["organizer"]["address"] == ANNA
    assert await deputy.execute(DeleteItems((kept(saved),), "to_deleted_items")) == [None]
    assert (await only(anna, "deleteditems")).properties["subject"] == "Plan"


# -- answering ---------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["accept", "tentative", "decline"])
async def test_a_delegate_answers_in_the_owners_calendar(anna, deputy, carla, answer):
    await invite(carla, meeting(ANNA))
    item = await only(anna, "calendar")
    await deputy.execute(RespondToMeeting(item.id, answer, disposition="send_and_save"))
    left = await only(anna, "calendar" if answer != "decline" else "deleteditems")
    assert left.properties["my_response_type"] == answer
    assert authors(await only(carla, "inbox")) == (ANNA, BEN)
    people = (await only(carla, "calendar")).properties["required_attendees"]
    assert [(p["mailbox"]["address"], p["response"]) for p in people] == [(ANNA, answer)]
    assert await items_in(deputy, "calendar") == []


async def test_a_delegate_passes_the_owners_meeting_on(store, anna, deputy, carla):
    """On the owner's behalf: the organiser counts the guest in."""
    dora = await person(store, "dora@demo.example", "Dora Ems")
    await invite(carla, meeting(ANNA))
    item = await only(anna, "calendar")
    guest = {"name": "Dora Ems", "address": "dora@demo.example"}
    assert await deputy.execute(ForwardMeeting(item.id, (guest,))) is None
    assert authors(await only(dora, "inbox")) == (ANNA, BEN)
    assert (await only(dora, "calendar")).properties["organizer"]["address"] == CARLA
    told = await only(carla, "inbox")
    assert authors(told) == (ANNA, BEN) and "Anna" in told.properties["preview"]
    people = (await only(carla, "calendar")).properties["optional_attendees"]
    assert [person["mailbox"]["address"] for person in people] == [guest["address"]]


async def test_who_only_reads_passes_it_on_alone(store, anna, ben, carla):
    """In the own name, which the organiser does not know: nobody is counted in."""
    dora = await person(store, "dora@demo.example", "Dora Ems")
    entries = (Permission("account", int(LEVELS["Editor"]), BEN),)
    await anna.execute(UpdateFolders((FolderChange(CALENDAR, permissions=entries),)))
    await invite(carla, meeting(ANNA))
    item = await only(anna, "calendar")
    await ben.execute(ForwardMeeting(item.id, ({"name": "", "address": "dora@demo.example"},)))
    assert authors(await only(dora, "inbox")) == (BEN, BEN)
    assert not (await only(carla, "calendar")).properties.get("optional_attendees")


async def test_other_servers_hear_who_acts_for_whom(store, anna, deputy):
    """SENT-BY of ORGANIZER (RFC 5545 3.2.18); what people write themselves has none."""
    outside = "erik@elsewhere.example"
    await invite(deputy, meeting(outside), CALENDAR)
    await invite(anna, meeting(outside))
    mails = await store.system().execute(TakeOutbound())
    lines = [
        next(line for line in calendar.split("\r\n") if line.startswith("ORGANIZER"))
        for calendar in [parse_all(mail.mime).calendar.replace("\r\n ", "") for mail in mails]
    ]
    assert [f'SENT-BY="mailto:{BEN}"' in line for line in lines] == [True, False]
    assert all(line.endswith(f":mailto:{ANNA}") for line in lines)


async def test_an_author_answers_nothing(anna, ben, carla):
    draft = DelegateDraft(BEN, {"calendar": int(LEVELS["Author"])})
    await anna.execute(AddDelegates(ANNA, (draft,)))
    await invite(carla, meeting(ANNA))
    item = await only(anna, "calendar")
    with pytest.raises(AccessDenied):
        await ben.execute(RespondToMeeting(item.id, "accept", disposition="send"))
    assert await items_in(carla, "inbox") == []
