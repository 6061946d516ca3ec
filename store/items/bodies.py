"""What a change makes of a body."""

from __future__ import annotations

from store.commands import ItemChange
from store.errors import InvalidValue
from store.model import Body


def changed_body(change: ItemChange, stored: Body) -> Body:
    """The body after a change. Raises InvalidValue for an appendix of another format."""
    if change.body is not None:
        stored = change.body
    added_html = change.append.get("body_html")
    added_text = change.append.get("body_text")
    if added_html is not None:
        if stored.html is None and stored.text:
            raise InvalidValue("the body is plain text", where="body", role="append")
        stored = Body(html=(stored.html or "") + added_html)
    if added_text is not None:
        if stored.html is not None:
            raise InvalidValue("the body is HTML", where="body", role="append")
        stored = Body(text=(stored.text or "") + added_text)
    if "body" in change.unset:
        stored = Body()
    return stored
