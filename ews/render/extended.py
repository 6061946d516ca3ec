"""Extended properties in answers: values of their own, and views of registry properties."""

from __future__ import annotations

import base64
from typing import Any

from ews.paths import Path
from ews.render.values import escape
from ews.render.view import View, entry_id
from schemas import mapi
from store.mime import header_list
from store.text import html_to_text


def extended_uri(path: Path) -> str:
    """The ExtendedFieldURI element in its canonical form (trap 30)."""
    assert path.extended is not None
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in path.extended.echo)
    return f"<t:ExtendedFieldURI{attributes}/>"


def extended_element(path: Path, view: View) -> str:
    """An ExtendedProperty with its value; empty where the item has none."""
    value = extended_value(path, view)
    return extended_with(path, value)


def extended_with(path: Path, value: Any) -> str:
    """An ExtendedProperty with a given plain value, None for none."""
    if value is None:
        return ""
    name = path.extended
    assert name is not None
    if name.is_array:
        values = "".join(
            f"<t:Value>{escape(mapi.write_value(name.type, entry))}</t:Value>" for entry in value
        )
        shown = f"<t:Values>{values}</t:Values>"
    else:
        shown = f"<t:Value>{escape(mapi.write_value(name.type, value))}</t:Value>"
    return f"<t:ExtendedProperty>{extended_uri(path)}{shown}</t:ExtendedProperty>"


def extended_value(path: Path, view: View) -> Any:
    """The plain value of an extended property of an item, None where it has none."""
    name = path.extended
    assert name is not None
    alias = mapi.alias_of(name)
    if alias is not None:
        return alias.read(view.properties)
    stored = view.extended.get(name.key)
    if stored is not None:
        return stored
    special = _SPECIAL.get(name.key)
    if special is not None:
        return special(view)
    header = mapi.header_of(name)
    if header is not None and view.headers:
        return _header(view, header)
    return None


def _header(view: View, wanted: str) -> str | None:
    for name, value in header_list(view.headers or ""):
        if name.lower() == wanted.lower():
            return value
    return None


def _plain_body(view: View) -> str | None:
    if view.body is None:
        return None
    if view.body.text is not None:
        return view.body.text
    return html_to_text(view.body.html) if view.body.html else None


def _html_body(view: View) -> str | None:
    return view.body.html if view.body is not None else None


def _html_binary(view: View) -> str | None:
    html = _html_body(view)
    return base64.b64encode(html.encode("utf-8")).decode() if html is not None else None


def _record_key(view: View) -> str | None:
    return base64.b64encode(entry_id(view)).decode() if view.id else None


_SPECIAL = {
    "0x7d:String": lambda view: view.headers or None,
    "0x1000:String": _plain_body,
    "0x1013:String": _html_body,
    "0x1013:Binary": _html_binary,
    "0xff9:Binary": _record_key,
    "0xfff:Binary": _record_key,
}
