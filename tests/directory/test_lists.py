"""Distribution lists of the directory: who is in them, and those by which rooms are found."""

import pytest

from store.commands import (
    AddAccount,
    ChangeMembers,
    ListRoomLists,
    UpdateAccount,
)
from store.directory.lists import IS_ROOM_LIST, LIST, ROOM, members_of
from store.errors import AccessDenied, InvalidValue, NotFound
from store.model import Principal

pytestmark = pytest.mark.anyio

CREW, ROOMS = "crew@demo.example", "rooms@demo.example"


@pytest.fixture
async def admin(store):
    """The administrator of Anna, Ben, a room, a list of people and one of rooms."""
    admin = store.system()
    for name in ("anna", "ben"):
        aliases = (f"{name}.other@demo.example",)
        await admin.execute(AddAccount(f"{name}@demo.example", name.title(), aliases=aliases))
    await admin.execute(AddAccount("oak@demo.example", "Oak", role=ROOM))
    await admin.execute(AddAccount(CREW, "Crew", role=LIST))
    properties = {IS_ROOM_LIST: True}
    await admin.execute(AddAccount(ROOMS, "Rooms", role=LIST, properties=properties))
    return admin


async def test_members_are_kept_once_by_their_primary_address_in_order(admin):
    await admin.execute(ChangeMembers(CREW, add=("far@elsewhere.example", "Anna@demo.example")))
    crew = await admin.execute(
        ChangeMembers(CREW, add=("anna.other@demo.example", "ben@demo.example"))
    )
    assert members_of(crew) == ["far@elsewhere.example", "anna@demo.example", "ben@demo.example"]
    crew = await admin.execute(ChangeMembers(CREW, remove=("FAR@elsewhere.example",)))
    assert members_of(crew) == ["anna@demo.example", "ben@demo.example"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (ChangeMembers(CREW, add=("nobody@demo.example",)), NotFound),
        (ChangeMembers(CREW, add=("no address",)), InvalidValue),
        (ChangeMembers(CREW, add=(CREW,)), InvalidValue),
        (ChangeMembers(CREW, remove=("ben@demo.example",)), NotFound),
        (ChangeMembers(ROOMS, add=("anna@demo.example",)), InvalidValue),
        (ChangeMembers(ROOMS, add=("room@elsewhere.example",)), InvalidValue),
        (ChangeMembers("anna@demo.example", add=("ben@demo.example",)), InvalidValue),
        (ChangeMembers("none@demo.example", add=("ben@demo.example",)), NotFound),
    ],
)
async def test_a_mistake_changes_nothing(admin, command, error):
    await admin.execute(ChangeMembers(CREW, add=("anna@demo.example",)))
    with pytest.raises(error):
        await admin.execute(command)
    crew = await admin.execute(ChangeMembers(CREW))
    assert members_of(crew) == ["anna@demo.example"]


async def test_lists_of_rooms_are_seen_by_everybody_and_changed_by_nobody_else(store, admin):
    anna = await admin.execute(UpdateAccount("anna@demo.example"))
    session = store.session(Principal(anna.id, anna.address, anna.name, anna.mailbox_id))
    assert [each.address for each in await session.execute(ListRoomLists())] == [ROOMS]
    with pytest.raises(AccessDenied):
        await session.execute(ChangeMembers(ROOMS, add=("oak@demo.example",)))
    await admin.execute(UpdateAccount(ROOMS, is_disabled=True))
    assert await session.execute(ListRoomLists()) == []
