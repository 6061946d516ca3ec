"""Private things in a calendar: others who may read it see that there is something, and when."""

import msgspec
import pytest

from store.commands import (
    AddDelegates,
    CopyFolders,
    CopyItems,
    CreateFolders,
    CreateItems,
    DelegateDraft,
    DeleteFolders,
    DeleteItems,
    EmptyFolders,
    FetchAttachments,
    FetchFolders,
    FetchItems,
    FindItems,
    FolderDraft,
    FolderRole,
    ItemChange,
    MoveFolders,
    MoveItems,
    ReadAvailability,
    RespondToMeeting,
    SyncItems,
    UpdateDelegates,
    UpdateItems,
    ViewCalendar,
    Want,
)
from store.errors import AccessDenied, NotFound
from store.model import AttachmentDraft, Body, ItemDraft, ItemId, Permission
from store.restriction import Compare
from store.rights import LEVELS
from tests.store.helpers import kept, refusal

pytestmark = pytest.mark.anyio

ANNA, BEN = "anna@demo.example", "ben@demo.example"
CALENDAR = FolderRole("calendar", ANNA)
START, END = "2026-12-01T10:00:00.000000Z", "2026-12-01T11:00:00.000000Z"
WINDOW = ("2026-12-01T00:00:00.000000Z", "2026-12-04T00:00:00.000000Z")
NAMES = ("subject", "start", "busy_status", "location", "uid", "sensitivity")
EVERYTHING = Want(body=True, mime=True, attachments=True, headers=True)
MARK = "Mirabelle"


def appointment(subject, **more):
    times = {"start": START, "end": END, "busy_status": "oof"}
    place = {"location": f"{subject} square", "categories": [subject]}
    properties = {"subject": subject, **times, **place, "uid": subject, **more}
    attachments = (AttachmentDraft("file", f"{subject}.txt", content=subject.encode()),)
    extended = {"0x4001:String": subject}
    return ItemDraft("IPM.Appointment", properties, extended, Body(text=subject), attachments)


@pytest.fixture
async def deputy(anna, ben):
    """Ben, an editor of Anna's calendar."""
    rights = {"calendar": int(LEVELS["Editor"]), "inbox": int(LEVELS["Editor"])}
    await anna.execute(AddDelegates(ANNA, (DelegateDraft(BEN, rights),)))
    return ben


@pytest.fixture
async def secret(anna):
    """The id of a private appointment of Anna's, beside an open one."""
    drafts = (appointment("Open"), appointment(MARK, sensitivity="private"))
    _, private = await anna.execute(CreateItems(drafts, FolderRole("calendar")))
    return kept(private)


def told(answer):
    """All that an answer says, as text."""
    return msgspec.json.encode(answer, enc_hook=str).decode()


async def subjects(session):
    """Subjects as each way of reading a calendar tells them: looked at, followed, searched."""
    (view,) = await session.execute(ViewCalendar((CALENDAR,), *WINDOW, NAMES))
    changes = await session.execute(SyncItems(CALENDAR, properties=NAMES))
    (page,) = await session.execute(FindItems((CALENDAR,), NAMES))
    rows = (view.rows, [row for _, row in changes.changes], page.rows)
    return [sorted(row[5] for row in each) for each in rows]


async def test_others_see_that_something_is_there_and_when(deputy, secret):
    shown = ["Open", "Private Appointment"]
    assert await subjects(deputy) == [shown, shown, ["Open"]]
    (view,) = await deputy.execute(ViewCalendar((CALENDAR,), *WINDOW, NAMES))
    (row,) = (row for row in view.rows if row[0] == secret.id)
    assert row[5:] == ("Private Appointment", START, "oof", None, None, "private")
    (item,) = await deputy.execute(FetchItems((secret,), EVERYTHING))
    assert (item.properties["start"], item.properties["busy_status"]) == (START, "oof")
    assert (item.properties["subject"], item.attachments) == ("Private Appointment", ())
    assert MARK not in told(item)


async def test_nothing_that_is_told_of_it_says_what_it_is(deputy, secret):
    everything = (*NAMES, "categories", "organizer", "x:0x4001:String", "has_attachments")
    for command in (
        ViewCalendar((CALENDAR,), *WINDOW, everything),
        SyncItems(CALENDAR, properties=everything),
        FindItems((CALENDAR,), everything),
        FindItems((CALENDAR,), everything, query=MARK),
        FindItems((CALENDAR,), everything, Compare("subject", "eq", MARK)),
        ReadAvailability((ANNA,), *WINDOW),
    ):
        assert MARK not in told(await deputy.execute(command))


async def test_a_search_does_not_find_out_what_it_says(deputy, secret):
    (page,) = await deputy.execute(FindItems((CALENDAR,), query=MARK))
    assert (page.rows, page.total) == ([], 0)


async def test_others_do_nothing_with_it(anna, deputy, secret):
    change = ItemChange(secret, set={"subject": "Mine"})
    own = FolderRole("calendar")
    for command in (
        UpdateItems((change,), "always_overwrite"),
        DeleteItems((secret,), "hard"),
        MoveItems((secret,), own),
        CopyItems((secret,), own),
    ):
        refusal((await deputy.execute(command))[0], AccessDenied)
    with pytest.raises(AccessDenied):
        await deputy.execute(RespondToMeeting(secret, "accept"))
    (item,) = await anna.execute(FetchItems((secret,), EVERYTHING))
    assert item.properties["subject"] == MARK
    files = FetchAttachments((item.attachments[0].id,))
    assert (await anna.execute(files))[0].draft.content == MARK.encode()
    refusal((await deputy.execute(files))[0], NotFound)


