"""Photos of people in Search, Find and ResolveRecipients (MS-ASCMD 2.2.3.138): as many as the
device wants, none larger than it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from eas.answers import node, text
from eas.context import Context
from eas.wbxml import Element
from store.commands import FetchPhotos
from store.directory.pictures import resized
from store.results import Photo

_OK, _NO_PHOTO, _TOO_LARGE, _TOO_MANY = 1, 173, 174, 175
# Pixels a side, as devices show people; the largest whose bytes the device takes.
_SIDES = (240, 120, 96, 64, 48)


class Pictures:
    """What a device wants of photos; None for a bound means that it says none."""

    def __init__(self, size_max: int | None = None, count_max: int | None = None) -> None:
        self._size_max = size_max
        self._left = count_max

    async def elements(self, ctx: Context, addresses: Sequence[str], page: str) -> list[Element]:
        """The Picture of each, in code page ``page``."""
        photos = await ctx.execute(FetchPhotos(tuple(addresses)))
        return [await self._element(photo, page) for photo in photos]

    async def _element(self, photo: Photo | None, page: str) -> Element:
        if photo is None:
            return _said(page, _NO_PHOTO)
        if self._left is not None and self._left <= 0:
            return _said(page, _TOO_MANY)
        for side in _SIDES:
            data = await asyncio.to_thread(resized, photo, side)
            if self._size_max is None or len(data) <= self._size_max:
                if self._left is not None:
                    self._left -= 1
                return node(
                    f"{page}:Picture", text(f"{page}:Status", _OK), Element(f"{page}:Data", data)
                )
        return _said(page, _TOO_LARGE)


def _said(page: str, status: int) -> Element:
    return node(f"{page}:Picture", text(f"{page}:Status", status))


def read_pictures(ctx: Context, options: Element | None, page: str) -> Pictures | None:
    """The wish for photos in Options of code page ``page``; None where there is none. A bound that
    is no number is none."""
    said = options.find(f"{page}:Picture") if options is not None else None
    if said is None or not ctx.is_at_least("14.1"):
        return None
    return Pictures(_bound(said, f"{page}:MaxSize"), _bound(said, f"{page}:MaxPictures"))


def _bound(said: Element, name: str) -> int | None:
    words = said.text(name)
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 10 else None
