"""Plain text: previews, words without accents."""

from __future__ import annotations

import re
import unicodedata

PREVIEW_CHARS = 255

_SPACE = re.compile(r"\s+")


def preview(text: str) -> str:
    """The first 255 characters with white space folded (MS-OXWSCORE Preview)."""
    head = text[: PREVIEW_CHARS * 8].lstrip() or text[: PREVIEW_CHARS * 800].lstrip()
    return _SPACE.sub(" ", head[: PREVIEW_CHARS * 8]).strip()[:PREVIEW_CHARS]


# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
    "ı": "i", "ĸ": "k", "ŋ": "n", "ŧ": "t",
})  # fmt: skip


def fold_accents(text: str) -> str:
    """Text as it is compared without case, accents and width: ``Müßig`` as ``mussig``."""
    text = text.casefold()
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return bare.casefold().translate(_LETTERS)
