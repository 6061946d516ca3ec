"""Accounts, domains, grants and secrets, on both engines."""

import msgspec
import pytest

from store.commands import (
    AddAccount,
    AddDomain,
    FetchCredentials,
    FetchFolders,
    FetchSecret,
    FolderRole,
    GrantMailbox,
    ListAccounts,
    ListDomains,
    LookUpAddresses,
    MailboxStatus,
    RemoveAccount,
    UpdateAccount,
)
from store.errors import (
    AccessDenied,
    AlreadyExists,
    InvalidValue,
    NoSuchMailbox,
    NotFound,
    StoreError,
)
from store.model import Principal
from store.rights import ALL

pytestmark = pytest.mark.anyio


async def add(store, address, name="Somebody", **more):
    return await store.system().execute(AddAccount(address, name, **more))


def session_of(store, account):
    return store.session(
        Principal(account.id, account.address, account.name, account.mailbox_id, account.role)
    )


async def test_an_account_has_an_address_in_lower_case_and_a_mailbox_with_folders(store):
    anna = await add(store, "Anna@Demo.Example", "  Anna   Berg ")
    assert (anna.address, anna.name, anna.role) == ("anna@demo.example", "Anna Berg", "user")
    folders = await session_of(store, anna).execute(
        FetchFolders((FolderRole("inbox"), FolderRole("archive"), FolderRole("recipientcache")))
    )
    assert [folder.name for folder in folders] == ["Inbox", "Archive", "Recipient Cache"]


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("anna", InvalidValue),
        ("anna@elsewhere.example", InvalidValue),
        ("an na@demo.example", InvalidValue),
        ("@demo.example", InvalidValue),
        ('"x"@demo.example', InvalidValue),
        ("a" * 65 + "@demo.example", InvalidValue),
        ("anna@-.example", InvalidValue),
        ("an\0na@demo.example", InvalidValue),
    ],
)
async def test_what_is_no_address_here_is_refused(store, address, error):
    with pytest.raises(error):
        await add(store, address)


async def test_one_address_belongs_to_one_account(store):
    await add(store, "anna@demo.example", aliases=("a.berg@demo.example",))
    for taken in ("anna@demo.example", "A.BERG@demo.example"):
        with pytest.raises(AlreadyExists):
            await add(store, taken)
    with pytest.raises(AlreadyExists):
        await add(store, "ben@demo.example", aliases=("anna@demo.example",))
    assert len(await store.system().execute(ListAccounts())) == 1  # the refused left nothing


async def test_lookup_keeps_the_order_and_follows_aliases(store):
    await add(store, "anna@demo.example", aliases=("a.berg@demo.example",))
    await add(store, "ben@demo.example")
    found = await store.system().execute(
        LookUpAddresses(("BEN@demo.example", "nobody@demo.example", "a.berg@demo.example"))
    )
    assert [account and account.address for account in found] == [
        "ben@demo.example",
        None,
        "anna@demo.example",
    ]


async def test_update_changes_only_what_is_given_and_tells_who_lost_sign_in(store):
    anna = await add(store, "anna@demo.example", "Anna", aliases=("a@demo.example",))
    told: list[int] = []
    store.bus.on_revocation(told.append)
    system = store.system()
    renamed = await system.execute(UpdateAccount("anna@demo.example", name="Anna Berg"))
    assert renamed == msgspec.structs.replace(anna, name="Anna Berg")
    assert told == []
    await system.execute(UpdateAccount("a@demo.example", password_hash="x"))
    await system.execute(UpdateAccount("anna@demo.example", is_disabled=True))
    assert told == [anna.id, anna.id]


async def test_the_stamp_follows_password_and_state(store):
    await add(store, "anna@demo.example", password_hash="one")
    system = store.system()
    stamps = {(await system.execute(FetchCredentials("anna@demo.example"))).stamp}
    for change in ({"password_hash": "two"}, {"is_disabled": True}, {"role": "admin"}):
        await system.execute(UpdateAccount("anna@demo.example", **change))
        stamps.add((await system.execute(FetchCredentials("anna@demo.example"))).stamp)
    assert len(stamps) == 4


