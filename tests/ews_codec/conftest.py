"""What the codec's tests share: the reference contract, and answers put under its schema."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with Exchange's own contract."""
    folder = Path(os.environ.get("ENTREPOT_REFERENCE", ROOT.parent / "shared/reference")) / "ews"
    if not (folder / "messages.xsd").exists():
        pytest.skip(f"no reference contract in {folder} (set ENTREPOT_REFERENCE)")
    return folder


@pytest.fixture(scope="session")
def schema(reference: Path) -> etree.XMLSchema:
    """Exchange's own schema of both namespaces."""
    return etree.XMLSchema(etree.parse(reference / "messages.xsd"))


def tree(xml: bytes | str) -> Any:
    """An element of a fragment with the prefixes m and t, as a request brings it."""
    text = xml.decode() if isinstance(xml, bytes) else xml
    return etree.fromstring(f'<x xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">{text}</x>')[0]


def alone(element: Any) -> Any:
    """The element as the root of a document of its own, as validation needs it."""
    return etree.fromstring(etree.tostring(element, with_tail=False))
