"""Writes ``schemas/eas/requests.txt``, ``responses.txt`` and ``status.txt`` from a folder of facts.

    python -m tools.eas_grammar FOLDER

The folder holds ``request-shapes.json``, ``response-shapes.json``, ``status-codes.json`` and the
XSDs of MS-ASCMD and its sisters. The shapes name the children; what is required and how long a
value may be comes from the XSDs (responses and shared elements) and, for request elements that no
XSD describes, from ``REQUIRED``.

A type is a line ``type Name [choice] [mixed]``, with a line for each child: full element name,
least and greatest number (``0-*``), type, first and last version of its tag, ``*`` where the
value is bytes.
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.eas.codepages import PAGES, TAGS, Tag

TARGET = Path(__file__).parent.parent / "schemas" / "eas"
SCALARS = {
    "string": "text",
    "byte": "u8",
    "ushort": "u16",
    "uint": "u32",
    "bool": "bool",
    "double": "double",
    "System.DateTime": "instant",
    "object": "text",
    "byte[]": "bytes",
    "EmptyTag": "empty",
}
# MS-ASCMD 2.2.1: children that a request must have
REQUIRED = {
    "FolderSync": "SyncKey",
    "FolderCreate": "SyncKey ParentId DisplayName Type",
    "FolderDelete": "SyncKey ServerId",
    "FolderUpdate": "SyncKey ServerId ParentId DisplayName",
    "MoveItems": "Move",
    "MoveItemsMove": "SrcMsgId SrcFldId DstFldId",
    "SyncCollection": "SyncKey CollectionId",
    "SyncCollectionChange": "ServerId",
    "SyncCollectionDelete": "ServerId",
    "SyncCollectionFetch": "ServerId",
    "SendMail": "ClientId Mime",
    "SmartReply": "ClientId Mime",
    "SmartForward": "ClientId",
    "BodyPreference": "Type",
    "Find": "SearchId ExecuteSearch",
    "Search": "Store",
    "SearchStore": "Name Query",
    "MeetingResponse": "Request",
    "MeetingResponseRequest": "UserResponse",
    "ItemOperationsFetch": "Store",
    "ValidateCert": "Certificates",
}
# a list of properties: the shapes say "any number", yet each may be there once
ONE_OF_EACH = ("ApplicationData", "Properties", "SyncCollectionsCollection")
# any number of each command, whose elements only the names of their types tell
NAMED_BY_PREFIX = {"SyncCollectionsCollectionCommands"}
# what a draft has (16.0)
DRAFT = [("Cc", "Email"), ("ReplyTo", "Email"), ("Attachments", "AirSyncBase")]
# what the exception of a series has as the series has it
EXCEPTION = [("Body", "AirSyncBase"), ("Attachments", "AirSyncBase")]
# what a note has (MS-ASNOTE 2.2.2)
NOTE = [
    ("Subject", "Notes"),
    ("MessageClass", "Notes"),
    ("LastModifiedDate", "Notes"),
    ("Categories", "Notes"),
]
EXTRA_TYPES = {
    "Categories": "Categories4",
    "Body": "Body",
    "Attachments": "Attachments",
    # with the references of attachments that a draft was given (MS-ASAIRS 2.2.2.7)
    "ApplicationData": "SyncCollectionsCollectionResponsesFetchApplicationData",
}
# children that the shapes lack: (direction, type) to (name, page)
EXTRA = {
    ("request", "SyncCollection"): [("Class", "AirSync")],  # 12.1
    ("request", "SyncCollectionChange"): [("Class", "AirSync"), ("InstanceId", "AirSyncBase")],
    ("request", "SyncCollectionDelete"): [("Class", "AirSync"), ("InstanceId", "AirSyncBase")],
    ("request", "GetItemEstimateCollection"): [
        ("SyncKey", "AirSync"),
        ("CollectionId", "GetItemEstimate"),
        ("ConversationMode", "AirSync"),
        ("FilterType", "AirSync"),
    ],
    # MS-ASCAL 2.2.2.21
    ("request", "ExceptionsException"): EXCEPTION,
    ("response", "ExceptionsException"): EXCEPTION,
    ("request", "SyncCollectionAddApplicationData"): [*DRAFT],
    ("request", "SyncCollectionChangeApplicationData"): [*DRAFT],
    ("response", "SyncCollectionsCollection"): [("Class", "AirSync")],  # 12.1
    ("response", "SyncCollectionsCollectionCommandsChangeApplicationData"): [
        ("Attachments", "AirSyncBase")
    ],
    ("response", "SyncCollectionsCollectionResponsesAdd"): [("ApplicationData", "AirSync")],
    ("response", "SyncCollectionsCollectionResponsesChange"): [("ApplicationData", "AirSync")],
    ("response", "Properties"): NOTE,
    ("response", "SyncCollectionsCollectionResponsesFetchApplicationData"): NOTE,
    ("request", "Schema"): NOTE,
    # a common code may be all that there is (MS-ASCMD 2.2.2)
    ("response", "GetItemEstimate"): [("Status", "GetItemEstimate")],
    ("response", "MoveItems"): [("Status", "Move")],
    ("response", "MeetingResponse"): [("Status", "MeetingResponse")],
}
# (page of the parent, name) whose page the shapes do not tell
HOME = {
    ("AirSync", "Location"): "AirSyncBase",
    ("AirSync", "Attachments"): "AirSyncBase",
    ("AirSync", "InstanceId"): "AirSyncBase",
    ("Calendar", "InstanceId"): "AirSyncBase",
    ("ComposeMail", "Body"): "AirSyncBase",
    ("MeetingResponse", "Body"): "AirSyncBase",
    ("Email", "CalendarType"): "Email2",
    ("AirSync", "CalendarType"): "Email2",
    ("ItemOperations", "CalendarType"): "Email2",
    ("Email", "IsLeapMonth"): "Email2",
    ("Email", "FirstDayOfWeek"): "Email2",
    ("ItemOperations", "LastModifiedDate"): "Notes",
    ("Find", "Store"): "ItemOperations",
}
# (type of the parent, name) whose page the shapes tell wrongly: MS-ASEMAIL 2.2.2.75.2
AT_HOME = {("Flag", "Subject"): "Tasks"}
RENAMED = {("ForwardeesForwardee", "Email"): "ForwardeeEmail"}
RENAMED |= {("ForwardeesForwardee", "Name"): "ForwardeeName"}
TAG_NAMES: dict[str, list[Tag]] = {}
for _tag in TAGS.values():
    TAG_NAMES.setdefault(_tag.name, []).append(_tag)
XS = "{http://www.w3.org/2001/XMLSchema}"


def tag_of(name: str, page: str) -> Tag | None:
    """The tag of a name on its page, else on AirSync, Email or Search, else the only one."""
    page = HOME.get((page, name)) or page
    found = TAG_NAMES.get(name, [])
    own = [tag for tag in found if PAGES[tag.page] == page]
    for other in ("AirSync", "Email", "Search"):
        own = own or [tag for tag in found if PAGES[tag.page] == other]
    return own[0] if own else found[0] if len(found) == 1 else None


def children(types: dict[str, Any], parent: str) -> Iterator[tuple[str, str, bool, str]]:
    """Name, namespace, whether many, and type of each child of a type."""
    shape = types[parent]
    for field in shape.get("fields", []):
        kind = field["type"]
        if field["name"] == "ItemsElementName" or (kind == "string[]" and field["name"] == "Text"):
            continue
        choices = [c for c in field.get("choices", []) if c["el"] not in ("Namespace", None)]
        if not choices:
            wrapper = f"{parent}.{field['name']}"
            yield (
                field["name"],
                shape["ns"],
                "item" not in field and kind.endswith("[]"),
                (wrapper if "item" in field else kind),
            )
            continue
        many = kind.endswith("[]") and not (kind == "object[]" and parent.endswith(ONE_OF_EACH))
        for choice in choices:
            yield choice["el"], choice["ns"] or shape["ns"], many, choice["type"] or kind


def wrapped(types: dict[str, Any], parent: str, field: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and type of what an element with nothing but a list in it holds."""
    if field["type"] != "object[]":
        return [(field["item"], field["type"])]
    names = [name[len(parent) :] for name in types if name.startswith(parent)]
    return [(n, parent + n) for n in names if n and tag_of(n, types[parent]["ns"])]


