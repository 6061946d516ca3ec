"""Photos of people: kept small, upright and without what a camera adds; nobody sets another's."""

import io
import struct
import zlib

import pytest
from PIL import Image

from store.commands import AddAccount, FetchPhotos, RemoveAccount, SetPhoto
from store.directory.pictures import BYTES_MAX, picture_of, resized
from store.errors import AccessDenied, InvalidValue, NotFound, TooLarge
from store.model import Principal
from store.results import Photo
from tests.directory.pictures import picture, size_of

pytestmark = pytest.mark.anyio

ANNA, BEN = "anna@demo.example", "ben@demo.example"


@pytest.fixture
async def sessions(store):
    """Of Anna and of Ben."""
    made = {}
    for address in (ANNA, BEN):
        account = await store.system().execute(AddAccount(address, address[:3]))
        principal = Principal(account.id, account.address, account.name, account.mailbox_id)
        made[address] = store.session(principal)
    return made


async def test_a_photo_is_set_seen_by_others_and_taken_away(store, sessions):
    assert await sessions[BEN].execute(FetchPhotos((ANNA,))) == [None]
    set = await sessions[ANNA].execute(SetPhoto(ANNA, picture()))
    found, nobody = await sessions[BEN].execute(FetchPhotos((ANNA.upper(), "no@demo.example")))
    assert found == set and nobody is None
    assert size_of(found.content) == (648, 324, "JPEG")
    other = await sessions[ANNA].execute(SetPhoto(ANNA, picture(100, 100, "PNG")))
    assert other.etag != set.etag and size_of(other.content) == (100, 100, "JPEG")
    assert await sessions[ANNA].execute(SetPhoto(ANNA, None)) is None
    assert await sessions[BEN].execute(FetchPhotos((ANNA,))) == [None]


async def test_nobody_sets_the_photo_of_another(store, sessions):
    with pytest.raises(AccessDenied):
        await sessions[BEN].execute(SetPhoto(ANNA, picture()))
    with pytest.raises(NotFound):
        await sessions[BEN].execute(SetPhoto("no@demo.example", picture()))
    assert await store.system().execute(SetPhoto(ANNA, picture())) is not None


async def test_a_photo_goes_with_its_account(store, sessions):
    await store.system().execute(SetPhoto(ANNA, picture()))
    await store.system().execute(RemoveAccount(ANNA))
    await store.system().execute(AddAccount(ANNA, "Another"))
    assert await sessions[BEN].execute(FetchPhotos((ANNA,))) == [None]


def _bomb():
    """A PNG of a few bytes whose header promises a hundred thousand pixels a side."""

    def chunk(kind, data):
        head = struct.pack(">I", len(data)) + kind + data
        return head + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", InvalidValue),
        (b"no picture", InvalidValue),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", InvalidValue),
        (picture(format="GIF"), InvalidValue),
        (picture()[:500], InvalidValue),
        (_bomb(), (InvalidValue, TooLarge)),
        (b"\xff\xd8" + bytes(BYTES_MAX), TooLarge),
    ],
)
def test_what_is_no_photo(content, error):
    with pytest.raises(error):
        picture_of(content)


def test_a_photo_is_upright_and_tells_nothing_of_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    exif[0x010F] = "Camera"
    made = picture_of(picture(400, 200, exif=exif))
    assert size_of(made) == (200, 400, "JPEG")
    with Image.open(io.BytesIO(made)) as image:
        assert not image.getexif()


@pytest.mark.parametrize(("side", "expected"), [(48, (48, 24)), (96, (96, 48)), (1000, (648, 324))])
def test_a_photo_is_made_smaller_never_larger(side, expected):
    assert size_of(resized(Photo("", picture_of(picture())), side))[:2] == expected


def test_a_photo_is_made_smaller_once_and_known_by_its_etag():
    made = resized(Photo("twice", picture_of(picture())), 48)
    assert resized(Photo("twice", b"not looked at"), 48) is made
    assert resized(Photo("another", picture_of(picture())), 48) != made
