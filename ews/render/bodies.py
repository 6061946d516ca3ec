"""Bodies as clients ask for them: type, filtering, the unique part (MS-OXWSCDATA 2.2.4.47)."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ews.render.values import escape
from store.model import Body
from store.text import (
    blank_targets,
    block_images,
    html_to_text,
    sanitise,
    text_to_html,
    unique_body,
)


class BodyOptions(msgspec.Struct, frozen=True):
    """What an ItemShape or AttachmentShape says about bodies."""

    type: str = "Best"
    unique_type: str = ""
    normalized_type: str = ""
    filter_html: bool = False
    block_images: bool | None = None
    blank_targets: bool = False
    as_utf8: bool = True
    bytes_max: int | None = None


def body_options(shape: Any) -> BodyOptions:
    """The options in a shape node; the defaults for a missing one."""
    if shape is None:
        return BodyOptions()
    return BodyOptions(
        type=shape.BodyType or "Best",
        unique_type=shape.UniqueBodyType or "",
        normalized_type=shape.NormalizedBodyType or "",
        filter_html=bool(shape.FilterHtmlContent),
        block_images=shape.BlockExternalImages,
        blank_targets=bool(shape.AddBlankTargetToLinks),
        as_utf8=shape.ConvertHtmlCodePageToUTF8 is not False,
        bytes_max=shape.MaximumBodySize,
    )


class Rendered(msgspec.Struct, frozen=True):
    """A body ready to be written. ``has_blocked`` whether external images were taken out."""

    type: str
    text: str
    has_blocked: bool = False


def render_body(body: Body, type: str, options: BodyOptions) -> Rendered:
    """The body in the type asked for: ``Best`` is HTML where there is any."""
    if type == "Best":
        type = "HTML" if body.html is not None else "Text"
    if type == "Text":
        text = body.text
        if text is None:
            text = html_to_text(body.html) if body.html else ""
        return Rendered("Text", _cut(text, options))
    html = body.html
    if html is None:
        html = text_to_html(body.text or "")
    blocked = False
    if options.as_utf8:
        html = _META_CHARSET.sub(r"\1utf-8", html, count=1)
    if options.filter_html:
        html = sanitise(html)
    if options.block_images:
        html, blocked = block_images(html)
    if options.blank_targets:
        html = blank_targets(html)
    return Rendered("HTML", _cut(html, options), blocked)


# What an HTML page says its charset is; answers are UTF-8 (ConvertHtmlCodePageToUTF8).
_META_CHARSET = re.compile(r"""(<meta\b[^>]{0,200}?charset\s*=\s*["']?)[\w.:-]+""", re.IGNORECASE)


def _cut(text: str, options: BodyOptions) -> str:
    if options.bytes_max is None or options.bytes_max <= 0:
        return text
    return text[: options.bytes_max]


def body_element(name: str, rendered: Rendered) -> str:
    """A BodyType element."""
    return f'<t:{name} BodyType="{rendered.type}">{escape(rendered.text)}</t:{name}>'


def unique_element(body: Body, options: BodyOptions) -> str:
    """UniqueBody: what the message adds to the conversation."""
    rendered = render_body(body, options.unique_type or options.type, options)
    return body_element("UniqueBody", Rendered(rendered.type, unique_body(rendered.text)))
