"""What the tests of the tables share: Exchange's own contract and the ActiveSync code pages."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with the published contracts."""
    folder = Path(os.environ.get("ENTREPOT_REFERENCE", ROOT.parent / "shared/reference"))
    if not (folder / "ews/types.xsd").exists():
        pytest.skip(f"no reference contract in {folder} (set ENTREPOT_REFERENCE)")
    return folder


class Contract:
    """What the XSD says of types, read apart from our own tables."""

    def __init__(self, folder: Path) -> None:
        self.types: dict[str, Any] = {}
        for name in ("types.xsd", "messages.xsd"):
            root = etree.parse(folder / name).getroot()
            for node in root.iter(f"{XS}complexType", f"{XS}simpleType"):
                if node.get("name"):
                    self.types[node.get("name")] = node

    def values(self, simple: str) -> list[str]:
        """The values of an enumeration."""
        return [node.get("value") for node in self.types[simple].iter(f"{XS}enumeration")]

    def elements(self, complex: str) -> dict[str, str]:
        """Elements of a type in order, what it inherits first, with their types."""
        node = self.types[complex]
        extension = node.find(f".//{XS}extension")
        base = extension.get("base").partition(":")[2] if extension is not None else ""
        found = dict(self.elements(base)) if base in self.types else {}
        for element in node.iter(f"{XS}element"):
            if next(element.iterancestors(f"{XS}complexType")) is node:
                found[element.get("name")] = (element.get("type") or "").partition(":")[2]
        return found


@pytest.fixture(scope="session")
def contract(reference: Path) -> Contract:
    """Exchange's contract of EWS."""
    return Contract(reference / "ews")


@pytest.fixture(scope="session")
def code_pages(reference: Path) -> dict[str, str]:
    """First version of every ActiveSync element by ``Page:Element``."""
    pages = json.loads((reference / "eas/codepages.json").read_text())["pages"]
    return {
        f"{page['namespace']}:{token['name']}": token["versions"][0]
        for page in pages
        for token in page["tokens"].values()
        if token["versions"]
    }
