"""First versions of EWS elements, attributes and operations.

``python tools/ews_since.py REFERENCE DOCS`` reads the requirement rows below REFERENCE (folder
``requirements``) and Exchange's web service reference pages in DOCS, and writes what they say to
``tools/ews_since.txt``. ``tools/ews_since_overrides.txt`` is written by hand and goes first.

A line: subject, version, source. Subjects: ``Owner/Element``, ``Owner/@attribute``,
``Owner=value``, ``:Type`` (every element of that type), ``operation:Name``.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).resolve().parent
XS = "{http://www.w3.org/2001/XMLSchema}"


class Since:
    """First versions by what they speak of; "" where nothing is known."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts = facts

    def _version(self, *subjects: str) -> str:
        found = next((self.facts[s] for s in subjects if s in self.facts), "")
        return "" if found == "Exchange2007" else found

    def element(self, owner: str, name: str, kind: str) -> str:
        if owner == "ArrayOfResponseMessagesType":
            return ""  # an answer is never without its messages
        return self._version(f"{owner}/{name}", f":{kind}")

    def attribute(self, owner: str, name: str) -> str:
        return self._version(f"{owner}/@{name}")

    def value(self, owner: str, value: str) -> str:
        return self._version(f"{owner}={value}")

    def operation(self, name: str) -> str:
        return self._version(f"operation:{name}")


def read_since() -> Since:
    """What the two tables say, the one by hand first."""
    facts: dict[str, str] = {}
    for name in ("ews_since_overrides.txt", "ews_since.txt"):
        for line in (FOLDER / name).read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                subject, version = line.split()[:2]
                facts.setdefault(subject, version)
    return Since(facts)


_INTRODUCED = re.compile(
    r"(?:introduced|introduced with) ?in (?:Microsoft )?(?:Exchange (?:Server )?)?"
    r"(20\d\d)(?:[^.|]{0,20}?(SP ?1|SP ?2|Service Pack [12]))?"
)


def introduced(text: str) -> str:
    """The version that a sentence says something was introduced in, "" for none."""
    match = _INTRODUCED.search(text)
    if match is None:
        return ""
    return _version_name(match[1], match[2] or "")


def _version_name(year: str, pack: str) -> str:
    if year in ("2016", "2019"):
        return "Exchange2016"
    return f"Exchange{year}_SP{pack[-1]}" if pack else f"Exchange{year}"


def after(text: str) -> str:
    """The version after those that a sentence says lack something, "" where it says no such."""
    initial = "initial release" in text
    if "2013" in text:
        return "Exchange2013_SP1" if initial else "Exchange2016"
    if "2010" in text:
        if initial:
            return "Exchange2010_SP1"
        return "Exchange2010_SP2" if "2010 SP1" in text else "Exchange2013"
    if "2007" in text:
        return "Exchange2007_SP1" if initial else "Exchange2010"
    return ""


class Contract:
    """Just enough of the contract to say whose element a page or a row speaks of."""

    def __init__(self, reference: Path) -> None:
        self.owners: dict[str, list[str]] = {}
        self.attributes: dict[str, list[str]] = {}
        self.names_of: dict[str, set[str]] = {}
        self.bases: dict[str, str] = {}
        self.types: dict[tuple[str, str], str] = {}
        for file in ("types.xsd", "messages.xsd"):
            root = etree.parse(reference / file).getroot()
            for element in root.iter(f"{XS}element"):
                if element.get("name") and element.get("type"):
                    kind = element.get("type", "").rpartition(":")[2]
                    self.names_of.setdefault(kind, set()).add(element.get("name", ""))
            for node in root.findall(f"{XS}complexType"):
                self._add(node)

    def _add(self, node: etree._Element) -> None:
        owner = node.get("name", "")
        for extension in node.iter(f"{XS}extension"):
            self.bases[owner] = extension.get("base", "").rpartition(":")[2]
        for element in node.iter(f"{XS}element"):
            name = (element.get("name") or element.get("ref", "")).rpartition(":")[2]
            self.owners.setdefault(name, []).append(owner)
            self.types[owner, name] = element.get("type", "").rpartition(":")[2]
        for attribute in node.iter(f"{XS}attribute"):
            self.attributes.setdefault(attribute.get("name", ""), []).append(owner)

    def names(self, owner: str) -> set[str]:
        """Element names under which a type, or one that descends from it, stands."""
        found = set(self.names_of.get(owner, ()))
        for kind, base in self.bases.items():
            if base == owner:
                found |= self.names(kind)
        return found


_TYPE_LINE = re.compile(r"^ ?\*\*(\w+)\*\* *$", re.MULTILINE)
_LINK = re.compile(r"^\|\[(\w+)", re.MULTILINE)


