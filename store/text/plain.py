"""Plain text: previews, and what a reply adds to what it quotes."""

from __future__ import annotations

import re

PREVIEW_CHARS = 255

_SPACE = re.compile(r"\s+")


def preview(text: str) -> str:
    """The first 255 characters with white space folded (MS-OXWSCORE Preview)."""
    return _SPACE.sub(" ", text[: PREVIEW_CHARS * 8]).strip()[:PREVIEW_CHARS]


# Where the quoted original begins, as mail programs mark it.
_HTML_MARKS = re.compile(
    r"""<div[^>]+id=["']?(?:divRplyFwdMsg|appendonsend|mail-editor-reference)"""
    r"""|<div[^>]+class=["']?(?:gmail_quote|moz-cite-prefix|yahoo_quoted)"""
    r"""|<blockquote[^>]+(?:type=["']?cite|class=["']?gmail_quote)"""
    r"""|<hr[^>]*>\s*(?:<[^>]+>\s*)*(?:<b>)?(?:From|Von|De):""",
    re.IGNORECASE,
)
_TEXT_MARKS = re.compile(
    r"^(?:-{2,}\s*(?:Original Message|Urspr\S+ngliche Nachricht|Forwarded message)\s*-{2,}"
    r"|_{20,}\s*$|On .{5,200} wrote:\s*$|Am .{5,200} schrieb .{0,100}:\s*$"
    r"|From:\s.{1,200}$\n^(?:Sent|Date|To):)",
    re.MULTILINE,
)


def unique_body(body: str) -> str:
    """The part of a body before the message that it quotes; the whole where nothing is quoted."""
    marks = _HTML_MARKS if "<" in body[:2000] and ">" in body[:2000] else _TEXT_MARKS
    found = marks.search(body)
    if found is None or not body[: found.start()].strip():
        return body
    return body[: found.start()]
