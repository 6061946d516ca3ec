"""Writes XML so that a request reads like the element it becomes.

`m.GetFolder(m.FolderShape(t.BaseShape("IdOnly")), m.FolderIds(t.FolderId(Id="…")))` gives an lxml
element. Children may be elements, plain values, lists of either, or None, which is left out; so
are attributes that are None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import date, datetime
from typing import Any

from lxml import etree

MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

PREFIXES = {"soap": SOAP, "m": MESSAGES, "t": TYPES}

Element = etree._Element
Content = Any
"""An element, a str, int, bool, date, datetime, None, or an iterable of these."""


class Vocabulary:
    """The element names of one namespace as functions: `t.Subject("Minutes")`."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def __getattr__(self, name: str) -> Callable[..., Element]:
        def build(*content: Content, **attributes: Content) -> Element:
            return self(name, *content, **attributes)

        return build

    def __call__(self, name: str, *content: Content, **attributes: Content) -> Element:
        """Element `name` with the given content, for names that are computed."""
        element = etree.Element(f"{{{self.namespace}}}{name}", nsmap=PREFIXES)
        for key, value in attributes.items():
            if value is not None:
                element.set(key, text_of(value))
        fill(element, content)
        return element


t = Vocabulary(TYPES)
m = Vocabulary(MESSAGES)
soap = Vocabulary(SOAP)


def fill(element: Element, content: Iterable[Content]) -> None:
    """Append each piece of content; an element that has a parent already is copied."""
    for piece in content:
        if piece is None:
            continue
        if isinstance(piece, etree._Element):
            element.append(piece if piece.getparent() is None else deepcopy(piece))
        elif isinstance(piece, list | tuple):
            fill(element, piece)
        else:
            element.text = (element.text or "") + text_of(piece)


def text_of(value: Content) -> str:
    """A value in the contract's lexical form: `true`, `2024-05-06T07:08:09Z`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if value.tzinfo else "")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def envelope(body: Element, headers: Iterable[Element] = ()) -> bytes:
    """A SOAP 1.1 envelope, as UTF-8 with declaration."""
    head = soap.Header(*headers)
    whole = soap.Envelope(head, soap.Body(body))
    return etree.tostring(whole, xml_declaration=True, encoding="utf-8")
