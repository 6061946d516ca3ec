"""HTML bodies: to text, from text, and made safe to show.

``html_to_text`` uses inscriptis on what selectolax's lenient parser made of the HTML; both are
bounded by the size that is handed in.
"""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

# Longer HTML is cut before it is turned to text: nobody searches behind that.
HTML_CHARS_MAX = 4 * 1024 * 1024
_DEPTH_MAX = 256
_SIMPLE_CHARS_MAX = 200_000


@lru_cache(maxsize=1)
def _config() -> ParserConfig:
    return ParserConfig(css=CSS_PROFILES["relaxed"], display_links=False)


def html_to_text(html: str) -> str:
    """Plain text of an HTML body; never raises."""
    html = html[:HTML_CHARS_MAX].replace("\x00", "")
    if not html.strip():
        return ""
    if len(html) <= _SIMPLE_CHARS_MAX and _depth(html) <= _DEPTH_MAX:
        try:
            return get_text(html, _config()).strip("\n")
        except (etree.LxmlError, ValueError, RecursionError, AssertionError, KeyError):
            return _bare_text(html)
    return _bare_text(html)


def _depth(html: str) -> int:
    """An upper bound of how deep elements nest: opening tags not yet closed."""
    depth = deepest = 0
    for tag in _TAGS.finditer(html):
        text = tag.group()
        if text.startswith("</"):
            depth = max(0, depth - 1)
        elif not text.endswith("/>") and tag.group(1).lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


_TAGS = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)[^<>]*>")
_VOID = frozenset("area base br col embed hr img input link meta source track wbr p li td tr".split())


def _bare_text(html: str) -> str:
    """The text alone, for HTML too large or too deep to lay out."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "head"])
    body = tree.body
    return body.text(separator="\n", strip=True) if body is not None else ""


def text_to_html(text: str) -> str:
    """An HTML document that shows plain text as it was written."""
    escaped = entities.escape(text, quote=False)
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>\r\n")
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
        f'<body><div style="white-space: pre-wrap">{lines}</div></body></html>'
    )


_TAGS_KEPT = nh3.ALLOWED_TAGS | {
    "html", "body", "font", "center", "style", "title", "head", "meta", "map", "area",
}  # fmt: skip
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {
        "style", "class", "id", "dir", "lang", "title", "align", "valign", "width", "height",
        "bgcolor", "color", "border", "cellpadding", "cellspacing", "face", "size", "background",
    },
}  # fmt: skip


def sanitise(html: str) -> str:
    """HTML without scripts, event handlers, frames and forms (FilterHtmlContent)."""
    return nh3.clean(
        html,
        tags=_TAGS_KEPT - {"style", "title", "head", "meta", "html", "body"},
        clean_content_tags={"script", "style", "title"},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel=None,
    )


_IMAGE_SOURCE = re.compile(
    r"""(<(?:img|image|input|video|audio|source|embed)\b[^>]*?\s)(?:src|srcset|poster)\s*=\s*"""
    r"""(?:"(?:https?:)?//[^"]*"|'(?:https?:)?//[^']*'|(?:https?:)?//[^\s>]+)""",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"""(<[a-z][^>]*?\s)background\s*=\s*(?:"https?:[^"]*"|'https?:[^']*'|https?:[^\s>]+)""",
    re.IGNORECASE,
)
_STYLE_URL = re.compile(r"url\(\s*(['\"]?)(?:https?:)?//[^)]*\)", re.IGNORECASE)


def block_images(html: str) -> tuple[str, bool]:
    """HTML whose images from outside are not loaded, and whether there were any."""
    blocked, images = _IMAGE_SOURCE.subn(r"\1", html)
    blocked, backgrounds = _BACKGROUND.subn(r"\1", blocked)
    blocked, styles = _STYLE_URL.subn("none", blocked)
    return blocked, bool(images + backgrounds + styles)


_ANCHOR = re.compile(r"<a\b(?P<rest>[^>]*)>", re.IGNORECASE)
_TARGET = re.compile(r"""\s+target\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)


def blank_targets(html: str) -> str:
    """HTML whose links open a window of their own (AddBlankTargetToLinks)."""

    def change(match: re.Match[str]) -> str:
        return f'<a{_TARGET.sub("", match["rest"])} target="_blank">'

    return _ANCHOR.sub(change, html)
