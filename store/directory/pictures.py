"""Pictures of people: read whatever a program sends, and made smaller.

A picture is somebody else's bytes: only two formats are read, and only up to a number of pixels
that costs little, which the header tells before anything is unpacked.
"""

from __future__ import annotations

import io
import warnings
from functools import lru_cache

from PIL import Image, ImageOps, UnidentifiedImageError

from store.errors import InvalidValue, TooLarge
from store.results import Photo

CONTENT_TYPE = "image/jpeg"
"""What every picture is kept as."""
SIDE_MAX = 648
"""Pixels of the longer side of what is kept (MS-OXWSPHOTO HR648x648)."""
BYTES_MAX = 10 * 1024 * 1024
_PIXELS_MAX = 40_000_000
_FORMATS = ("JPEG", "PNG")
_QUALITY = 85
_REMEMBERED = 256


def picture_of(content: bytes) -> bytes:
    """A JPEG of at most ``SIDE_MAX`` pixels a side, upright, without what a camera notes beside it
    (place, time). Raises InvalidValue (role ``photo``) for what is no JPEG or PNG, TooLarge."""
    if len(content) > BYTES_MAX:
        raise TooLarge(f"a photo has at most {BYTES_MAX:,} bytes", role="photo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > _PIXELS_MAX:
                    raise TooLarge(f"a photo has at most {_PIXELS_MAX:,} pixels", role="photo")
                image.draft("RGB", (SIDE_MAX, SIDE_MAX))
                return _written(ImageOps.exif_transpose(image), SIDE_MAX)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidValue("the photo is no JPEG or PNG that can be read", role="photo") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidValue("the photo is damaged", role="photo") from error


def resized(photo: Photo, side: int) -> bytes:
    """A kept picture with at most ``side`` pixels a side. Each is made once for a size, and known
    by its etag."""
    return _resized(_Known(photo), side)


class _Known:
    """A picture as the key of what was made of it: its bytes are neither compared nor kept."""

    def __init__(self, photo: Photo) -> None:
        self._etag = photo.etag
        self._content = photo.content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other._etag == self._etag

    def __hash__(self) -> int:
        return hash(self._etag)

    def taken(self) -> bytes:
        """Its bytes, which it has no more."""
        content, self._content = self._content, b""
        return content


@lru_cache(maxsize=_REMEMBERED)
def _resized(picture: _Known, side: int) -> bytes:
    content = picture.taken()
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        if max(image.size) <= side:
            return content
        return _written(image, side)


def _written(image: Image.Image, side: int) -> bytes:
    made = image.convert("RGB")
    made.thumbnail((side, side))
    out = io.BytesIO()
    made.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
