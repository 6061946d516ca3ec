"""Bodies as a device prefers them: type, truncation, preview, part (MS-ASAIRS 2.2.2.9, 2.2.2.10).

The order of choice: MIME where MIMESupport gives it, then the type that the item has itself, then
the other one. A preference that will have all or nothing, and cannot have all, gives way to the
next (MS-ASAIRS 2.2.2.3.2).
"""

from __future__ import annotations

import re

import msgspec

from eas.answers import node, text
from eas.reading.options import BodyPreference, Options
from eas.render.text import clean, cut, encoded
from eas.wbxml import Element
from store.model import Body, Item
from store.text import html_to_text, preview, text_to_html, unique_body

TEXT, HTML, RTF, MIME = 1, 2, 3, 4
_P = "AirSyncBase"
# What a device that says nothing of bodies gets: how much there is, to fetch with ItemOperations.
_UNSAID = (BodyPreference(TEXT, truncation=0),)
# From the type that an item has itself to the other one.
_ORDER = {TEXT: (TEXT, HTML), HTML: (HTML, TEXT)}
_NEVER, _SIGNED_ONLY, _ALWAYS = 0, 1, 2  # MIMESupport, MS-ASCMD 2.2.3.100
_SIGNED = ("IPM.NOTE.SMIME", "IPM.NOTE.SECURE")
PREVIEW_SINCE = "14.0"
# The charset that a page says of itself stands near its beginning.
_HEAD_CHARS = 16_384
_META_CHARSET = re.compile(r"""<meta\b[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


class _Form(msgspec.Struct):
    """A body in one type: all of it, as bytes of what Data says."""

    type: int
    data: bytes


def is_signed(item_class: str) -> bool:
    """Whether a message is S/MIME: only its MIME can be verified or read."""
    return item_class.upper().startswith(_SIGNED)


def wants_mime(options: Options) -> bool:
    """Whether these options give MIME of any item."""
    return takes_mime("IPM.Note.SMIME", options)


def takes_mime(item_class: str, options: Options) -> bool:
    """Whether these options give MIME of items of a class.

    MIMESupport decides (MS-ASCMD 2.2.3.100). Some devices prefer MIME and forget it: one that
    names MIME first, or nothing else, and does not say 1, gets it.
    """
    if not any(body.type == MIME for body in options.bodies):
        return False
    if options.mime_support == _NEVER:
        return options.bodies[0].type == MIME
    return options.mime_support == _ALWAYS or is_signed(item_class)


def native_type(body: Body) -> int:
    """The type that an item has itself (NativeBodyType)."""
    return HTML if body.html is not None else TEXT


def body_of(item: Item, options: Options, *, previews: bool) -> Element:
    """The Body element. ``previews``: the version knows Preview."""
    body = item.body or Body()
    preferences = _in_order(item, body, options)
    for preference in preferences:
        form = _form(item, body, preference.type)
        limit = _limit(preference, options)
        if preference.all_or_none and limit is not None and len(form.data) > limit:
            continue
        return _written(form, limit, _preview(item, preference) if previews else "")
    # All preferences would have all or nothing, and it does not fit: size and type alone.
    first = preferences[0]
    form = _form(item, body, first.type)
    return _written(form, 0, _preview(item, first) if previews else "")


def _in_order(item: Item, body: Body, options: Options) -> list[BodyPreference]:
    """What is tried, best first; at least one."""
    asked = options.bodies or _UNSAID
    if len(asked) == 1 and asked[0].type != RTF and asked[0].type != MIME:
        return [asked[0]]
    by_type = {preference.type: preference for preference in asked}
    chosen: list[BodyPreference] = []
    if item.mime is not None and takes_mime(item.item_class, options):
        chosen.append(by_type[MIME])
    chosen += [by_type[type] for type in _ORDER[native_type(body)] if type in by_type]
    if chosen:
        return chosen
    # MIME that it does not get: the regular body (MIMESupport 1). RTF, which nothing has: text.
    type = TEXT if asked[0].type == RTF else native_type(body)
    return [msgspec.structs.replace(asked[0], type=type)]


def _limit(preference: BodyPreference, options: Options) -> int | None:
    """Bytes of Data at most. MIMETruncation counts where the preference says nothing."""
    if preference.truncation is None and preference.type == MIME:
        return options.mime_truncation
    return preference.truncation


def _form(item: Item, body: Body, type: int) -> _Form:
    if type == MIME:
        return _Form(MIME, item.mime or b"")
    if type == HTML:
        return _Form(HTML, encoded(_html(body)))
    return _Form(TEXT, encoded(_plain(body)))


def _html(body: Body) -> str:
    """HTML whose own word on its charset is true: what is sent is UTF-8."""
    if body.html is None:
        return text_to_html(body.text or "")
    return _in_utf8(body.html)


def _in_utf8(html: str) -> str:
    found = _META_CHARSET.search(html, 0, _HEAD_CHARS)
    if found is None or found.end() == _HEAD_CHARS:  # a name may go on behind the end
        return html
    return f"{html[: found.start(1)]}utf-8{html[found.end() :]}"


def _plain(body: Body) -> str:
    if body.text is not None:
        return body.text
    return html_to_text(body.html) if body.html else ""


def _written(form: _Form, limit: int | None, shown: str) -> Element:
    size = len(form.data)
    is_cut = limit is not None and size > limit
    data = form.data
    if limit is not None and is_cut:
        data = _cut_mime(data, limit) if form.type == MIME else cut(data, limit)
    # Text that was given whole, or in part, is a preview already (MS-ASAIRS 2.2.2.35.1).
    if form.type == TEXT and data:
        shown = ""
    return node(
        f"{_P}:Body",
        text(f"{_P}:Type", form.type),
        text(f"{_P}:EstimatedDataSize", size),
        # Windows Phone stops at a Truncated that says 0.
        text(f"{_P}:Truncated", 1) if is_cut else None,
        text(f"{_P}:Data", _value(form.type, data)) if data else None,
        text(f"{_P}:Preview", shown) if shown else None,
    )


def _value(type: int, data: bytes) -> str | bytes:
    """Data as text where it is text: MIME in another charset goes as the bytes that it is."""
    if type != MIME:
        return data.decode("utf-8")
    if b"\x00" in data:
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _cut_mime(data: bytes, limit: int) -> bytes:
    """Bytes as they are, in whole characters where they are UTF-8, so that they stay text."""
    head = data[:limit]
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return head[: error.start]
    return head


def _preview(item: Item, preference: BodyPreference) -> str:
    if not preference.preview:
        return ""
    shown = item.properties.get("preview")
    if shown is None:
        shown = preview(_plain(item.body or Body()))
    return clean(shown)[: preference.preview]


def body_part_of(item: Item, preference: BodyPreference) -> Element:
    """The BodyPart element: what the message adds to its conversation (MS-ASAIRS 2.2.2.10).

    Status is 1 also where all or nothing gives nothing, as in Exchange (MSASAIRS_S01_TC02).
    """
    body = item.body or Body()
    if body.html is None:
        part = text_to_html(unique_body(body.text or "", is_html=False))
    else:
        part = _in_utf8(unique_body(body.html, is_html=True))
    data = encoded(part)
    is_cut = preference.truncation is not None and len(data) > preference.truncation
    given = b"" if is_cut and preference.all_or_none else data
    if preference.truncation is not None:
        given = cut(given, preference.truncation)
    shown = _preview(item, preference)
    return node(
        f"{_P}:BodyPart",
        text(f"{_P}:Status", 1),
        text(f"{_P}:Type", HTML),
        text(f"{_P}:EstimatedDataSize", len(data)),
        text(f"{_P}:Truncated", 1) if is_cut else None,
        text(f"{_P}:Data", given.decode("utf-8")) if given else None,
        text(f"{_P}:Preview", shown) if shown else None,
    )
