"""Kinds of plain text that mail has: flowed lines, enriched text."""

from __future__ import annotations

import re

# Longer texts stay as they were sent: nobody reads 200,000 lines.
LINES_MAX = 200_000


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 4); ``delete_space``: its DelSp."""
    if text.count("\n") > LINES_MAX:
        return text
    pieces: list[str] = []
    open_depth = -1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if depth != open_depth or content == "-- ":
            if number:
                pieces.append("\r\n")
            if depth:
                pieces.append(f"{'>' * depth} ")
        is_soft = content.endswith(" ") and content != "-- "
        open_depth = depth if is_soft else -1
        pieces.append(content[:-1] if is_soft and delete_space else content)
    return "".join(pieces)


_ENRICHED = re.compile(r"<<|</?([A-Za-z0-9-]{1,60})>|(\r?\n)+")


def from_enriched(text: str) -> str:
    """Plain text of text/enriched (RFC 1896): commands and their parameters go."""
    if text.count("<") + text.count("\n") > LINES_MAX:
        return text
    found: list[str] = []
    verbatim = hidden = 0
    end = 0
    for match in _ENRICHED.finditer(text):
        if not hidden:
            found.append(text[end : match.start()])
        end = match.end()
        token = match.group()
        command = (match[1] or "").lower()
        change = -1 if token.startswith("</") else 1
        if command == "nofill":
            verbatim = max(0, verbatim + change)
        elif command == "param":
            hidden = max(0, hidden + change)
        elif token == "<<":
            found.append("<")
        elif not command and not hidden:
            breaks = token.count("\n")
            found.append(token if verbatim else "\r\n" * (breaks - 1) if breaks > 1 else " ")
    if not hidden:
        found.append(text[end:])
    return "".join(found)
