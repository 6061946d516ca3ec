"""Pictures to test with."""

import io

from PIL import Image


def picture(width=800, height=400, format="JPEG", **more):
    """A picture with something in it, as a program would send it."""
    image = Image.effect_noise((width, height), 40).convert("RGB")
    out = io.BytesIO()
    image.save(out, format, **more)
    return out.getvalue()


def size_of(content):
    """Width and height, and the format."""
    with Image.open(io.BytesIO(content)) as image:
        return (*image.size, image.format)
