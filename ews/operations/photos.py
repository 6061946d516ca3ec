"""GetUserPhoto, SetUserPhoto (MS-OXWSCONT 3.1.4.7 and 8): pictures of people in the directory."""

from __future__ import annotations

import base64
from typing import Any

from ews.codec.simple import read_base64
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, response, success
from ews.photos import sized
from ews.registry import operation
from store.commands import FetchPhotos, SetPhoto


@operation("GetUserPhoto")
async def get_user_photo(request: Any, ctx: Context) -> Message:
    """The picture of whoever an address reaches, in the size asked for or as large as it is.

    Who has none, and who is not here, is not found.
    """
    (photo,) = await ctx.execute(FetchPhotos((request.Email.strip(),)))
    if photo is None or request.TypeRequested == "ProfileHeaderPhoto":
        raise EwsError("ErrorItemNotFound", "There is no photo of that address.")
    picture = await sized(photo, request.SizeRequested)
    return success(HasChanged=True, PictureData=base64.b64encode(picture).decode("ascii"))


@operation("SetUserPhoto")
async def set_user_photo(request: Any, ctx: Context) -> Message:
    """Set one's own picture; an administrator sets that of anybody.

    The contract has no element for a message of this answer and wants one: it is that of
    GetUserPhoto, whose HasChanged says what was done.
    """
    if request.TypeRequested == "ProfileHeaderPhoto":
        raise EwsError("ErrorInvalidArgument", "There are no photos of that type.")
    try:
        content = read_base64(request.Content)
    except ValueError as error:
        raise EwsError("ErrorInvalidArgument", f"Content: {error}.") from error
    await ctx.execute(SetPhoto(request.Email.strip(), content))
    return response("SetUserPhoto", [success(HasChanged=True)])
