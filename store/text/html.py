"""HTML bodies: made from text, joined, made safe to show, without images from outside."""

from __future__ import annotations

import html as entities
import re
from html import unescape

import nh3

from store.text.from_html import html_to_text
from store.text.tokens import Tag, attributes, is_heavy, rewrite

__all__ = [
    "blank_targets",
    "block_images",
    "html_to_text",
    "join_html",
    "sanitise",
    "text_to_html",
]

_SANITISED_CHARS_MAX = 4 * 1024 * 1024
_REFERENCES_MAX = 100_000  # the cleaner's time grows with the square of their number


def text_to_html(text: str) -> str:
    """An HTML document that shows plain text as it was written."""
    escaped = entities.escape(text, quote=False)
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    lines = _BLANK.sub("&nbsp;", lines).replace("\n", "<br>\r\n")
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
        f"<body><div>{lines}</div></body></html>"
    )


_BLANK = re.compile(r"(?m)(?<=^) | (?= )")  # a browser drops it unless it is a hard one
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def join_html(pages: list[str]) -> str:
    """One document that shows several, one below the other."""
    if len(pages) == 1:
        return pages[0]
    first = pages[0]
    ends = [found.start() for found in _BODY_END.finditer(first)]
    head, tail = (first[: ends[-1]], first[ends[-1] :]) if ends else (first, "")
    return head + "".join(f"<div>{_inside(page)}</div>" for page in pages[1:]) + tail


def _inside(page: str) -> str:
    begin = _BODY.search(page)
    if begin is None:
        return page
    end = _BODY_END.search(page, begin.end())
    return page[begin.end() : end.start() if end else len(page)]


_TAGS_KEPT = (nh3.ALLOWED_TAGS | {"font", "map", "area"}) - {"style", "title"}
_ATTRIBUTES: dict[str, set[str]] = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {
        "style", "class", "id", "dir", "lang", "title", "align", "valign", "width", "height",
        "bgcolor", "color", "border", "cellpadding", "cellspacing", "face", "size", "background",
    },
}  # fmt: skip
_ATTRIBUTES["a"] = {*_ATTRIBUTES.get("a", set()), "href", "name", "target"}
# Text and boxes look as the sender meant; nothing leaves its place or loads anything.
_STYLES = frozenset(
    ["background-color", "border", "border-bottom", "border-collapse", "border-color",
     "border-left", "border-radius", "border-right", "border-spacing", "border-style",
     "border-top", "border-width", "color", "direction", "display", "font", "font-family",
     "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing",
     "line-height", "list-style", "list-style-type", "margin", "margin-bottom", "margin-left",
     "margin-right", "margin-top", "max-height", "max-width", "min-height", "min-width",
     "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
     "table-layout", "text-align", "text-decoration", "text-indent", "text-transform",
     "unicode-bidi", "vertical-align", "white-space", "width", "word-break", "word-spacing",
     "word-wrap"]
)  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
_STYLE_LOADS = re.compile(r"url\s*\(|expression|@import|\\", re.IGNORECASE)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What becomes of an attribute: data: addresses only for images, styles that load nothing."""
    if name in ("href", "src", "background", "cite") and _scheme(value) == "data":
        is_image = tag == "img" and name == "src" and _DATA_IMAGE.match(value.strip())
        return value if is_image else None
    if name == "style" and _STYLE_LOADS.search(value):
        return None
    return value


_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp|bmp)[;,]", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20]+")


def _scheme(address: str) -> str:
    """The scheme of an address as a browser reads it; empty for a relative one."""
    head = _IGNORED.sub("", address[:256]).lower()
    scheme, colon, _ = head.partition(":")
    return scheme if colon and scheme.replace("+", "").replace("-", "").isalnum() else ""


def sanitise(html: str) -> str:
    """HTML without scripts, event handlers, frames, forms and styles that load or cover
    something (FilterHtmlContent, attack A17).

    HTML that nests so deep that only an attacker writes it comes back as its text.
    """
    too_much = len(html) > _SANITISED_CHARS_MAX or html.count("&") > _REFERENCES_MAX
    if too_much or is_heavy(html):
        return text_to_html(html_to_text(html))
    return nh3.clean(
        html,
        tags=_TAGS_KEPT,
        clean_content_tags={"script", "style", "title"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        filter_style_properties=set(_STYLES),
        url_schemes=_SCHEMES,
        link_rel=None,
    )


_SOURCES = frozenset(["src", "srcset", "poster", "background", "lowsrc", "dynsrc", "data"])
_LOADERS = frozenset(
    ["img", "image", "input", "video", "audio", "source", "embed", "object", "iframe", "track",
     "body", "table", "tr", "td", "th", "use", "bgsound", "link", "frame"]
)  # fmt: skip
_STYLE_URL = re.compile(r"url\s*\(\s*(?!['\"]?\s*(?:cid|data)\s*:)[^)]*\)?", re.IGNORECASE)
_IMPORT = re.compile(r"@import\s[^;]*;?", re.IGNORECASE)
_STYLE_ELEMENT = re.compile(r"(<style\b[^>]*>)(.*?)(</style|\Z)", re.IGNORECASE | re.DOTALL)


def block_images(html: str) -> tuple[str, bool]:
    """HTML that loads nothing from outside, and whether there was something (BlockExternalImages).

    Images that came with the message (cid:, data:) stay.
    """
    blocked = False

    def change(tag: Tag) -> str | None:
        nonlocal blocked
        if tag.is_closing:
            return None
        kept: list[str] = []
        end, gone = 0, False
        for name, value, start, stop in attributes(tag.attributes):
            if not _loads(tag.name, name, unescape(value)):
                continue
            gone = True
            kept.append(tag.attributes[end:start])
            if name == "style":
                styles = entities.escape(_STYLE_URL.sub("none", unescape(value)))
                kept.append(f'style="{styles}"')
            end = stop
        if not gone:
            return None
        blocked = True
        return f"<{tag.name}{''.join(kept)}{tag.attributes[end:]}>"

    html = rewrite(html, change)
    if "<style" in html.lower():
        html, count = _STYLE_ELEMENT.subn(_style_without_loads, html)
        blocked = blocked or (_STYLE_MARK in html and count > 0)
    return html, blocked


_STYLE_MARK = "/*blocked*/"


def _style_without_loads(match: re.Match[str]) -> str:
    css, imports = _IMPORT.subn("", match[2])
    css, addresses = _STYLE_URL.subn("none", css)
    mark = _STYLE_MARK if imports or addresses else ""
    return f"{match[1]}{mark}{css}{match[3]}"


def _loads(tag: str, name: str, value: str) -> bool:
    """Whether an attribute makes a browser fetch something from outside."""
    if name == "style":
        return _STYLE_URL.search(value) is not None
    if name in ("href", "xlink:href") and tag in ("link", "image", "use"):
        return _scheme(value) not in ("cid", "data")
    if name not in _SOURCES or (tag not in _LOADERS and name != "background"):
        return False
    return _scheme(value) not in ("cid", "data") and bool(value.strip())


def blank_targets(html: str) -> str:
    """HTML whose links open a window of their own (AddBlankTargetToLinks)."""

    def change(tag: Tag) -> str | None:
        if tag.name not in ("a", "area") or tag.is_closing:
            return None
        kept: list[str] = []
        end = 0
        for name, _, start, stop in attributes(tag.attributes):
            if name == "target":
                kept.append(tag.attributes[end:start])
                end = stop
        rest = f"{''.join(kept)}{tag.attributes[end:]}".rstrip("/ \t\r\n")
        return f'<{tag.name}{rest} target="_blank">'

    return rewrite(html, change)
