"""Writes values in contract order: given keys in any order, elements can't come out in a wrong one.

A value has the shape that the reader gives (``ews.codec.shapes``); plain dicts and lists of pairs
do. None means absent. Elements and enumeration values younger than the client's version are left
out. An unknown key or a missing required element raises ContractError: it is our mistake.

Each type is compiled on first use; the order of keys of a dict is looked up, not sorted, after the
first dict with these keys.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import msgspec
from lxml import etree

from ews.codec.content import Mismatch, check_presence
from ews.codec.errors import ContractError
from ews.codec.node import Choices, Node, Raw
from ews.codec.shapes import ANY, CHOICES, TEXT, Shape, Slot, shape
from ews.codec.simple import escape, format_value
from schemas.ews import contract

Append = Callable[[bytes], None]
Write = Callable[[Append, Any, "Style"], None]

_XSI = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_NIL = _XSI + b' xsi:nil="true"/>'
_PLANS_MAX = 512
_BASE64_STEP = 3 * 2**18


class Style(msgspec.Struct, frozen=True):
    """For whom we write: rank of the client's version, and whether times carry milliseconds."""

    rank: int
    milliseconds: bool = False


@cache
def style(version: str, milliseconds: bool = False) -> Style:
    """The style for a RequestServerVersion value. Raises KeyError for an unknown one."""
    return Style(contract.rank(version), milliseconds)


def write(
    buffer: list[bytes],
    element: str,
    type_name: str,
    value: Any,
    version: str = contract.NEWEST,
    *,
    milliseconds: bool = False,
) -> None:
    """Append the element ``t:Name`` or ``m:Name`` to a list of byte strings.

    ``type_name`` "" means the type of the global element of that name.
    """
    kind = type_name or contract.global_element(element).type
    element_writer(element, kind)(buffer.append, value, style(version, milliseconds))


def render(
    element: str,
    value: Any,
    version: str = contract.NEWEST,
    *,
    type_name: str = "",
    milliseconds: bool = False,
) -> bytes:
    """The element as bytes; see ``write``."""
    buffer: list[bytes] = []
    write(buffer, element, type_name, value, version, milliseconds=milliseconds)
    return b"".join(buffer)


@cache
def element_writer(tag: str, type_name: str) -> Write:
    """The compiled writer of an element: ``writer(append, value, style)``."""
    if not contract.is_complex(type_name):
        return _simple_writer(tag, type_name)
    if contract.complex_type(type_name).is_abstract:
        return _derived_writer(tag, type_name)
    return _ComplexWriter(tag, shape(type_name)).write


def _derived_writer(tag: str, type_name: str) -> Write:
    def write_derived(append: Append, value: Any, style: Style) -> None:
        kind = value.type if isinstance(value, Node) else ""
        if not contract.derives_from(kind, type_name):
            raise ContractError(f"{tag} takes a Node whose type descends from {type_name}")
        _concrete_writer(tag, kind)(append, value, style)

    return write_derived


@cache
def _concrete_writer(tag: str, kind: str) -> Write:
    namespace = contract.complex_type(kind).namespace
    writer = _ComplexWriter(tag, shape(kind))
    writer.start += _XSI + f' xsi:type="{namespace}:{kind}"'.encode()
    return writer.write


def _simple_writer(tag: str, type_name: str) -> Write:
    start, end = f"<{tag}>".encode(), f"</{tag}>".encode()
    values = _enumeration(type_name)
    if values is not None:
        ranks = {value: contract.rank(since) for value, since in values.items()}

        def write_choice(append: Append, value: Any, style: Style) -> None:
            if value.__class__ is Raw:
                append(start + value + end)
                return
            try:
                rank = ranks[value]
            except KeyError as error:
                raise ContractError(f"{tag} cannot be {value!r:.80}") from error
            if rank <= style.rank:
                append(start + value.encode() + end)

        return write_choice

    def write_simple(append: Append, value: Any, style: Style) -> None:
        kind = value.__class__
        if kind is str:
            append(start + escape(value) + end)
        elif kind is Raw:
            append(start + value + end)
        elif kind is bytes and len(value) > _BASE64_STEP:
            append(start)
            _write_base64(append, value)
            append(end)
        else:
            append(start + _text(tag, value, style) + end)

    return write_simple


def _write_base64(append: Append, value: bytes) -> None:
    """Base64 of large content, in pieces so that no second copy of all of it is made at once."""
    view = memoryview(value)
    for begin in range(0, len(value), _BASE64_STEP):
        append(binascii.b2a_base64(view[begin : begin + _BASE64_STEP], newline=False))


def _text(tag: str, value: Any, style: Style) -> bytes:
    try:
        return format_value(value, milliseconds=style.milliseconds)
    except TypeError as error:
        raise ContractError(f"{tag}: {error}") from error


