"""Photos of people: set, and read in every size."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode

from PIL import Image

from conformance.answer import Answer
from conformance.checks import check, equal, refused, success
from conformance.mailbox import Mailbox
from conformance.scenario import scenario
from conformance.scenarios.cont.contacts import SPEC, rows
from conformance.xml import m

NEEDS = ("user photos",)
SIDES = (48, 64, 96, 120, 240, 360, 432, 504, 648)
RED, BLUE = (200, 30, 30), (30, 30, 200)
NEAR = 40
"""How far a colour may be from what was sent: a JPEG keeps it not exactly."""


def _set(ews: Mailbox, colour: tuple[int, int, int]) -> Answer:
    """Set one's own photo: a square of one colour, as large as any that can be asked for."""
    out = io.BytesIO()
    Image.new("RGB", (SIDES[-1], SIDES[-1]), colour).save(out, "JPEG")
    content = b64encode(out.getvalue()).decode()
    answer = ews.call(m.SetUserPhoto(m.Email(ews.address), m.Content(content)))
    success(answer)
    return answer


def _get(reader: Mailbox, address: str, side: int) -> Image.Image:
    """Somebody's photo in a size."""
    size = m.SizeRequested(f"HR{side}x{side}")
    told = success(reader.call(m.GetUserPhoto(m.Email(address), size)))[0]
    equal(told.text("HasChanged"), "true", "HasChanged")
    return Image.open(io.BytesIO(b64decode(told.text("PictureData") or "")))


def _check_colour(photo: Image.Image, colour: tuple[int, int, int]) -> None:
    middle = photo.convert("RGB").getpixel((photo.width // 2, photo.height // 2))
    parts = middle if isinstance(middle, tuple) else ()
    near = len(parts) == 3 and all(abs(a - b) < NEAR for a, b in zip(parts, colour, strict=True))
    check(near, f"the photo is {middle} in its middle where {colour} was sent")


@scenario(
    SPEC,
    "S07_TC01",
    requirements=rows(302024, 302025, 302026, 302077, 302081, 1275114),
    needs=NEEDS,
)
def a_photo_is_set(ews: Mailbox) -> None:
    """It is read as it was sent; nobody has one at an address where nobody is."""
    equal(_set(ews, RED).element.tag, m.SetUserPhotoResponse().tag, "the answer")
    _check_colour(_get(ews, ews.address, 96), RED)
    nobody = f"{ews.unique('nobody').replace(' ', '-')}@{ews.address.rpartition('@')[2]}"
    refused(ews.call(m.GetUserPhoto(m.Email(nobody), m.SizeRequested("HR96x96"))))


@scenario(
    SPEC,
    "S07_TC02",
    requirements=rows(*range(302068, 302077)),
    needs=NEEDS,
)
def a_photo_in_every_size(ews: Mailbox) -> None:
    """Each is a square of that many pixels a side."""
    _set(ews, RED)
    sizes = [_get(ews, ews.address, side).size for side in SIDES]
    equal(sizes, [(side, side) for side in SIDES], "sizes")


@scenario(SPEC, "S07_TC03", requirements=rows(302048, 302058, 30205601), needs=NEEDS)
def a_photo_is_changed(ews: Mailbox, other: Mailbox) -> None:
    """The later one replaces the earlier, for others too."""
    for colour in (RED, BLUE):
        _set(ews, colour)
        _check_colour(_get(other, ews.address, 96), colour)
