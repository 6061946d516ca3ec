"""The part of a reply that is its own: what stands before the message it quotes (UniqueBody)."""

from __future__ import annotations

import re

from store.text.tokens import Tag, attributes, pieces

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
# Names that mail programs give the element that holds the quoted message.
_NAMED = re.compile(
    r"(?:^|[\s_])(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY"
    r"_SECTION|gmail_quote|gmail_quote_container|gmail_extra|moz-cite-prefix|moz-forward-container"
    r"|yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote|zwchr|ms-outlook-mobile-reference"
    r"-message)(?:$|\s)",
    re.IGNORECASE,
)
# The line that Outlook draws above the header of the original.
_LINE = re.compile(r"border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)", re.IGNORECASE)

# The line before a quotation, in the languages of the programs that write most mail.
_ATTRIBUTION = re.compile(
    r"(?:On\b.{4,250}\bwrote|Am\b.{4,250}\bschrieb.{0,100}|Le\b.{4,250}\ba\s+écrit\s*|El\b.{4,250}"
    r"\bescribió|Il\b.{4,250}\bha\s+scritto|Op\b.{4,250}\bschreef.{0,100}|Em\b.{4,250}\bescreveu"
    r"|Den\b.{4,250}\bskrev.{0,100}|W\s+dniu\b.{4,250}\bpisze|.{4,250}\bнаписал\(?а?\)?)\s*:\s*$",
    re.DOTALL,
)
_TEXT_MARK = re.compile(
    r"^[ \t]*(?:-{2,10}[ \t]*(?:Original[ -]?(?:Message|Appointment)"
    r"|Urspr\w{1,8}ngliche[ \t]+Nachricht"
    r"|Message[ \t]+d'origine|Mensaje[ \t]+original|Messaggio[ \t]+originale|Forwarded[ \t]+message"
    r"|Weitergeleitete[ \t]+Nachricht)[ \t]*-{2,10}"
    r"|Begin[ \t]+forwarded[ \t]+message:"
    r"|(?:_{10,80}[ \t]*\r?\n\s*)?(?:From|Von|De|Da|Van|Från|Fra|От):[ \t][^\r\n]{1,300}\r?\n"
    r"(?:[^\r\n]{0,300}\r?\n){0,2}(?:Sent|Date|To|Gesendet|Datum|An|Envoyé|À|Enviado|Para|Inviato|A"
    r"|Verzonden|Aan|Skickat|Till|Sendt|Til|Отправлено|Кому):[ \t])",
    re.MULTILINE,
)
_QUOTE = re.compile(r"^[ \t]*>", re.MULTILINE)
_CHARS_MAX = 4 * 1024 * 1024


def unique_body(body: str, *, is_html: bool | None = None) -> str:
    """The part of a body before the message that it quotes; the whole where nothing is quoted.

    Also the whole where nothing stands before the quotation: a forward without a word, or answers
    below what they answer. ``is_html``: None to find out by looking.
    """
    if len(body) > _CHARS_MAX:
        return body
    if is_html is None:
        is_html = (
            re.search(r"<(?:html|body|div|p|br|table|span)\b", body[:20_000], re.I) is not None
        )
    return _unique_html(body) if is_html else _unique_text(body)


def _unique_html(html: str) -> str:
    """Up to the element that holds the original; what is open there is closed again."""
    open_tags: list[str] = []
    said = False
    line_at = -1  # an hr or attribution just before belongs to the quotation
    line_open = 0
    for text, tag, _ in pieces(html):
        if text.strip(" \t\r\n\xa0").replace("&nbsp;", "").strip():
            is_line = _ATTRIBUTION.fullmatch(_plain(text)) is not None
            if is_line and line_at < 0 and tag is not None:
                line_at, line_open = tag.start - len(text), len(open_tags)
            elif not is_line:
                said, line_at = True, -1
        if tag is None:
            continue
        if not tag.is_closing and _holds_original(tag):
            if not said:
                return html
            if line_at < 0:
                line_at, line_open = tag.start, len(open_tags)
            closing = "".join(f"</{name}>" for name in reversed(open_tags[:line_open]))
            return html[:line_at] + closing
        if tag.name == "img" and not tag.is_closing:
            said, line_at = True, -1
        _follow(open_tags, tag)
    return html


def _plain(text: str) -> str:
    return " ".join(text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").split())


def _follow(open_tags: list[str], tag: Tag) -> None:
    """Keep the list of open elements; an end without a beginning is passed over."""
    if tag.name in _VOID or tag.attributes.endswith("/"):
        return
    if not tag.is_closing:
        if len(open_tags) < 500:
            open_tags.append(tag.name)
    elif tag.name in open_tags[-50:]:
        while open_tags.pop() != tag.name:
            pass


def _holds_original(tag: Tag) -> bool:
    if tag.name not in ("div", "blockquote", "hr", "span", "table"):
        return False
    for name, value, _, _ in attributes(tag.attributes):
        if name in ("id", "class", "name") and _NAMED.search(value):
            return True
        if tag.name == "blockquote" and (
            (name == "type" and value.lower() == "cite") or name == "cite"
        ):
            return True
        if name == "style" and tag.name == "div" and _LINE.search(value):
            return True
    return False


def _unique_text(text: str) -> str:
    """Up to the original's header, or the line above a quotation that runs to the end."""
    found = _TEXT_MARK.search(text)
    end = found.start() if found else len(text)
    quote = _QUOTE.search(text, 0, end)
    if quote is not None and _is_quoted_to_end(text[quote.start() : end]):
        end = _before_attribution(text, quote.start())
    head = text[:end].rstrip(" \t\r\n_-")
    return f"{head}\r\n" if head.strip() and end < len(text) else text


def _is_quoted_to_end(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return all(line.lstrip().startswith(">") for line in lines)


def _before_attribution(text: str, at: int) -> int:
    """Where the line(s) above a quotation begin that say who wrote it."""
    head = text[:at].rstrip()
    lines = head[-600:].splitlines(keepends=True)
    for count in (1, 2, 3):
        block = "".join(lines[-count:])
        if count <= len(lines) and _ATTRIBUTION.fullmatch(block.strip()):
            return len(head) - len(block)
    return at