def _enumeration(type_name: str) -> dict[str, str] | None:
    if type_name.startswith("xs:"):
        return None
    found = contract.simple_type(type_name)
    return found.values if found.kind == "of" and found.values else None


# What a dict with these keys becomes: attributes, then elements: (key, writer, what None means).
Step = tuple[str, Write, bytes | None]
Plan = tuple[tuple[tuple[str, bytes], ...], tuple[Step, ...]]


class _ComplexWriter:
    """Writes elements of one name and complex type."""

    def __init__(self, tag: str, found: Shape) -> None:
        self.tag = tag
        self.shape = found
        self.start = f"<{tag}".encode()
        self.end = f"</{tag}>".encode()
        self.slots = {slot.name: slot for slot in found.slots}
        self.attributes = {a.name: a for a in found.attributes}
        self.plans: dict[tuple[int, tuple[str, ...]], Plan] = {}
        self.writers: dict[str, Write] = {}
        self.write: Write = {
            "text": self.write_text,
            "choices": self.write_choices,
            "any": self.write_any,
            "keys": self.write_keys,
        }[found.kind]

    def child(self, slot: Slot) -> Write:
        """The writer of a child element."""
        found = self.writers.get(slot.name)
        if found is None:
            found = element_writer(f"{slot.namespace}:{slot.name}", slot.type)
            self.writers[slot.name] = found
        return found

    def attribute_text(self, value: Any, names: Iterable[tuple[str, bytes]], style: Style) -> bytes:
        parts: list[bytes] = []
        for name, opening in names:
            found = value[name]
            if found is None:
                if self.attributes[name].is_required:
                    raise ContractError(f"{self.tag} needs the attribute {name}")
                continue
            text = format_value(found, quoted=True, milliseconds=style.milliseconds)
            parts.append(opening + text + b'"')
        return b"".join(parts)

    def attribute_names(self, keys: Iterable[str], style: Style) -> tuple[tuple[str, bytes], ...]:
        """Attributes to write in contract order. Raises ContractError for a missing one."""
        given = set(keys)
        found: list[tuple[str, bytes]] = []
        for attribute in self.shape.attributes:
            if attribute.name not in given:
                if attribute.is_required:
                    raise ContractError(f"{self.tag} needs the attribute {attribute.name}")
            elif contract.rank(attribute.since) <= style.rank:
                name = "xml:lang" if attribute.name == "lang" else attribute.name
                found.append((attribute.name, f' {name}="'.encode()))
        return tuple(found)

    def write_keys(self, append: Append, value: Any, style: Style) -> None:
        if value.__class__ is Raw:
            append(self.start + b">" + value + self.end)
            return
        try:
            attributes, steps = self.plans[style.rank, tuple(value)]
        except KeyError:
            attributes, steps = self.plan(value, style)
        head = self.start
        if attributes:
            head += self.attribute_text(value, attributes, style)
        if not steps:
            append(head + b"/>")
            return
        append(head + b">")
        for key, writer, absent in steps:
            found = value[key]
            if found is not None:
                writer(append, found, style)
            elif absent is not None:
                if not absent:
                    raise ContractError(f"{self.tag} needs {key}")
                append(absent)
        append(self.end)

    def plan(self, value: Any, style: Style) -> Plan:
        """Attributes and elements for a dict with these keys, checked against the contract."""
        if not isinstance(value, dict):
            raise ContractError(f"{self.tag} takes a dict, not {type(value).__name__}")
        keys = tuple(value)
        for key in keys:
            if key not in self.slots and key not in self.attributes and key != CHOICES:
                raise ContractError(f"{self.tag} ({self.shape.name}) has no '{key}'")
        given = {key for key in keys if value[key] is not None}
        present = given & self.slots.keys()
        if CHOICES in value:
            present |= {pair[0] for pair in value[CHOICES] if pair.__class__ is not Raw}
        nil = {key for key in keys if value[key] is None and self.nillable(key)}
        try:
            check_presence(self.shape.content, frozenset(present | nil))
        except Mismatch as error:
            what = "needs one of" if error.position == 0 else "takes only one of"
            raise ContractError(f"{self.tag} {what} {', '.join(error.expected)}") from error
        admitted = self.admitted(frozenset(present | nil), style)
        steps: list[tuple[int, Step]] = []
        for slot in self.shape.slots:
            if slot.place == CHOICES:
                if CHOICES in value and not any(step[1][0] == CHOICES for step in steps):
                    steps.append((slot.order, (CHOICES, self.write_pairs, None)))
            elif slot.name in value and (slot.name in admitted or value[slot.name] is None):
                steps.append((slot.order, self.step(slot)))
        ordered = tuple(step for _, step in sorted(steps, key=lambda pair: pair[0]))
        plan = (self.attribute_names(given, style), ordered)
        if given == set(keys) and CHOICES not in value and len(self.plans) < _PLANS_MAX:
            self.plans[style.rank, keys] = plan
        return plan

    def admitted(self, present: frozenset[str], style: Style) -> frozenset[str]:
        """Names to write: without the too young, but for those that the content needs."""
        kept = present
        for slot in self.shape.slots:
            if slot.name in kept and slot.since > style.rank:
                fewer = kept - {slot.name}
                try:
                    check_presence(self.shape.content, fewer)
                except Mismatch:
                    continue
                kept = fewer
        return kept

    def nillable(self, key: str) -> bool:
        return key in self.slots and self.slots[key].is_nillable

    def step(self, slot: Slot) -> Step:
        """How one element is written, and what stands for None: nothing, nil, or an error."""
        writer = self.child(slot)
        if slot.is_many:
            writer = _each(writer)
        nil = f"<{slot.namespace}:{slot.name}".encode() + _NIL
        if slot.is_nillable:
            return slot.name, writer, nil
        alone = frozenset(self.slots) - {slot.name}
        return slot.name, writer, b"" if self.requires(alone) else None

    def requires(self, without: frozenset[str]) -> bool:
        """Whether the content is incomplete with all elements but one."""
        try:
            check_presence(self.shape.content, without)
        except Mismatch as error:
            return error.position == 0
        return False

    def write_pairs(self, append: Append, pairs: Any, style: Style) -> None:
        for pair in pairs:
            if pair.__class__ is Raw:
                append(pair)
                continue
            name, value = pair
            slot = self.slots.get(name)
            if slot is None:
                raise ContractError(f"{self.tag} ({self.shape.name}) has no '{name}'")
            if slot.since <= style.rank:
                self.child(slot)(append, value, style)

    def write_choices(self, append: Append, value: Any, style: Style) -> None:
        if value.__class__ is Raw:
            append(self.start + b">" + value + self.end)
            return
        pairs: Any = value
        given: dict[str, Any] = {}
        if isinstance(value, Choices):
            given = value.attributes
        elif isinstance(value, dict):
            given = dict(value)
            pairs = given.pop(CHOICES, [])
        for key in given:
            if key not in self.attributes:
                raise ContractError(f"{self.tag} ({self.shape.name}) has no '{key}'")
        names = self.attribute_names(given, style)
        head = self.start + self.attribute_text(given, names, style)
        if pairs:
            append(head + b">")
            self.write_pairs(append, pairs, style)
            append(self.end)
        else:
            self.refuse_empty()
            append(head + b"/>")

    def refuse_empty(self) -> None:
        try:
            check_presence(self.shape.content, frozenset())
        except Mismatch as error:
            raise ContractError(f"{self.tag} needs one of {', '.join(error.expected)}") from error

    def write_text(self, append: Append, value: Any, style: Style) -> None:
        if not isinstance(value, dict):
            value = {TEXT: value}
        for key in value:
            if key not in self.attributes and key != TEXT:
                raise ContractError(f"{self.tag} ({self.shape.name}) has no '{key}'")
        names = self.attribute_names((k for k, v in value.items() if v is not None), style)
        text = value.get(TEXT)
        if text is None:
            text = ""
        append(self.start + self.attribute_text(value, names, style) + b">")
        if isinstance(text, Raw):
            append(text)
        elif isinstance(text, (bytes, bytearray)):
            _write_base64(append, bytes(text))
        else:
            append(_text(self.tag, text, style))
        append(self.end)

    def write_any(self, append: Append, value: Any, style: Style) -> None:
        if value.__class__ is Raw:
            append(self.start + b">" + value + self.end)
            return
        content = value.get(ANY, []) if isinstance(value, dict) else value
        append(self.start + b">")
        for entry in content:
            if entry.__class__ is Raw:
                append(entry)
            elif isinstance(entry, tuple):
                write_open(append, entry[0], entry[1], style)
            else:
                append(etree.tostring(entry, encoding="utf-8", with_tail=False))
        append(self.end)


def _each(writer: Write) -> Write:
    def write_each(append: Append, values: Any, style: Style) -> None:
        for value in values:
            writer(append, value, style)

    return write_each


def write_open(append: Append, name: str, value: Any, style: Style) -> None:
    """Write an element of MessageXml: a path by the contract, else text with attributes.

    ``name`` without prefix is of the types namespace. A value of no known type is a plain one, or
    a dict of attributes with the text under ``value``.
    """
    tag = name if ":" in name else f"t:{name}"
    try:
        kind = contract.global_element(tag).type
    except KeyError:
        kind = ""
    if kind:
        element_writer(tag, kind)(append, value, style)
        return
    attributes = dict(value) if isinstance(value, dict) else {}
    text = attributes.pop(TEXT, "") if isinstance(value, dict) else value
    parts = [f"<{tag}".encode()]
    for key, found in attributes.items():
        parts.append(f' {key}="'.encode() + format_value(found, quoted=True) + b'"')
    append(b"".join(parts) + b">" + format_value(text) + f"</{tag}>".encode())
