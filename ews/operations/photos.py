"""GetUserPhoto (MS-OXWSPHOTO 3.1.4.1): pictures of people in the directory."""

from __future__ import annotations

import base64
from typing import Any

from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, success
from ews.photos import sized
from ews.registry import operation
from store.commands import FetchPhotos


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
