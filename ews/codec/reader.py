"""Reads elements into Nodes by the contract.

Without ``strict`` the habits of real clients pass: any order, the messages namespace where types is
due and the other way round, attributes that the contract does not know, padded or decimal property
tags, a whole ``t:Message`` inside ReplyToItem, ReplyAllToItem and ForwardItem, the text of
GetMailTips. With it, everything
is as XML Schema says. What is unusable raises SchemaViolation either way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from lxml import etree

from ews.codec import simple
from ews.codec.content import Mismatch, check_order, check_presence
from ews.codec.errors import SchemaViolation
from ews.codec.node import BadBase64, Choices, Node
from ews.codec.shapes import ANY, CHOICES, TEXT, Shape, Slot, shape
from schemas.ews import contract

Read = Callable[[Any], Any]

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_XSI_TYPE = f"{_XSI}type"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_PREFIX = {uri: prefix for prefix, uri in contract.NAMESPACES.items()}
_SHOWN = 100
# Outlook for Mac puts the whole draft of an answer into it (survey of clients, trap 46).
_HOLDS_MESSAGE = {"ReplyToItemType", "ReplyAllToItemType", "ForwardItemType"}
# exchangelib's Account.mail_tips writes the value beside the elements, and Exchange takes it.
_TEXT_STANDS_FOR = {"GetMailTipsType": "MailTipsRequested"}
# exchangelib writes it as in FindItem, and Exchange takes it.
_TAKEN_ATTRIBUTES = {("FindPeopleType", "Traversal")}
_TAKEN_OF_TEXT = {"QueryString": ("ResetCache", "ReturnHighlightTerms", "ReturnDeletedItems")}
_FORGIVING_BASE64 = {("FileAttachmentType", "Content")}


def read(element: Any, type_name: str = "", *, strict: bool = False) -> Any:
    """The value of an lxml element by a type of the contract; without one, by its own name.

    Raises SchemaViolation; its ``element`` is the lxml element at fault.
    """
    name = type_name or _global_type(element)
    if contract.is_simple(name):
        return _simple_reader(name, strict, False)(element)
    return _TypeReader.of(name, strict).read(element)


def _global_type(element: Any) -> str:
    tag = etree.QName(element)
    qualified = f"{_PREFIX.get(tag.namespace or '', '')}:{tag.localname}"
    try:
        return contract.global_element(qualified).type
    except KeyError as error:
        raise SchemaViolation(
            f"The element '{tag.localname}' is not known.", element.sourceline or 0, element=element
        ) from error


def local_name(element: Any) -> str:
    """The name of an lxml element without namespace."""
    return element.tag.rpartition("}")[2]


def _violation(element: Any, message: str, expected: tuple[str, ...] = ()) -> SchemaViolation:
    if expected:
        named = ", ".join(expected[:40]) + (", …" if len(expected) > 40 else "")
        message = f"{message} Expected: '{named}'."
    return SchemaViolation(message, element.sourceline or 0, 0, expected, element=element)


@cache
def _simple_reader(name: str, strict: bool, forgiving: bool) -> Read:
    convert = simple.reader(name, strict)

    def read_simple(element: Any) -> Any:
        if len(element):
            raise _violation(
                element, f"The element '{local_name(element)}' holds text, not elements."
            )
        if strict:
            _refuse_attributes(element)
        text = element.text or ""
        try:
            return convert(text)
        except ValueError as error:
            if forgiving:
                return BadBase64(text)
            raise _violation(
                element,
                f"The element '{local_name(element)}' has the value '{text[:_SHOWN]}', "
                f"which is no {name.removeprefix('xs:')}: {error}.",
            ) from error

    return read_simple


def _refuse_attributes(element: Any) -> None:
    taken = _TAKEN_OF_TEXT.get(local_name(element), ())
    for name in element.attrib:
        if not name.startswith(_XSI) and name not in taken:
            raise _violation(
                element, f"The element '{local_name(element)}' has no attribute '{name}'."
            )


class _TypeReader:
    """Reads one complex type. Child readers are found when first needed: types may nest."""

    _ready: dict[tuple[str, bool], _TypeReader] = {}

    def __init__(self, found: Shape, strict: bool) -> None:
        self.shape = found
        self.strict = strict
        self.slots = {slot.tag: slot for slot in found.slots}
        self.by_name = {slot.name: slot for slot in found.slots}
        self.readers: dict[str, Read] = {}
        self.attributes = {a.name: simple.reader(a.type, strict) for a in found.attributes}
        self.required = tuple(a.name for a in found.attributes if a.is_required)
        self.soap_attributes = contract.complex_type(found.name).has_soap_attributes
        self.complete: set[frozenset[str]] = set()
        self.read: Read = {
            "text": self.read_text,
            "choices": self.read_choices,
            "any": self.read_any,
            "keys": self.read_keys,
        }[found.kind]

    @classmethod
    def of(cls, name: str, strict: bool) -> _TypeReader:
        """The reader of a complex type, made on first use."""
        found = cls._ready.get((name, strict))
        if found is None:
            found = cls._ready[name, strict] = cls(shape(name), strict)
        return found

    def read_attributes(self, element: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, text in element.attrib.items():
            convert = self.attributes.get("lang" if name == _XML_LANG else name)
            if convert is None:
                self.refuse_attribute(element, name)
                continue
            try:
                values[name if name != _XML_LANG else "lang"] = convert(text)
            except ValueError as error:
                raise _violation(
                    element,
                    f"The attribute '{name}' of '{local_name(element)}' has the value "
                    f"'{text[:_SHOWN]}', which is not valid: {error}.",
                ) from error
        for name in self.required:
            if name not in values:
                raise _violation(
                    element,
                    f"The element '{local_name(element)}' needs the attribute '{name}'.",
                )
        return values

    def refuse_attribute(self, element: Any, name: str) -> None:
        if not self.strict or name.startswith(_XSI):
            return
        if (self.shape.name, name) in _TAKEN_ATTRIBUTES:
            return
        if self.soap_attributes and name.startswith(_SOAP):
            return
        raise _violation(element, f"The element '{local_name(element)}' has no attribute '{name}'.")

    def read_text(self, element: Any) -> Node:
        if len(element):
            raise _violation(
                element, f"The element '{local_name(element)}' holds text, not elements."
            )
        node = Node(self.read_attributes(element), type=self.shape.name, line=element.sourceline)
        text = element.text or ""
        try:
            node[TEXT] = simple.reader(self.shape.text, self.strict)(text)
        except ValueError as error:
            raise _violation(
                element,
                f"The element '{local_name(element)}' has the value '{text[:_SHOWN]}', "
                f"which is no {self.shape.name}: {error}.",
            ) from error
        return node

    def read_any(self, element: Any) -> Node:
        node = Node(self.read_attributes(element), type=self.shape.name, line=element.sourceline)
        if self.strict:
            self.check_order(element)
        for text in (element.text, *(child.tail for child in element)):
            if text is not None and not text.isspace():
                raise self.stray_text(element, text)
        node[ANY] = list(element)
        return node

    def read_choices(self, element: Any) -> Choices:
        pairs = [(slot.name, value) for slot, value, _ in self.children(element)]
        self.check_presence(element, frozenset(name for name, _ in pairs))
        return Choices(
            pairs,
            attributes=self.read_attributes(element),
            type=self.shape.name,
            line=element.sourceline,
        )

    def read_keys(self, element: Any) -> Node:
        node = Node(type=self.shape.name, line=element.sourceline)
        if element.attrib or self.required:
            node.update(self.read_attributes(element))
        present: set[str] = set()
        for slot, value, child in self.children(element):
            present.add(slot.name)
            if slot.place == CHOICES:
                node.setdefault(CHOICES, []).append((slot.name, value))
            elif slot.is_many:
                node.setdefault(slot.name, []).append(value)
            elif slot.name in node:
                raise _violation(child, f"The element '{slot.name}' may stand only once here.")
            else:
                node[slot.name] = value
        beside = self.text_beside(element)
        if beside is not None and beside[0] not in node:
            node[beside[0]] = beside[1]
            present.add(beside[0])
        nested = self.nested_message(element)
        if nested is not None:
            for key, value in nested.items():
                if key in self.by_name and key not in node:
                    node[key] = value
                    present.add(key)
        self.check_presence(element, frozenset(present))
        return node

    def children(self, element: Any) -> list[tuple[Slot, Any, Any]]:
        if self.strict:
            self.check_order(element)
        found: list[tuple[Slot, Any, Any]] = []
        text = element.text
        if text is not None and not text.isspace() and not self.text_stands_for():
            raise self.stray_text(element, text)
        for child in element:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            slot = self.slots.get(tag)
            if slot is None:
                slot = self.lenient(element, child)
                if slot is None:
                    continue
            reader = self.readers.get(slot.name) or self.child_reader(slot)
            if slot.is_nillable and child.get(f"{_XSI}nil") in ("true", "1"):
                found.append((slot, None, child))
            elif slot.is_abstract or child.get(_XSI_TYPE) is not None:
                found.append((slot, self.read_derived(slot, child), child))
            else:
                found.append((slot, reader(child), child))
            if child.tail is not None and not child.tail.isspace():
                raise self.stray_text(element, child.tail)
        return found

    def text_stands_for(self) -> str:
        """The child whose value may stand as text among the children; "" for nearly all types."""
        return "" if self.strict else _TEXT_STANDS_FOR.get(self.shape.name, "")

    def text_beside(self, element: Any) -> tuple[str, Any] | None:
        """The child that text among the children stands for, read."""
        name = self.text_stands_for()
        if not name or not (element.text or "").strip():
            return None
        child = etree.Element(name)
        child.text = element.text.strip()
        return name, (self.readers.get(name) or self.child_reader(self.by_name[name]))(child)

    def read_derived(self, slot: Slot, child: Any) -> Any:
        """An element that names its own type, which descends from the contract's."""
        name = child.get(_XSI_TYPE, "").rpartition(":")[2]
        if contract.is_complex(name) and contract.derives_from(name, slot.type):
            return _TypeReader.of(name, self.strict).read(child)
        if slot.is_abstract or self.strict:
            raise _violation(child, f"The element '{slot.name}' cannot be of the type '{name}'.")
        return (self.readers.get(slot.name) or self.child_reader(slot))(child)

    def stray_text(self, element: Any, text: str) -> SchemaViolation:
        return _violation(
            element,
            f"The element '{local_name(element)}' holds elements, not text such as "
            f"'{text.strip()[:_SHOWN]}'.",
        )

    def child_reader(self, slot: Slot) -> Read:
        if contract.is_complex(slot.type):
            reader = _TypeReader.of(slot.type, self.strict).read
        else:
            forgiving = (self.shape.name, slot.name) in _FORGIVING_BASE64
            reader = _simple_reader(slot.type, self.strict, forgiving)
        self.readers[slot.name] = reader
        return reader

    def lenient(self, element: Any, child: Any) -> Slot | None:
        """The slot of an element in the other namespace; None for one that is merged later."""
        tag = etree.QName(child)
        if not self.strict and tag.namespace in _PREFIX:
            if tag.localname in self.by_name:
                return self.by_name[tag.localname]
            if tag.localname == "Message" and self.shape.name in _HOLDS_MESSAGE:
                return None
        raise _violation(
            child,
            f"The element '{local_name(element)}' has invalid child element '{tag.localname}'.",
            tuple(self.by_name),
        )

    def nested_message(self, element: Any) -> Node | None:
        if self.strict or self.shape.name not in _HOLDS_MESSAGE:
            return None
        for child in element:
            if isinstance(child.tag, str) and local_name(child) == "Message":
                return _TypeReader.of("MessageType", False).read(child)
        return None

    def check_order(self, element: Any) -> None:
        tags: list[tuple[str, str]] = []
        for child in element:
            tag = etree.QName(child)
            tags.append((_PREFIX.get(tag.namespace or "", tag.namespace or ""), tag.localname))
        try:
            check_order(self.shape.content, tags)
        except Mismatch as error:
            raise self.misplaced(element, error) from error

    def misplaced(self, element: Any, error: Mismatch) -> SchemaViolation:
        name = local_name(element)
        children = list(element)
        if error.position < len(children):
            child = children[error.position]
            return _violation(
                child,
                f"The element '{name}' has invalid child element '{local_name(child)}'.",
                error.expected,
            )
        return _violation(element, f"The element '{name}' is incomplete.", error.expected)

    def check_presence(self, element: Any, present: frozenset[str]) -> None:
        if present in self.complete:
            return
        try:
            check_presence(self.shape.content, present)
        except Mismatch as error:
            name = local_name(element)
            if error.position == 0:
                raise _violation(
                    element, f"The element '{name}' is incomplete.", error.expected
                ) from error
            raise _violation(
                element,
                f"The element '{name}' admits only one of '{', '.join(error.expected)}'.",
            ) from error
        if len(self.complete) < 256:
            self.complete.add(present)