def from_pages(folder: Path, contract: Contract) -> Iterator[tuple[str, str, str]]:
    """Facts of the reference pages: subject, version, source."""
    for page in sorted(folder.glob("*.md")):
        text = page.read_text("utf-8")
        title = re.search(r"^# (\w+)(?: \((\w+)\))?(.*)$", text, re.MULTILINE)
        if title is None:
            continue
        source = f"page:{page.stem}"
        if page.stem == "ews-operations-in-exchange":
            for name, year, pack in _OPERATION_ROW.findall(text):
                yield f"operation:{name}", _version_name(year, pack), source
            continue
        remark = next((p for p in re.findall(_SENTENCE, text) if introduced(p)), "")
        if not remark:
            continue
        version = introduced(remark)
        if title[3].strip() == "operation":
            yield f"operation:{title[1]}", version, source
            continue
        if version == "Exchange2007_SP1":
            continue  # the pages say so of elements that were there before, too
        for owner in _owners(text, title[1], title[2] or "", contract):
            yield f"{owner}/{title[1]}", version, source


_SENTENCE = r"This (?:element|operation) (?:was|is) [^\n]+"
_OPERATION_ROW = re.compile(
    r"^\|\[(\w+) operation\][^|]*\|Exchange (\d{4})(?: (SP ?\d|Service Pack \d))?", re.MULTILINE
)


def _owners(text: str, name: str, kind: str, contract: Contract) -> list[str]:
    """The types whose element a page describes: by its type and parents, or there is one only."""
    candidates = contract.owners.get(name, [])
    types = {kind, *_TYPE_LINE.findall(text[:4000])} - {""}
    start = text.find("### Parent elements")
    parents = set(_LINK.findall(text[start : text.find("## ", start + 5)])) if start >= 0 else set()
    matching = [o for o in candidates if contract.names(o) & parents]
    known = [o for o in matching if contract.types[o, name] in types]
    return known or (candidates if len(set(candidates)) == 1 else [])


_BEHAVIOUR = re.compile(r"<\d+> ?Section ([0-9.]+): ?([^)]+)")
_SUBJECT = re.compile(r"[Tt]he (\w+) (element|attribute|complex type|operation)")
_OWNER = re.compile(r"\[In (?:[tm]:)?(\w+) Complex Type\]")


def from_rows(folder: Path, contract: Contract) -> Iterator[tuple[str, str, str]]:
    """Facts of the requirement rows on product behaviour: subject, version, source."""
    for file in sorted(folder.glob("*.tsv")):
        rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
        sections: dict[str, Counter[str]] = {}
        for row in rows:
            if len(row) > 2 and (owner := _OWNER.search(row[2])):
                sections.setdefault(row[1], Counter())[owner[1]] += 1
        for row in rows:
            behaviour = _BEHAVIOUR.search(row[2]) if len(row) > 2 else None
            if behaviour is None:
                continue
            section, text = behaviour.groups()
            subject = _SUBJECT.search(text)
            negative = re.search(r"not (?:support|include|use)|not supported in", text)
            version = introduced(text) or (after(text) if negative else "")
            if subject is None or not version or subject[2] == "operation":
                continue  # rows speak of an operation's details, the list of pages of itself
            if text.startswith("Only"):
                continue
            owners = [o for o, _ in sections.get(section, Counter()).most_common(1)]
            for found in _subjects(subject[1], subject[2], owners, contract):
                yield found, version, row[0]


def _subjects(name: str, kind: str, owners: list[str], contract: Contract) -> list[str]:
    if kind == "complex type":
        return [f":{name}"] if name in contract.names_of else []
    table = contract.attributes if kind == "attribute" else contract.owners
    mark = "@" if kind == "attribute" else ""
    candidates = set(table.get(name, ()))
    chosen = [o for o in owners if o in candidates] or (candidates if len(candidates) == 1 else ())
    return [f"{owner}/{mark}{name}" for owner in chosen]


def main() -> None:
    """Write ``tools/ews_since.txt``."""
    reference, docs = Path(sys.argv[1]), Path(sys.argv[2])
    contract = Contract(reference)
    facts: dict[str, tuple[str, str]] = {}
    for subject, version, source in from_rows(reference / "requirements", contract):
        facts.setdefault(subject, (version, source))
    for subject, version, source in from_pages(docs, contract):
        facts.setdefault(subject, (version, source))
    lines = ["# Written by tools/ews_since.py: subject, first version, source."]
    lines += [f"{subject} {v} {source}" for subject, (v, source) in sorted(facts.items())]
    (FOLDER / "ews_since.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
