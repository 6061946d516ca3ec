"""Bodies as a device prefers them: type, truncation, preview, part (MS-ASAIRS 2.2.2.9, 2.2.2.10).

The order of choice: the type that the item has itself, where the device takes it; else the best
type that it takes (HTML, then MIME, then text). A preference that will have all or nothing, and
cannot have all, gives way to the next.
"""

from __future__ import annotations

import msgspec

from eas.answers import node, text
from eas.reading.options import BodyPreference, Options
from eas.render.text import clean, cut
from eas.wbxml import Element
from store.model import Body, Item
from store.text import html_to_text, preview, text_to_html, unique_body

TEXT, HTML, RTF, MIME = 1, 2, 3, 4
_P = "AirSyncBase"
# Of what a device that says nothing of bodies gets: enough for a list (MS-ASAIRS 3.2.5).
_UNSAID = (BodyPreference(TEXT, truncation=0),)
# From a type of its own to the others, best first.
_ORDER = {TEXT: (TEXT, HTML, MIME), HTML: (HTML, TEXT, MIME), MIME: (MIME, HTML, TEXT)}
_SIGNED = ("IPM.NOTE.SMIME", "IPM.NOTE.SECURE")
PREVIEW_SINCE = "14.0"


class _Form(msgspec.Struct):
    """A body in one type: all of it, as bytes of what Data says."""

    type: int
    data: bytes


def is_signed(item_class: str) -> bool:
    """Whether a message is S/MIME: only its MIME can be verified or read."""
    return item_class.upper().startswith(_SIGNED)


def wants_mime(options: Options) -> bool:
    """Whether a device may want MIME of some items under these options."""
    return any(body.type == MIME for body in options.bodies)


def native_type(body: Body) -> int:
    """The type that an item has itself (NativeBodyType)."""
    return HTML if body.html is not None else TEXT


def body_of(item: Item, options: Options, *, previews: bool) -> Element:
    """The Body element. ``previews``: the version knows Preview."""
    preferences = options.bodies or _UNSAID
    body = item.body or Body()
    for preference in _in_order(item, body, options, preferences):
        form = _form(item, body, preference.type)
        if form is None:
            continue
        limit = _limit(preference, options)
        if preference.all_or_none and limit is not None and len(form.data) > limit:
            continue
        return _written(form, limit, _preview(body, preference, previews))
    # All preferences would have all or nothing, and it does not fit: size and type alone.
    form = _form(item, body, preferences[0].type) or _Form(TEXT, _plain(body))
    return _written(form, 0, _preview(body, preferences[0], previews))


def _in_order(
    item: Item, body: Body, options: Options, preferences: tuple[BodyPreference, ...]
) -> list[BodyPreference]:
    by_type = {preference.type: preference for preference in preferences}
    own = native_type(body)
    if MIME in by_type and _gives_mime(item, options, by_type):
        own = MIME
    chosen = [by_type[type] for type in _ORDER[own] if type in by_type]
    # RTF is nothing that an item has here; a device that takes nothing else gets text.
    return chosen or [
        BodyPreference(TEXT, p.truncation, p.all_or_none, p.preview) for p in preferences
    ]


def _gives_mime(item: Item, options: Options, by_type: dict[int, BodyPreference]) -> bool:
    """MIMESupport (MS-ASCMD 2.2.3.100); devices that ask for MIME alone and forget it get it."""
    if options.mime_support == 2 or len(by_type) == 1:
        return True
    return options.mime_support == 1 and is_signed(item.item_class)


def _limit(preference: BodyPreference, options: Options) -> int | None:
    """Bytes of Data at most. MIMETruncation counts where the preference says nothing."""
    if preference.truncation is None and preference.type == MIME:
        return options.mime_truncation
    return preference.truncation


def _form(item: Item, body: Body, type: int) -> _Form | None:
    if type == MIME:
        return None if item.mime is None else _Form(MIME, item.mime)
    if type == HTML:
        return _Form(HTML, clean(_html(body)).encode("utf-8", "replace"))
    return _Form(TEXT, _plain(body))


def _html(body: Body) -> str:
    return body.html if body.html is not None else text_to_html(body.text or "")


def _plain(body: Body) -> bytes:
    plain = body.text
    if plain is None:
        plain = html_to_text(body.html) if body.html else ""
    return clean(plain).encode("utf-8", "replace")


def _written(form: _Form, limit: int | None, shown: str) -> Element:
    size = len(form.data)
    is_cut = limit is not None and size > limit
    if limit is not None and is_cut:
        data = form.data[:limit] if form.type == MIME else cut(form.data, limit)
    else:
        data = form.data
    # Text that was given whole, or in part, is a preview already (MS-ASAIRS 2.2.2.35).
    if form.type == TEXT and data:
        shown = ""
    return node(
        f"{_P}:Body",
        text(f"{_P}:Type", form.type),
        text(f"{_P}:EstimatedDataSize", size),
        text(f"{_P}:Truncated", 1) if is_cut else None,
        text(f"{_P}:Data", _value(form.type, data)) if data else None,
        text(f"{_P}:Preview", shown) if shown else None,
    )


def _value(type: int, data: bytes) -> str | bytes:
    """Data as text where it is text: MIME of other charsets goes as the bytes that it is."""
    if type != MIME:
        return data.decode("utf-8")
    if data.isascii() and b"\x00" not in data:
        return data.decode("ascii")
    return data


def _preview(body: Body, preference: BodyPreference, previews: bool) -> str:
    if not previews or not preference.preview:
        return ""
    plain = body.text if body.text is not None else html_to_text(body.html or "")
    return clean(preview(plain))[: preference.preview]


def body_part_of(item: Item, preference: BodyPreference) -> Element:
    """The BodyPart element: what the message adds to its conversation (MS-ASAIRS 2.2.2.10)."""
    body = item.body or Body()
    data = clean(unique_body(_html(body))).encode("utf-8", "replace")
    is_cut = preference.truncation is not None and len(data) > preference.truncation
    given = b"" if is_cut and preference.all_or_none else data
    if preference.truncation is not None:
        given = cut(given, preference.truncation)
    shown = _preview(body, preference, previews=True)
    return node(
        f"{_P}:BodyPart",
        text(f"{_P}:Status", 1),
        text(f"{_P}:Type", HTML),
        text(f"{_P}:EstimatedDataSize", len(data)),
        text(f"{_P}:Truncated", 1) if is_cut else None,
        text(f"{_P}:Data", given.decode("utf-8")) if given else None,
        text(f"{_P}:Preview", shown) if shown else None,
    )
