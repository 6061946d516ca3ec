"""The EWS contract: every type, global element and operation, from the tables beside this file.

``types.txt``, ``messages.txt`` and ``operations.txt`` are written by ``tools/ews_contract.py`` from
the contract that Exchange publishes. One fact a line, indented by depth::

    complex NAME NS [abstract] [extends B | restricts B | text B] [soapattr]
     (sequence CARD            content model: sequence, choice or all, closed by ")"
      NAME TYPE CARD [^since] [nillable] [=default]
      ref NS:NAME CARD         the global element of that name, or a member of its group
      any NAMESPACE PROCESS CARD
     )
     @NAME TYPE ! [^since]     attribute: "!" required, "?" optional, "-" prohibited
    simple NAME NS of BASE | list ITEM | union MEMBER …
     = VALUE[^since] …         enumeration
     ! FACET VALUE             minInclusive, maxInclusive, minLength, length, pattern
    element NAME NS TYPE [abstract] [for NS:HEAD]
    operation NAME REQUEST RESPONSE ^since [=SOAPACTION] HEADER …

CARD is ``1``, ``?``, ``*``, ``+`` or ``min..max``. NS is ``t`` or ``m``. Type names are unique over
both namespaces; ``xs:…`` are XML Schema's own; ``Owner.Element`` is a type without a name of its
own, ``.Element`` that of a global element. A missing ``^since`` means Exchange2007.

Blocks are indexed at import and parsed when first asked for.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

NAMESPACES = {
    "t": "http://schemas.microsoft.com/exchange/services/2006/types",
    "m": "http://schemas.microsoft.com/exchange/services/2006/messages",
}
ERRORS_NAMESPACE = "http://schemas.microsoft.com/exchange/services/2006/errors"

VERSIONS: tuple[str, ...] = (
    "Exchange2007",
    "Exchange2007_SP1",
    "Exchange2009",
    "Exchange2010",
    "Exchange2010_SP1",
    "Exchange2010_SP2",
    "Exchange2012",
    "Exchange2013",
    "Exchange2013_SP1",
    "Exchange2015",
    "Exchange2016",
    "V2015_10_05",
    "V2016_01_06",
    "V2016_04_13",
    "V2016_07_13",
    "V2016_10_10",
    "V2017_01_07",
    "V2017_04_14",
    "V2017_07_11",
)
OLDEST = VERSIONS[0]
NEWEST = VERSIONS[-1]
_RANKS = {version: rank for rank, version in enumerate(VERSIONS)}

Namespace = Literal["t", "m"]


def rank(version: str) -> int:
    """Position of a RequestServerVersion value in time. Raises KeyError for an unknown one."""
    return _RANKS[version]


class Element(msgspec.Struct, frozen=True):
    """An element inside a content model. ``max`` None: unbounded. ``is_ref``: a global one."""

    name: str
    namespace: str
    type: str
    min: int
    max: int | None
    since: str = OLDEST
    nillable: bool = False
    default: str | None = None
    is_ref: bool = False


class Anything(msgspec.Struct, frozen=True):
    """A place for elements that the contract does not name."""

    namespace: str
    process: str
    min: int
    max: int | None


class Group(msgspec.Struct, frozen=True):
    """A sequence, choice or all of particles."""

    kind: Literal["sequence", "choice", "all"]
    min: int
    max: int | None
    particles: tuple[Element | Group | Anything, ...]


Particle = Element | Group | Anything


class Attribute(msgspec.Struct, frozen=True):
    """An attribute. ``xml:lang`` has the name ``lang`` and may be any text."""

    name: str
    type: str
    is_required: bool
    since: str = OLDEST
    default: str | None = None
    is_prohibited: bool = False


class ComplexType(msgspec.Struct, frozen=True):
    """A complex type as declared: its own content and attributes, without those of ``base``.

    ``derivation``: ``extends``, ``restricts`` (content replaces the base's), ``text`` (simple
    content of the simple type ``base``) or "".
    """

    name: str
    namespace: Namespace
    is_abstract: bool
    derivation: Literal["", "extends", "restricts", "text"]
    base: str
    content: Group | None
    attributes: tuple[Attribute, ...]
    has_soap_attributes: bool


class SimpleType(msgspec.Struct, frozen=True):
    """A simple type. ``values``: enumeration value to first version. ``facets``: (name, value)."""

    name: str
    namespace: Namespace
    kind: Literal["of", "list", "union"]
    members: tuple[str, ...]
    values: dict[str, str]
    facets: tuple[tuple[str, str], ...]


class GlobalElement(msgspec.Struct, frozen=True):
    """A global element. ``head``: ``ns:Name`` of the element that it may stand for."""

    name: str
    namespace: Namespace
    type: str
    is_abstract: bool = False
    head: str = ""


class Operation(msgspec.Struct, frozen=True):
    """An operation: names of its request and response element (messages namespace) and headers.

    ``headers`` are the elements (types namespace) that a request may carry in its SOAP Header,
    ``action`` is its SOAPAction.
    """

    name: str
    request: str
    response: str
    since: str
    headers: tuple[str, ...]
    action: str


class EffectiveType(msgspec.Struct, frozen=True):
    """A complex type with what it inherits.

    ``content``: the content models, base first. ``text``: the simple type of its text or "".
    """

    name: str
    content: tuple[Group, ...]
    attributes: tuple[Attribute, ...]
    text: str


_FOLDER = Path(__file__).parent
_BLOCK = re.compile(r"^(complex|simple|element|operation) (\S+)(.*\n(?:[ ].*\n)*)", re.MULTILINE)


def _index() -> dict[str, dict[str, str]]:
    blocks: dict[str, dict[str, str]] = {
        k: {} for k in ("complex", "simple", "element", "operation")
    }
    for name in ("types.txt", "messages.txt", "operations.txt"):
        text = (_FOLDER / name).read_text("utf-8")
        for match in _BLOCK.finditer(text):
            kind, key, rest = match.groups()
            if kind == "element":
                key = f"{rest.split(None, 1)[0]}:{key}"
            blocks[kind][key] = rest
    return blocks


_BLOCKS = _index()


def complex_names() -> tuple[str, ...]:
    """All complex types in the order of the contract."""
    return tuple(_BLOCKS["complex"])


def simple_names() -> tuple[str, ...]:
    """All simple types in the order of the contract."""
    return tuple(_BLOCKS["simple"])


def is_complex(name: str) -> bool:
    """Whether a type name is that of a complex type."""
    return name in _BLOCKS["complex"]


def is_simple(name: str) -> bool:
    """Whether a type name is that of a simple type (XML Schema's own count)."""
    return name in _BLOCKS["simple"] or name.startswith("xs:")


@cache
def complex_type(name: str) -> ComplexType:
    """The complex type of that name. Raises KeyError."""
    head, *lines = _BLOCKS["complex"][name].splitlines()
    words = head.split()
    namespace = _namespace(words[0])
    derivation: Literal["", "extends", "restricts", "text"] = ""
    base = ""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "extends" or word == "restricts" or word == "text":
            derivation, base = word, following
    stack: list[list[Particle]] = [[]]
    opened: list[tuple[str, str]] = []
    attributes: list[Attribute] = []
    for line in lines:
        parts = line.split()
        match parts[0]:
            case ")":
                kind, card = opened.pop()
                particles = tuple(stack.pop())
                stack[-1].append(_group(kind, card, particles))
            case "any":
                low, high = _cardinality(parts[3])
                stack[-1].append(Anything(parts[1], parts[2], low, high))
            case "ref":
                stack[-1].append(_reference(parts))
            case first if first[0] == "(":
                opened.append((first[1:], parts[1]))
                stack.append([])
            case first if first[0] == "@":
                attributes.append(_attribute(parts))
            case _:
                stack[-1].append(_element(parts, namespace))
    content = stack[0][0] if stack[0] else None
    assert content is None or isinstance(content, Group)
    return ComplexType(
        name,
        namespace,
        "abstract" in words,
        derivation,
        base,
        content,
        tuple(attributes),
        "soapattr" in words,
    )


def _namespace(word: str) -> Namespace:
    return "t" if word == "t" else "m"


def _group(kind: str, card: str, particles: tuple[Particle, ...]) -> Group:
    low, high = _cardinality(card)
    if kind == "choice":
        return Group("choice", low, high, particles)
    return Group("all" if kind == "all" else "sequence", low, high, particles)


def _cardinality(card: str) -> tuple[int, int | None]:
    if card in _CARDS:
        return _CARDS[card]
    low, high = card.split("..")
    return int(low), int(high)


_CARDS: dict[str, tuple[int, int | None]] = {
    "1": (1, 1),
    "?": (0, 1),
    "*": (0, None),
    "+": (1, None),
}


def _marks(parts: list[str]) -> tuple[str, str | None]:
    since, default = OLDEST, None
    for part in parts:
        if part[0] == "^":
            since = part[1:]
        elif part[0] == "=":
            default = part[1:]
    return since, default


def _element(parts: list[str], namespace: str) -> Element:
    low, high = _cardinality(parts[2])
    since, default = _marks(parts[3:])
    return Element(
        parts[0], namespace, parts[1], low, high, since, "nillable" in parts[3:], default
    )


def _reference(parts: list[str]) -> Element:
    target = global_element(parts[1])
    low, high = _cardinality(parts[2])
    since, _ = _marks(parts[3:])
    return Element(target.name, target.namespace, target.type, low, high, since=since, is_ref=True)


def _attribute(parts: list[str]) -> Attribute:
    since, default = _marks(parts[3:])
    return Attribute(parts[0][1:], parts[1], parts[2] == "!", since, default, parts[2] == "-")


@cache
def simple_type(name: str) -> SimpleType:
    """The simple type of that name (not XML Schema's own). Raises KeyError."""
    head, *lines = _BLOCKS["simple"][name].splitlines()
    words = head.split()
    values: dict[str, str] = {}
    facets: list[tuple[str, str]] = []
    for line in lines:
        mark, _, rest = line.strip().partition(" ")
        if mark == "=":
            for word in rest.split():
                value, _, since = word.partition("^")
                values[value] = since or OLDEST
        else:
            facet, _, value = rest.partition(" ")
            facets.append((facet, value))
    kind: Literal["of", "list", "union"] = "of"
    if words[1] == "list" or words[1] == "union":
        kind = words[1]
    return SimpleType(name, _namespace(words[0]), kind, tuple(words[2:]), values, tuple(facets))


@cache
def global_element(qualified: str) -> GlobalElement:
    """The global element ``t:Name`` or ``m:Name``. Raises KeyError."""
    words = _BLOCKS["element"][qualified].split()
    head = words[words.index("for") + 1] if "for" in words else ""
    name = qualified.partition(":")[2]
    return GlobalElement(name, _namespace(words[0]), words[1], "abstract" in words, head)


def global_names() -> tuple[str, ...]:
    """All global elements as ``ns:Name``."""
    return tuple(_BLOCKS["element"])


@cache
def members(qualified: str) -> tuple[GlobalElement, ...]:
    """What may stand where ``qualified`` is referred to, itself too if not abstract."""
    head = global_element(qualified)
    is_abstract = head.is_abstract or complex_type(head.type).is_abstract
    own = () if is_abstract else (head,)
    candidates = (global_element(name) for name in _BLOCKS["element"])
    return own + tuple(e for e in candidates if e.head == qualified)


@cache
def effective(name: str) -> EffectiveType:
    """A complex type with what it inherits. Raises KeyError."""
    own = complex_type(name)
    content = (own.content,) if own.content is not None else ()
    if own.derivation == "text":
        if is_complex(own.base):
            base = effective(own.base)
            return EffectiveType(name, (), base.attributes + own.attributes, base.text)
        return EffectiveType(name, (), own.attributes, own.base)
    if not own.derivation:
        return EffectiveType(name, content, own.attributes, "")
    base = effective(own.base)
    replaced = {a.name for a in own.attributes}
    kept = tuple(a for a in base.attributes if a.name not in replaced)
    attributes = kept + tuple(a for a in own.attributes if not a.is_prohibited)
    if own.derivation == "restricts":
        return EffectiveType(name, content, attributes, base.text)
    return EffectiveType(name, base.content + content, attributes, base.text)


@cache
def derives_from(name: str, ancestor: str) -> bool:
    """Whether a complex type is ``ancestor`` or descends from it."""
    while name:
        if name == ancestor:
            return True
        if not is_complex(name):
            return False
        name = complex_type(name).base
    return False


@cache
def operation(name: str) -> Operation:
    """The operation of that name. Raises KeyError."""
    words = _BLOCKS["operation"][name].split()
    last = next((word[1:] for word in words if word[0] == "="), name)
    headers = tuple(word for word in words[3:] if word[0] != "=")
    action = f"{NAMESPACES['m']}/{last}"
    return Operation(name, words[0], words[1], words[2][1:], headers, action)


@cache
def operations() -> dict[str, Operation]:
    """All operations by name."""
    return {name: operation(name) for name in _BLOCKS["operation"]}


@cache
def _by_request() -> dict[str, Operation]:
    return {operation.request: operation for operation in operations().values()}


def operation_of(request: str) -> Operation | None:
    """The operation whose request element has that local name."""
    return _by_request().get(request)
