"""The WBXML codec beside libwbxml (C, through ctypes), on what a phone is sent.

*Bodies*: a Sync answer with 250 messages of 4 kB of HTML. *Headers*: 2,600 messages with headers
alone, some 57,000 elements. Decoding: bytes to a tree; libwbxml makes XML of it, of which lxml
makes the tree. Encoding: a tree to bytes; lxml writes XML, of which libwbxml makes the document,
without a string table (with one it does not come to an end). MB of WBXML a second, best of some.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import json
import time
from collections.abc import Callable
from typing import Any

from lxml import etree

from eas.wbxml import Element, decode, encode

_ACTIVESYNC = 2402
_TIMES = 15


def _message(number: int, html: str) -> Element:
    def text(name: str, value: str) -> Element:
        return Element(name, value)

    data = [
        text("Email:To", '"Anna Berg" <anna@demo.example>'),
        text("Email:From", '"Ben Karst" <ben@demo.example>'),
        text("Email:Subject", f"Report {number} of the harbour"),
        text("Email:DateReceived", "2026-11-25T08:00:00.000Z"),
        text("Email:DisplayTo", "Anna Berg"),
        text("Email:ThreadTopic", "Report of the harbour"),
        text("Email:Importance", "1"),
        text("Email:Read", "0"),
        text("Email:MessageClass", "IPM.Note"),
        text("Email:InternetCPID", "65001"),
        Element("Email:Flag"),
        text("Email:ContentClass", "urn:content-classes:message"),
        text("AirSyncBase:NativeBodyType", "2"),
        Element("Email:Categories"),
    ]
    if html:
        data.append(
            Element(
                "AirSyncBase:Body",
                None,
                [
                    text("AirSyncBase:Type", "2"),
                    text("AirSyncBase:EstimatedDataSize", str(len(html))),
                    text("AirSyncBase:Data", html),
                ],
            )
        )
    return Element(
        "AirSync:Add",
        None,
        [
            text("AirSync:ServerId", f"3:{number}"),
            Element("AirSync:ApplicationData", None, data),
        ],
    )


def document(count: int, html: str) -> Element:
    """A Sync answer with that many messages."""
    commands = Element("AirSync:Commands", None, [_message(n, html) for n in range(count)])
    collection = Element(
        "AirSync:Collection",
        None,
        [Element("AirSync:SyncKey", "1"), Element("AirSync:CollectionId", "3"), commands],
    )
    return Element("AirSync:Sync", None, [Element("AirSync:Collections", None, [collection])])


def rates(size: int, works: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Megabytes a second of each, best of some; they take turns, so that all meet the same
    machine."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(_TIMES):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - begun)
    return {name: round(size / seconds / 1e6, 1) for name, seconds in best.items()}


class Libwbxml:
    """The reader of the C library. Raises OSError where it is not installed."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("wbxml2")
        if name is None:
            raise OSError("libwbxml is not installed (Debian: libwbxml2-1)")
        self._library = ctypes.CDLL(name)
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]

    def to_xml(self, data: bytes) -> bytes:
        """The XML of a document. Raises RuntimeError where it refuses."""
        return self._convert("wbxml_conv_wbxml2xml", data, "set_language", _ACTIVESYNC)

    def from_xml(self, xml: bytes) -> bytes:
        """The document of XML, without a string table. Raises RuntimeError where it refuses."""
        return self._convert("wbxml_conv_xml2wbxml", xml, "disable_string_table")

    def _convert(self, call: str, data: bytes, option: str, *values: int) -> bytes:
        converter, out = ctypes.c_void_p(), ctypes.c_void_p()
        length = ctypes.c_uint32()
        getattr(self._library, f"{call}_create")(ctypes.byref(converter))
        getattr(self._library, f"{call}_{option}")(converter, *values)
        status = getattr(self._library, f"{call}_run")(
            converter, data, len(data), ctypes.byref(out), ctypes.byref(length)
        )
        getattr(self._library, f"{call}_destroy")(converter)
        if status or not out.value:
            raise RuntimeError(f"libwbxml refuses: {status}")
        made = ctypes.string_at(out.value, length.value)
        self._free(out.value)
        return made


def measure(name: str, tree: Element) -> dict[str, Any]:
    """Both directions, beside libwbxml's between a document and a tree of XML."""
    data = encode(tree)
    works: dict[str, Callable[[], Any]] = {
        "decode": lambda: decode(data),
        "encode": lambda: encode(tree),
    }
    found: dict[str, Any] = {"document": name, "megabytes": round(len(data) / 1e6, 2)}
    try:
        other = Libwbxml()
    except OSError as error:
        return found | rates(len(data), works) | {"libwbxml": str(error)}
    parser = etree.XMLParser(huge_tree=True, no_network=True, resolve_entities=False)
    parsed = etree.fromstring(other.to_xml(data), parser).getroottree()
    works |= {
        "libwbxml_decode": lambda: etree.fromstring(other.to_xml(data), parser),
        "libwbxml_encode": lambda: other.from_xml(etree.tostring(parsed)),
    }
    found |= rates(len(data), works)
    for way in ("decode", "encode"):
        found[f"{way}_against_it"] = round(found[way] / found[f"libwbxml_{way}"], 2)
    return found


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    html = (
        "<html><body>" + "<p>The quay wall holds, and the bollards do.</p>" * 85 + "</body></html>"
    )
    reports = [
        measure("250 messages of 4 kB", document(250, html)),
        measure("2,600 messages, headers alone", document(2_600, "")),
    ]
    print(json.dumps({"benchmark": "wbxml", "reports": reports}, indent=2))


if __name__ == "__main__":
    main()
