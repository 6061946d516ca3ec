"""Delegates: who acts for the owner of a mailbox, and in which folders."""

import pytest

from store.commands import (
    AddAccount,
    AddDelegates,
    DelegateDraft,
    FetchDelegates,
    FetchFolders,
    FolderRole,
    RemoveAccount,
    RemoveDelegates,
    UpdateDelegates,
)
from store.errors import AccessDenied, AlreadyExists, InvalidValue, NoSuchMailbox, NotFound
from store.model import Delegate
from store.rights import LEVELS
from tests.store.helpers import refusal, save, subjects

pytestmark = pytest.mark.anyio

ANNA, BEN = "anna@demo.example", "ben@demo.example"
EDITOR, REVIEWER = int(LEVELS["Editor"]), int(LEVELS["Reviewer"])
CALENDAR = FolderRole("calendar", ANNA)


async def delegates(anna):
    return {each.address: each for each in (await anna.execute(FetchDelegates())).delegates}


async def test_a_delegate_may_what_the_levels_say(anna, ben):
    await save(anna, "a letter", FolderRole("inbox"))
    draft = DelegateDraft(BEN, {"calendar": EDITOR, "inbox": REVIEWER}, receives_copies=True)
    (added,) = await anna.execute(AddDelegates(ANNA, (draft,)))
    assert added == Delegate(
        BEN, "Ben Carter", {"calendar": EDITOR, "inbox": REVIEWER}, receives_copies=True
    )
    assert await delegates(anna) == {BEN: added}
    assert await subjects(ben, FolderRole("inbox", ANNA)) == ["a letter"]
    refusal((await ben.execute(FetchFolders((FolderRole("tasks", ANNA),))))[0], NotFound)


async def test_a_change_leaves_alone_what_it_does_not_name(anna, ben):
    draft = DelegateDraft(BEN, {"calendar": EDITOR, "inbox": REVIEWER}, receives_copies=True)
    await anna.execute(AddDelegates(ANNA, (draft,)))
    change = DelegateDraft(BEN, {"inbox": 0}, views_private=True)
    (changed,) = await anna.execute(UpdateDelegates(ANNA, (change,)))
    assert changed == Delegate(
        BEN, "Ben Carter", {"calendar": EDITOR}, receives_copies=True, views_private=True
    )


async def test_a_delegation_that_ends_takes_its_rights_along(anna, ben):
    await anna.execute(AddDelegates(ANNA, (DelegateDraft(BEN, {"calendar": EDITOR}),)))
    assert (await ben.execute(FetchFolders((CALENDAR,))))[0].name == "Calendar"
    assert await anna.execute(RemoveDelegates(ANNA, (BEN,))) == [None]
    refusal((await ben.execute(FetchFolders((CALENDAR,))))[0], NotFound)
    assert await delegates(anna) == {}
    error = refusal((await anna.execute(RemoveDelegates(ANNA, (BEN,))))[0], NotFound)
    assert error.role == "delegate"


async def test_each_delegate_of_a_request_is_answered_alone(store, anna, ben):
    await store.system().execute(AddAccount("crew@demo.example", "Crew", role="list"))
    names = ("nobody@demo.example", ANNA, "crew@demo.example", BEN, BEN)
    results = await anna.execute(AddDelegates(ANNA, tuple(map(DelegateDraft, names))))
    kinds = [(type(each), getattr(each, "role", "")) for each in results]
    assert kinds == [
        (NotFound, "delegate_user"),
        (InvalidValue, "delegate_owner"),
        (InvalidValue, "delegate"),
        (Delegate, ""),
        (AlreadyExists, "delegate"),
    ]
    asked = await anna.execute(FetchDelegates(ANNA, (ANNA, BEN, "nobody@demo.example")))
    assert [getattr(each, "role", "") for each in asked.delegates] == [
        "delegate", "", "delegate_user",
    ]  # fmt: skip


async def test_the_delivery_of_meeting_messages_is_the_mailboxs(anna, ben):
    assert (await anna.execute(FetchDelegates())).delivery == "delegates_and_send_information_to_me"
    await anna.execute(UpdateDelegates(ANNA, (), "delegates_only"))
    assert (await anna.execute(FetchDelegates())).delivery == "delegates_only"
    with pytest.raises(InvalidValue):
        await anna.execute(UpdateDelegates(ANNA, (), "nobody"))
    assert (await ben.execute(FetchDelegates())).delivery == "delegates_and_send_information_to_me"


async def test_only_the_owner_says_who_is_a_delegate(anna, ben):
    await anna.execute(AddDelegates(ANNA, (DelegateDraft(BEN, {"calendar": EDITOR}),)))
    for command in (
        FetchDelegates(ANNA),
        AddDelegates(ANNA, (DelegateDraft(BEN),)),
        UpdateDelegates(ANNA, (DelegateDraft(BEN, views_private=True),)),
        RemoveDelegates(ANNA, (BEN,)),
    ):
        with pytest.raises(AccessDenied):
            await ben.execute(command)
    with pytest.raises(NoSuchMailbox):
        await ben.execute(FetchDelegates("nobody@demo.example"))


async def test_nothing_stays_of_a_delegate_whose_account_goes(store, anna, ben):
    await anna.execute(AddDelegates(ANNA, (DelegateDraft(BEN, {"calendar": EDITOR}),)))
    await store.system().execute(RemoveAccount(BEN))
    assert await delegates(anna) == {}
    (calendar,) = await anna.execute(FetchFolders((CALENDAR,), permissions=True))
    assert [entry.subject for entry in calendar.permissions] == ["default", "anonymous"]
