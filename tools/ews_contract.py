"""Write schemas/ews/*.txt from the EWS contract: ``python tools/ews_contract.py REFERENCE``.

REFERENCE is a folder with types.xsd, messages.xsd and Services.wsdl. First versions come from
``tools/ews_since*.txt``. The form of the output is described in ``schemas/ews/contract.py``.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.ews_since import Since, read_since  # noqa: E402

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def children(node: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Child elements with their XML Schema name, annotations left out."""
    for child in node:
        if isinstance(child.tag, str) and not child.tag.endswith("annotation"):
            yield child.tag.removeprefix(XS), child


def card(node: etree._Element) -> str:
    """minOccurs and maxOccurs as one word."""
    low, high = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
    words = {("1", "1"): "1", ("0", "1"): "?", ("0", "unbounded"): "*", ("1", "unbounded"): "+"}
    return words.get((low, high)) or f"{low}..{high}"


def type_name(reference: str) -> str:
    """A type reference without prefix, but for XML Schema's own."""
    prefix, _, name = reference.rpartition(":")
    return reference if prefix == "xs" else name


class Writer:
    """Collects the lines of one schema."""

    def __init__(self, path: Path, namespace: str, since: Since) -> None:
        self.root = etree.parse(path).getroot()
        self.namespace = namespace
        self.since = since
        self.lines: list[str] = []
        self.anonymous: list[tuple[str, etree._Element]] = []

    def write(self) -> str:
        for kind, node in children(self.root):
            if kind == "complexType":
                self.complex(node.get("name", ""), node)
            elif kind == "simpleType":
                self.simple(node.get("name", ""), node)
            elif kind == "element":
                self.element(node)
        while self.anonymous:
            name, node = self.anonymous.pop(0)
            if node.tag == f"{XS}complexType":
                self.complex(name, node)
            else:
                self.simple(name, node)
        return "\n".join(self.lines) + "\n"

    def complex(self, name: str, node: etree._Element) -> None:
        words = ["complex", name, self.namespace]
        if node.get("abstract") == "true":
            words.append("abstract")
        body = node
        for kind, child in children(node):
            if kind in ("complexContent", "simpleContent"):
                derivation, body = next(children(child))
                word = {"extension": "extends", "restriction": "restricts"}[derivation]
                if kind == "simpleContent":
                    word = "text"
                words += [word, type_name(body.get("base", ""))]
        if any(kind == "anyAttribute" for kind, _ in children(body)):
            words.append("soapattr")
        self.lines.append(" ".join(words))
        for kind, child in children(body):
            self.particle(name, kind, child, 1)

    def particle(self, owner: str, kind: str, node: etree._Element, depth: int) -> None:
        pad = " " * depth
        match kind:
            case "sequence" | "choice" | "all":
                self.lines.append(f"{pad}({kind} {card(node)}")
                for inner, child in children(node):
                    self.particle(owner, inner, child, depth + 1)
                self.lines.append(f"{pad})")
            case "group":
                found = self.named("group", node)
                inner, child = next(children(found))
                if node.get("minOccurs"):
                    child.set("minOccurs", node.get("minOccurs", "1"))
                self.particle(owner, inner, child, depth)
                child.attrib.pop("minOccurs", None)
            case "element" if node.get("ref"):
                self.lines.append(f"{pad}ref {node.get('ref')} {card(node)}")
            case "element":
                self.inner_element(owner, node, pad)
            case "any":
                where, process = node.get("namespace", "##any"), node.get("processContents")
                self.lines.append(f"{pad}any {where} {process} {card(node)}")
            case "attribute":
                self.attribute(owner, node)
            case "attributeGroup":
                for inner, child in children(self.named("attributeGroup", node)):
                    self.particle(owner, inner, child, depth)
            case "anyAttribute":
                pass
            case _:
                raise ValueError(f"{owner}: {kind} is not known")

    def named(self, kind: str, node: etree._Element) -> etree._Element:
        name = node.get("ref", "").rpartition(":")[2]
        found = self.root.find(f"{XS}{kind}[@name='{name}']")
        if found is None and kind == "attributeGroup" and name in OTHER_GROUPS:
            return OTHER_GROUPS[name]
        assert found is not None, name
        if kind == "attributeGroup":
            OTHER_GROUPS[name] = found
        return found

    def inner_type(self, name: str, node: etree._Element) -> str:
        if node.get("type"):
            return type_name(node.get("type", ""))
        for _, child in children(node):
            self.anonymous.append((name, child))
            return name
        raise ValueError(f"{name}: an element without a type")

    def inner_element(self, owner: str, node: etree._Element, pad: str) -> None:
        name = node.get("name", "")
        kind = self.inner_type(f"{owner}.{name}", node)
        words = [name, kind, card(node)]
        since = self.since.element(owner, name, kind)
        if since:
            words.append(f"^{since}")
        if node.get("nillable") == "true":
            words.append("nillable")
        if node.get("default"):
            words.append(f"={node.get('default')}")
        self.lines.append(pad + " ".join(words))
        self.lines += [pad + line for line in BEYOND_ELEMENTS.get((owner, name), ())]

    def attribute(self, owner: str, node: etree._Element) -> None:
        if node.get("ref"):
            assert node.get("ref") == "xml:lang"
            self.lines.append(" @lang xs:string ?")
            return
        name = node.get("name", "")
        mark = {"required": "!", "prohibited": "-"}.get(node.get("use", ""), "?")
        words = [f" @{name}", self.inner_type(f"{owner}.{name}", node), mark]
        since = self.since.attribute(owner, name)
        if since:
            words.append(f"^{since}")
        if node.get("default"):
            words.append(f"={node.get('default')}")
        self.lines.append(" ".join(words))

    def simple(self, name: str, node: etree._Element) -> None:
        kind, body = next(children(node))
        if kind == "restriction":
            base = type_name(body.get("base", ""))
            self.lines.append(f"simple {name} {self.namespace} of {base}")
            self.facets(name, body)
        elif kind == "list":
            item = type_name(body.get("itemType") or "") or f"{name}.Item"
            if not body.get("itemType"):
                self.anonymous.append((item, next(children(body))[1]))
            self.lines.append(f"simple {name} {self.namespace} list {item}")
        else:
            members = [type_name(m) for m in body.get("memberTypes", "").split()]
            for number, (_, member) in enumerate(children(body), 1):
                members.append(f"{name}.{number}")
                self.anonymous.append((members[-1], member))
            self.lines.append(f"simple {name} {self.namespace} union {' '.join(members)}")

    def facets(self, name: str, body: etree._Element) -> None:
        values: list[str] = []
        for kind, facet in children(body):
            value = facet.get("value", "")
            if kind == "enumeration":
                assert not re.search(r"[\s^]", value) and value, value
                since = self.since.value(name, value)
                values.append(f"{value}^{since}" if since else value)
            else:
                self.lines.append(f" ! {kind} {value}")
        for line in textwrap.wrap(" ".join(values), 96, break_on_hyphens=False):
            self.lines.append(f" = {line}")

    def element(self, node: etree._Element) -> None:
        name = node.get("name", "")
        words = ["element", name, self.namespace, self.inner_type(f".{name}", node)]
        if node.get("abstract") == "true":
            words.append("abstract")
        if node.get("substitutionGroup"):
            words += ["for", node.get("substitutionGroup", "")]
        self.lines.append(" ".join(words))