def facts_of_xsd(folder: Path) -> tuple[set[tuple[str, str]], dict[tuple[str, str], int]]:
    """(type, child) that are required, and the greatest length of values."""
    required: set[tuple[str, str]] = set()
    lengths: dict[tuple[str, str], int] = {}

    def walk(node: ET.Element, path: str, *, must: bool) -> None:
        for part in node:
            sure = must and part.get("minOccurs", "1") != "0"
            if part.tag == f"{XS}element":
                name = (part.get("name") or part.get("ref", "")).split(":")[-1]
                if path and sure:
                    required.add((path, name))
                for limit in part.findall(f"{XS}simpleType/{XS}restriction/{XS}maxLength"):
                    lengths[path, name] = int(limit.get("value", "0"))
                walk(part, path + name, must=True)
            elif part.tag in (f"{XS}choice", f"{XS}group"):
                walk(part, path, must=False)
            elif part.tag in (f"{XS}sequence", f"{XS}all", f"{XS}complexType"):
                walk(part, path, must=sure)

    for file in sorted(folder.glob("*.xsd")):
        walk(ET.parse(file).getroot(), "", must=True)
    return required, lengths


def spelled(types: dict[str, Any], kind: str) -> str:
    """A type as the table says it."""
    kind = kind.removeprefix("Request.").removeprefix("Response.")
    if kind in SCALARS:
        return SCALARS[kind]
    bare = kind.removesuffix("[]")
    if bare in SCALARS:
        return SCALARS[bare]
    if "enum" in types.get(bare, {}):
        return "=" + "|".join(value.removeprefix("Item") for value in types[bare]["enum"])
    return bare if bare in types or "." in bare else "text"


