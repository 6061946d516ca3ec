"""GetRoomLists, GetRooms: rooms by the lists that an administrator keeps (MS-OXWSGTRM)."""

from __future__ import annotations

from typing import Any

from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, success
from ews.registry import operation
from store.commands import ListRoomLists, LookUpAddresses
from store.directory.lists import IS_ROOM_LIST, ROOM, members_of
from store.model import Account


@operation("GetRoomLists")
async def get_room_lists(request: Any, ctx: Context) -> Message:
    """The lists of rooms, by name."""
    del request
    found: list[Account] = await ctx.execute(ListRoomLists())
    return success(RoomLists={"Address": [_address(each, "PublicDL") for each in found]})


@operation("GetRooms")
async def get_rooms(request: Any, ctx: Context) -> Message:
    """The rooms in a list, by name. What is no list of rooms is not found."""
    address = request.RoomList.EmailAddress or request.RoomList.Name or ""
    (account,) = await ctx.execute(LookUpAddresses((address,)))
    if account is None or account.is_disabled or not account.properties.get(IS_ROOM_LIST):
        raise EwsError("ErrorNameResolutionNoResults")
    found: list[Account | None] = await ctx.execute(LookUpAddresses(tuple(members_of(account))))
    rooms = [each for each in found if each and each.role == ROOM and not each.is_disabled]
    rooms.sort(key=lambda room: (room.name.casefold(), room.address))
    return success(Rooms={"Room": [{"Id": _address(room, "Mailbox")} for room in rooms]})


def _address(account: Account, kind: str) -> Message:
    return {
        "Name": account.name,
        "EmailAddress": account.address,
        "RoutingType": "SMTP",
        "MailboxType": kind,
    }
