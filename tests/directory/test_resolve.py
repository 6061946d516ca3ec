"""ResolveNames: beginnings of words, without case and accents, of accounts and contacts."""

import pytest

from store.commands import AddAccount, CreateItems, FolderRole, ResolveNames
from store.errors import InvalidValue, NotFound
from store.model import ItemDraft, Principal

pytestmark = pytest.mark.anyio

PEOPLE = (
    ("anna.berg@demo.example", "Anna Berg"),
    ("ben@demo.example", "Ben Bergström"),
    ("mueller@demo.example", "Jürgen Müller"),
    ("hanna@demo.example", "Hanna Anders"),
)


@pytest.fixture
async def anna(store):
    accounts = [await store.system().execute(AddAccount(*person)) for person in PEOPLE]
    first = accounts[0]
    return store.session(Principal(first.id, first.address, first.name, first.mailbox_id))


async def names(session, text, **more):
    found = await session.execute(ResolveNames(text, **more))
    return [name.name for name in found.names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann", ["Anna Berg"]),
        ("BERG", ["Anna Berg", "Ben Bergström"]),
        ("berg an", ["Anna Berg"]),
        ("bergstrom", ["Ben Bergström"]),
        ("muller", ["Jürgen Müller"]),
        ("MÜLLER", ["Jürgen Müller"]),
        ("anna.b", ["Anna Berg"]),
        ("ben@demo.example", ["Ben Bergström"]),
        ("smtp:ben@demo.example", ["Ben Bergström"]),
        ("ben@dem", ["Ben Bergström"]),
        ("an", ["Anna Berg", "Hanna Anders"]),
        ("nna", []),
        ("zzz", []),
        ("%", None),
        ("_nna", []),
        ("'; DROP TABLE account; --", []),
    ],
)
async def test_beginnings_of_words(anna, text, expected):
    if expected is None:
        with pytest.raises(InvalidValue):
            await names(anna, text)
        return
    assert await names(anna, text, scope="directory") == expected


async def test_the_limit_is_told(anna):
    found = await anna.execute(ResolveNames("demo", scope="directory", limit=3))
    assert (len(found.names), found.is_complete) == (3, False)
    found = await anna.execute(ResolveNames("demo", scope="directory", limit=4))
    assert (len(found.names), found.is_complete) == (4, True)


async def contact(session, name, address):
    properties = {
        "display_name": name,
        "subject": name,
        "email_addresses": {"EmailAddress1": {"name": name, "address": address}},
    }
    await session.execute(
        CreateItems((ItemDraft("IPM.Contact", properties),), folder=FolderRole("contacts"))
    )


async def test_contacts_come_in_the_order_of_the_scope(anna):
    await contact(anna, "Berg & Tal GmbH", "info@bergtal.example")
    await contact(anna, "Zoë Weiß", "zoe@elsewhere.example")
    assert await names(anna, "berg", scope="contacts") == ["Berg & Tal GmbH"]
    assert await names(anna, "zoe weiss", scope="contacts") == ["Zoë Weiß"]
    assert await names(anna, "zoe@else", scope="contacts") == ["Zoë Weiß"]
    both = ["Anna Berg", "Ben Bergström"]
    assert await names(anna, "berg", scope="directory_contacts") == [*both, "Berg & Tal GmbH"]
    assert await names(anna, "berg", scope="contacts_directory") == ["Berg & Tal GmbH", *both]


async def test_somebody_elses_contacts_are_not_searched(anna):
    with pytest.raises(NotFound):
        await names(
            anna, "berg", scope="contacts", folder=FolderRole("contacts", "ben@demo.example")
        )