def lines(
    direction: str,
    types: dict[str, Any],
    must: set[tuple[str, str]],
    lengths: dict[tuple[str, str], int],
) -> list[str]:
    """The table's lines for one direction."""
    written: list[str] = []
    seen: set[Tag] = set()

    def child(parent: str, name: str, page: str, kind: str, *, many: bool) -> None:
        name = RENAMED.get((parent, name), name)
        tag = tag_of(name, AT_HOME.get((parent, name), page))
        if tag is None or tag in seen:
            return
        seen.add(tag)
        type_name = spelled(types, kind)
        if type_name == "text" and (parent, name) in lengths:
            type_name = f"text:{lengths[parent, name]}"
        least = int((parent, name) in must)
        opaque = " *" if tag.is_opaque else ""
        written.append(
            f" {PAGES[tag.page]}:{name} {least}-{'*' if many else 1} {type_name}"
            f" {tag.first} {tag.last}{opaque}"
        )

    for parent, shape in types.items():
        if "fields" not in shape or (shape["ns"] or "http").startswith("http"):
            continue
        choice = parent.endswith(("Commands", "Responses")) or any(
            f["type"] == "object[]" and "item" not in f for f in shape["fields"]
        )
        mixed = any(f["name"] == "Text" and f["type"] == "string[]" for f in shape["fields"])
        flags = [flag for flag, on in (("choice", choice), ("mixed", mixed)) if on]
        written.append(" ".join(["type", parent, *flags]))
        seen.clear()
        for name, page, many, kind in children(types, parent):
            many = many or parent == "SyncCollectionsCollectionResponses"
            many = many or (direction, parent, name) == ("response", "ValidateCert", "Certificate")
            child(parent, name, page or "", kind, many=many)
        for name, page in EXTRA.get((direction, parent), []):
            child(parent, name, page, EXTRA_TYPES.get(name, "string"), many=False)
        if parent in NAMED_BY_PREFIX:
            for name, kind in wrapped(types, parent, {"type": "object[]"}):
                child(parent, name, shape["ns"], kind, many=True)
        for field in shape["fields"]:
            if "item" in field:
                written.append(f"type {parent}.{field['name']} choice")
                seen.clear()
                for name, kind in wrapped(types, parent, field):
                    child(f"{parent}{field['name']}", name, shape["ns"], kind, many=True)
    return written


# MS-ASCMD 2.2.2: common codes that versions before do not have; the others come with 14.0
STATUS_SINCE = {
    **dict.fromkeys(("164", "165", "166", "173", "174", "175"), "14.1"),
    **dict.fromkeys(("178", "179", "183", "184"), "16.0"),
}


# codes of commands that the facts leave out (MS-ASCMD 2.2.3.177.8)
STATUS_BESIDE = {
    "ItemOperations": {
        "8": "MS-ASCMD_R4160",
        "10": "MS-ASCMD_R4162",
        "11": "MS-ASCMD_R4163",
        "14": "MS-ASCMD_R4165",
        "155": "MS-ASCMD_R4170",
    }
}


def status_lines(facts: dict[str, Any]) -> list[str]:
    """Code, requirement and, for common codes, first version, name and the HTTP status before
    14.0."""
    written = ["common"]
    for code, row in facts["common"].items():
        http = row.get("http_before_14", "")
        name = row["name"].replace(" ", "")
        since = STATUS_SINCE.get(code, "14.0")
        written.append(f" {code} {row.get('req', '-')} {since} {name} {http}".rstrip())
    for command, codes in facts["commands"].items():
        written.append(command)
        rows = {code: row.get("req", "-") for code, row in codes.items()}
        rows |= STATUS_BESIDE.get(command, {})
        written += [f" {code} {row}" for code, row in rows.items()]
    return written


def tables(folder: Path) -> dict[str, list[str]]:
    """The lines of each table by its file name."""
    required, lengths = facts_of_xsd(folder)
    asked = {(parent, name) for parent, names in REQUIRED.items() for name in names.split()}

    def read(name: str) -> dict[str, Any]:
        return json.loads((folder / name).read_text("utf-8"))

    return {
        "requests.txt": lines("request", read("request-shapes.json"), asked, lengths),
        "responses.txt": lines("response", read("response-shapes.json"), required, lengths),
        "status.txt": status_lines(read("status-codes.json")),
    }


def main() -> None:
    for name, text in tables(Path(sys.argv[1])).items():
        (TARGET / name).write_text("\n".join(text) + "\n", "utf-8")


if __name__ == "__main__":
    main()