OTHER_GROUPS: dict[str, etree._Element] = {}


def operations(path: Path, since: Since) -> str:
    """One line per operation of the WSDL, and of those that it lacks: request, response, first
    version and headers."""
    root = etree.parse(path).getroot()
    parts: dict[tuple[str, str], str] = {}
    for message in root.findall(f"{WSDL}message"):
        for part in message.findall(f"{WSDL}part"):
            name = part.get("element", "").rpartition(":")[2]
            parts[message.get("name", ""), part.get("name", "")] = name
    port = {
        node.get("name"): (
            node.find(f"{WSDL}input").get("message").rpartition(":")[2],
            node.find(f"{WSDL}output").get("message").rpartition(":")[2],
        )
        for node in root.find(f"{WSDL}portType").findall(f"{WSDL}operation")
    }
    lines: list[str] = []
    for node in root.find(f"{WSDL}binding").findall(f"{WSDL}operation"):
        name = node.get("name", "")
        source, target = port[name]
        headers = [
            parts[h.get("message", "").rpartition(":")[2], h.get("part", "")]
            for h in node.find(f"{WSDL}input").findall(f"{SOAP}header")
        ]
        request = parts[source, node.find(f"{WSDL}input").find(f"{SOAP}body").get("parts")]
        response = parts[target, node.find(f"{WSDL}output").find(f"{SOAP}body").get("parts")]
        first = since.operation(name) or "Exchange2007"
        unique = dict.fromkeys(headers)
        action = node.find(f"{SOAP}operation").get("soapAction").rpartition("/")[2]
        if action != name:
            unique = {f"={action}": None, **unique}
        lines.append(" ".join(["operation", name, request, response, f"^{first}", *unique]))
    return "\n".join([*lines, *BEYOND]) + "\n"


# Elements that the documentation has and the schema has not, by the one that they follow: type,
# name -> lines (MS-OXWSMTGS 2.2.4.13).
BEYOND_ELEMENTS = {("InboxReminderType", "OccurrenceChange"): ["IsImportedFromOLC xs:boolean ?"]}

# Operations that the schema and the documentation have, and the WSDL has not.
BEYOND = [
    f"operation {name} {name} {name}Response ^Exchange2013 ExchangeImpersonation MailboxCulture"
    " RequestServerVersion TimeZoneContext"
    for name in ("GetReminders", "PerformReminderAction")
]


def main() -> None:
    reference = Path(sys.argv[1])
    since = read_since()
    folder = ROOT / "schemas/ews"
    types = Writer(reference / "types.xsd", "t", since).write()
    (folder / "types.txt").write_text(types)
    messages = Writer(reference / "messages.xsd", "m", since).write()
    (folder / "messages.txt").write_text(messages)
    (folder / "operations.txt").write_text(operations(reference / "Services.wsdl", since))


if __name__ == "__main__":
    main()