@pytest.mark.parametrize(
    "login",
    ["user1@demo.example", "USER1@Demo.Example", "DEMO\\user1", "demo.example\\user1", "user1"],
)
async def test_every_way_to_write_a_login(store, login):
    await add(store, "user1@demo.example")
    found = await store.system().execute(FetchCredentials(login))
    assert found.account.address == "user1@demo.example"


@pytest.mark.parametrize("login", ["", "user2", "OTHER\\user1", "user1@other.example", "\\"])
async def test_other_logins_find_nobody(store, login):
    await add(store, "user1@demo.example")
    assert await store.system().execute(FetchCredentials(login)) is None


async def test_a_bare_login_is_of_the_default_domain(store):
    system = store.system()
    await system.execute(AddDomain("second.example"))
    await add(store, "anna@second.example", "Second")
    assert await system.execute(FetchCredentials("anna")) is None
    assert (await system.execute(FetchCredentials("SECOND\\anna"))).account.name == "Second"
    assert await system.execute(ListDomains()) == [
        ("demo.example", True),
        ("second.example", False),
    ]


async def test_a_grant_opens_a_mailbox_and_its_end_closes_it(store):
    office = await add(store, "office@demo.example", role="shared")
    anna = await add(store, "anna@demo.example")
    session = session_of(store, anna)
    inbox = FetchFolders((FolderRole("inbox", office.address),))
    system = store.system()

    async def outcome():
        try:
            return (await session.execute(inbox))[0]
        except StoreError as error:
            return error

    assert isinstance(await outcome(), NotFound)
    await system.execute(GrantMailbox(office.address, anna.address, int(ALL)))
    assert (await outcome()).name == "Inbox"
    await system.execute(GrantMailbox(office.address, anna.address, 0))
    assert isinstance(await outcome(), NotFound)


async def test_a_removed_account_leaves_nothing_and_its_numbers_are_not_given_again(store):
    system = store.system()
    anna = await add(store, "anna@demo.example")
    await system.execute(RemoveAccount("anna@demo.example"))
    assert await system.execute(ListAccounts()) == []
    with pytest.raises(NoSuchMailbox):
        await system.execute(MailboxStatus("anna@demo.example"))
    again = await add(store, "anna@demo.example")
    assert again.id > anna.id and again.mailbox_id > anna.mailbox_id
    with pytest.raises(NotFound):
        await system.execute(RemoveAccount("ben@demo.example"))


async def test_of_somebody_elses_mailbox_one_learns_only_whether_it_is_full(store):
    anna = await add(store, "anna@demo.example", quota=1000)
    ben = await add(store, "ben@demo.example", quota=2000)
    mine = await session_of(store, anna).execute(MailboxStatus())
    assert (mine.mailbox_id, mine.size, mine.quota) == (anna.mailbox_id, 0, 1000)
    theirs = await session_of(store, anna).execute(MailboxStatus(ben.address))
    assert (theirs.size, theirs.quota) == (0, 2000)


async def test_secrets_stay_and_differ_by_name(store):
    system = store.system()
    first = await system.execute(FetchSecret("ids"))
    assert first == await system.execute(FetchSecret("ids"))
    assert first != await system.execute(FetchSecret("sync"))
    assert len(first) == 32


async def test_people_cannot_administer(store):
    anna = await add(store, "anna@demo.example", role="admin")
    session = session_of(store, anna)
    for command in (
        AddDomain("x.example"),
        AddAccount("x@demo.example", "X"),
        UpdateAccount(anna.address, role="user"),
        RemoveAccount(anna.address),
        ListAccounts(),
        FetchCredentials("anna"),
        GrantMailbox(anna.address, anna.address, 1),
        FetchSecret("ids"),
    ):
        with pytest.raises(AccessDenied):
            await session.execute(command)