@pytest.mark.parametrize("how", ["hard", "soft", "to_deleted_items"])
async def test_others_do_not_empty_the_calendar_of_it(anna, deputy, secret, how):
    """Nothing goes: what is open in it would have to be deleted one by one."""
    (answer,) = await deputy.execute(EmptyFolders((CALENDAR,), how))
    refusal(answer, AccessDenied)
    assert await subjects(anna) == [sorted((MARK, "Open"))] * 3
    await anna.execute(UpdateDelegates(ANNA, (DelegateDraft(BEN, views_private=True),)))
    assert await deputy.execute(EmptyFolders((CALENDAR,), how)) == [None]
    assert await subjects(anna) == [[]] * 3


@pytest.mark.parametrize("how", ["hard", "soft", "to_deleted_items"])
async def test_others_do_not_delete_a_folder_with_it(anna, deputy, how):
    own = (Permission("account", int(LEVELS["Owner"]), BEN),)
    team, inner = "Team", FolderDraft("Inner", "IPF.Appointment")
    draft = FolderDraft(team, "IPF.Appointment", permissions=own)
    (outer,) = await anna.execute(CreateFolders(FolderRole("calendar"), (draft,)))
    (below,) = await anna.execute(CreateFolders(outer.id, (inner,)))
    (private,) = await anna.execute(
        CreateItems((appointment(MARK, sensitivity="private"),), below.id)
    )
    for command in (
        DeleteFolders((outer.id,), how),
        DeleteFolders((below.id,), how),
        MoveFolders((below.id,), outer.id),
        EmptyFolders((outer.id,), how, subfolders=True),
    ):
        refusal((await deputy.execute(command))[0], AccessDenied)
    (item,) = await anna.execute(FetchItems((kept(private),), EVERYTHING))
    assert (item.properties["subject"], item.folder) == (MARK, below.id)


async def test_a_copy_of_the_calendar_is_without_it(deputy, secret):
    (copy,) = await deputy.execute(CopyFolders((CALENDAR,), FolderRole("inbox")))
    (page,) = await deputy.execute(FindItems((copy.id,), NAMES))
    assert [row[5] for row in page.rows] == ["Open"]


async def test_a_delegate_who_may_sees_it_as_the_owner_does(anna, deputy, secret):
    seen = FetchFolders((CALENDAR,))
    reads = (
        seen,
        FetchItems((secret,)),
        FindItems((CALENDAR,), NAMES),
        ViewCalendar((CALENDAR,), *WINDOW, NAMES),
    )
    for read in reads:
        told = [(await who.execute(read))[0].views_private for who in (anna, deputy)]
        assert told == [True, False]
    await anna.execute(UpdateDelegates(ANNA, (DelegateDraft(BEN, views_private=True),)))
    assert (await deputy.execute(seen))[0].views_private
    whole = [sorted((MARK, "Open"))] * 3
    assert await subjects(deputy) == await subjects(anna) == whole
    (item,) = await deputy.execute(FetchItems((secret,), EVERYTHING))
    assert item.properties["location"] == f"{MARK} square" and item.body.text == MARK
    change = ItemChange(secret, set={"subject": "Ours"})
    kept((await deputy.execute(UpdateItems((change,), "always_overwrite")))[0])


async def test_mail_is_not_concealed(anna, deputy):
    """Whoever may read the Inbox reads what is marked private there, as programs know it."""
    draft = ItemDraft(properties={"subject": "A", "sensitivity": "private"})
    await anna.execute(CreateItems((draft,), FolderRole("inbox")))
    (page,) = await deputy.execute(FindItems((FolderRole("inbox", ANNA),), ("subject",)))
    assert [row[5] for row in page.rows] == ["A"]


async def test_a_private_occurrence_hides_itself_alone(anna, deputy):
    recurrence = {"type": "daily", "interval": 1, "count": 3, "start": "2026-12-01"}
    draft = appointment("Series", recurrence=recurrence)
    (saved,) = await anna.execute(CreateItems((draft,), FolderRole("calendar")))
    master = kept(saved)
    second = ItemId(master.mailbox_id, master.id, "2026-12-02T10:00:00.000000Z")
    values = {"subject": MARK, "sensitivity": "private"}
    change = ItemChange(second, set=values)
    kept((await anna.execute(UpdateItems((change,), "always_overwrite")))[0])
    (view,) = await deputy.execute(ViewCalendar((CALENDAR,), *WINDOW, NAMES))
    assert [row[5] for row in view.rows] == ["Series", "Private Appointment", "Series"]
    items = await deputy.execute(FetchItems((master, second), EVERYTHING))
    assert [item.properties["subject"] for item in items] == ["Series", "Private Appointment"]
    assert MARK not in told(items)
    refusal((await deputy.execute(CopyItems((master,), FolderRole("calendar"))))[0], AccessDenied)
