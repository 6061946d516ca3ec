"""Photos in the sizes that programs ask for, and the address at which they come without SOAP."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from store.commands import FetchPhotos
from store.directory.pictures import CONTENT_TYPE, SIDE_MAX, resized
from store.results import Photo

if TYPE_CHECKING:
    from ews.app import Front

_SIZE = re.compile(r"HR(\d{2,4})x(\d{2,4}|N)")
_ADDRESS_CHARS_MAX = 320


async def sized(photo: Photo, size: str) -> bytes:
    """A photo in a size such as ``HR96x96``; in one that is larger than what is kept, or that is
    none, as it is kept."""
    found = _SIZE.fullmatch(size)
    side = int(found[1]) if found else SIDE_MAX
    return await asyncio.to_thread(resized, photo, side)


async def serve_photo(front: Front, request: Request) -> Response:
    """GET /EWS/Exchange.asmx/s/GetUserPhoto?email=…&size=HR96x96, for whoever signed in.

    304 where the client has it by its ETag, 404 where there is none.
    """
    principal = await front.signed_in(request)
    if isinstance(principal, Response):
        return principal
    asked = request.query_params
    address = asked.get("email", "")[:_ADDRESS_CHARS_MAX]
    session = (await front.services()).store.session(principal)
    (photo,) = await session.execute(FetchPhotos((address,)))
    if photo is None:
        return PlainTextResponse("There is no photo of that address.\n", 404)
    size = asked.get("size", "")
    etag = f'"{photo.etag}-{size if _SIZE.fullmatch(size) else ""}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=3600"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(await sized(photo, size), media_type=CONTENT_TYPE, headers=headers)
