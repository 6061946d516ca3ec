"""The grammar: valid documents pass, each single damage is found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eas.grammar import VIOLATIONS_MAX, check_request, check_response
from eas.wbxml import Element, decode, encode
from schemas.eas.codepages import tag_named
from schemas.eas.grammar import ROOT_PAGES as COMMANDS
from schemas.eas.grammar import Child, Direction, shapes
from tools.eas_grammar import TARGET, tables

ROOT = Path(__file__).parents[2]
REFERENCE = Path(os.environ.get("ENTREPOT_REFERENCE", ROOT / "../shared/reference")) / "eas"
CHECKS = {"requests": check_request, "responses": check_response}


def roots(direction: Direction) -> dict[str, str]:
    """The full name of the root of each command that has a grammar."""
    return {name: f"{page}:{name}" for name, page in COMMANDS.items() if name in shapes(direction)}


def value(kind: str) -> str | None:
    """A value that a scalar type allows."""
    if kind.startswith("="):
        return kind[1:].split("|")[0]
    if kind.startswith("text:"):
        return "x" * int(kind[5:])
    samples = {"instant": "2026-11-25T04:00:00.000Z", "text": "some", "empty": None, "bytes": "b"}
    return samples.get(kind, "1")


@st.composite
def documents(draw: st.DrawFn, direction: Direction) -> tuple[str, Element]:
    """A command and a valid document of it, as 16.1 has it."""
    table = shapes(direction)
    command = draw(st.sampled_from(sorted(roots(direction))))

    def element(name: str, kind: str, depth: int) -> Element:
        if kind not in table:
            text = value(kind)
            if text is not None and tag_named(name).is_opaque:
                return Element(name, text.encode())
            return Element(name, text)
        built = Element(name)
        for child in table[kind].children:
            if not tag_named(child.name).is_known_to("16.1"):
                continue
            most = child.most or 2
            chosen = draw(st.integers(0, most)) if depth < 6 else 0
            for _ in range(max(child.least, chosen if draw(st.integers(0, 3)) == 0 else 0)):
                built.children.append(element(child.name, child.type, depth + 1))
        return built

    return command, element(roots(direction)[command], command, 0)


def test_the_tables_are_written_from_the_reference() -> None:
    if not REFERENCE.exists():
        pytest.skip(f"no reference at {REFERENCE}")
    for name, text in tables(REFERENCE).items():
        assert (TARGET / name).read_text("utf-8").splitlines() == text


@pytest.mark.parametrize("direction", ["requests", "responses"])
def test_every_command_has_a_grammar(direction: Direction) -> None:
    assert set(roots(direction)) == set(COMMANDS)


@given(documents("requests"))
def test_a_valid_request_passes(made: tuple[str, Element]) -> None:
    command, root = made
    assert check_request(decode(encode(root)), command, "16.1", strict=True) == []


@given(documents("responses"))
def test_a_valid_response_passes(made: tuple[str, Element]) -> None:
    command, root = made
    assert check_response(decode(encode(root)), command, "16.1", strict=True) == []


@given(documents("requests"), st.data())
def test_an_unknown_child_is_found(made: tuple[str, Element], data: st.DataObject) -> None:
    command, root = made
    root.children.insert(data.draw(st.integers(0, len(root.children))), Element("AirSync:0x3f"))
    found = check_request(decode(encode(root)), command, "16.1")
    assert [violation.rule for violation in found] == ["unknown"]


def required(direction: Direction) -> list[tuple[str, Child]]:
    """Each required child of a root."""
    return [
        (command, child)
        for command in roots(direction)
        for child in shapes(direction)[command].children
        if child.least
    ]


@pytest.mark.parametrize("direction", ["requests", "responses"])
def test_a_missing_child_is_found(direction: Direction) -> None:
    cases = required(direction)
    assert cases
    for command, child in cases:
        found = CHECKS[direction](Element(roots(direction)[command]), command, "16.1")
        assert f"{roots(direction)[command]}/{child.name}" in {
            violation.path for violation in found if violation.rule == "missing"
        }


def test_each_single_damage_has_its_rule() -> None:
    key = Element("FolderHierarchy:SyncKey", "1")
    twice = Element("FolderHierarchy:FolderSync", None, [key, key])
    assert [v.rule for v in check_request(twice, "FolderSync", "14.1")] == ["too_many"]

    def ping(kind: str) -> Element:
        parts = [Element("Ping:Id", "5"), Element("Ping:Class", kind)]
        return Element(
            "Ping:Ping",
            None,
            [Element("Ping:Folders", None, [Element("Ping:Folder", None, parts)])],
        )

    assert check_request(ping("Email"), "Ping", "14.1") == []
    assert [v.rule for v in check_request(ping("Fax"), "Ping", "14.1")] == ["enumeration"]

    def collection(*parts: Element) -> Element:
        inner = [Element("AirSync:SyncKey", "1"), Element("AirSync:CollectionId", "5"), *parts]
        return Element("AirSync:Sync", None, [
            Element("AirSync:Collections", None, [Element("AirSync:Collection", None, inner)])
        ])  # fmt: skip

    def rules(root: Element, version: str = "14.1", *, strict: bool = False) -> list[str]:
        return [v.rule for v in check_request(root, "Sync", version, strict=strict)]

    assert rules(collection(Element("AirSync:GetChanges"))) == []
    assert rules(collection(Element("AirSync:GetChanges", "many"))) == ["type"]
    conversation = collection(Element("AirSync:ConversationMode", "1"))
    assert rules(conversation) == []
    assert rules(conversation, "12.1") == ["version"]
    turned = collection(Element("AirSync:WindowSize", "25"), Element("AirSync:GetChanges", "1"))
    assert rules(turned) == []
    assert rules(turned, strict=True) == ["order"]


def test_the_violations_are_bounded() -> None:
    root = Element("Ping:Ping", None, [Element("AirSync:0x3f")] * (3 * VIOLATIONS_MAX))
    assert len(check_request(root, "Ping", "16.1")) == VIOLATIONS_MAX


def test_a_common_failure_needs_nothing_else() -> None:
    for command, page in COMMANDS.items():
        root = Element(f"{page}:{command}", None, [Element(f"{page}:Status", "142")])
        assert check_response(root, command, "16.1") == []


def test_a_property_is_there_once() -> None:
    subject = Element("Email:Subject", "Minutes")
    data = Element("AirSync:ApplicationData", None, [subject, subject])
    change = Element("AirSync:Change", None, [Element("AirSync:ServerId", "5:1"), data])
    inner = [Element("AirSync:SyncKey", "1"), Element("AirSync:CollectionId", "5")]
    commands = Element("AirSync:Commands", None, [change])
    collection = Element("AirSync:Collection", None, [*inner, commands])
    root = Element("AirSync:Sync", None, [Element("AirSync:Collections", None, [collection])])
    assert "too_many" in {v.rule for v in check_request(root, "Sync", "16.1")}


def test_a_root_of_another_page_is_unknown() -> None:
    found = check_request(Element("Ping:FolderSync"), "FolderSync", "14.1")
    assert [v.rule for v in found] == ["unknown"]


def test_a_required_child_deep_down_is_found() -> None:
    move = Element("Move:Move", None, [Element("Move:SrcMsgId", "5:1")])
    found = check_request(Element("Move:MoveItems", None, [move]), "MoveItems", "14.1")
    assert [v.path.rpartition(":")[2] for v in found] == ["SrcFldId", "DstFldId"]


def test_a_value_that_is_too_long_is_found() -> None:
    def moved(source: str) -> list[str]:
        parts = [Element("Move:SrcMsgId", source), Element("Move:Status", "3")]
        answer = Element("Move:MoveItems", None, [Element("Move:Response", None, parts)])
        return [v.rule for v in check_response(answer, "MoveItems", "14.1")]

    assert moved("m" * 64) == []
    assert moved("m" * 65) == ["length"]


def test_a_page_of_mail_and_a_fetch_pass() -> None:
    body = [Element("AirSyncBase:Type", "1"), Element("AirSyncBase:Data", "Hello")]
    data = [Element("Email:Subject", "Minutes"), Element("AirSyncBase:Body", None, body)]
    added = [Element("AirSync:ServerId", "5:1"), Element("AirSync:ApplicationData", None, data)]
    gone = [Element("AirSync:ServerId", "5:2")]
    commands = [
        Element("AirSync:Add", None, added),
        Element("AirSync:SoftDelete", None, gone),
        Element("AirSync:Delete", None, gone),
    ]
    inner = [
        Element("AirSync:SyncKey", "2"),
        Element("AirSync:CollectionId", "5"),
        Element("AirSync:Status", "1"),
        Element("AirSync:MoreAvailable"),
        Element("AirSync:Commands", None, commands),
    ]
    collection = Element("AirSync:Collection", None, inner)
    root = Element("AirSync:Sync", None, [Element("AirSync:Collections", None, [collection])])
    assert check_response(root, "Sync", "14.1") == []

    wanted = [
        Element("ItemOperations:Store", "Mailbox"),
        Element("AirSync:CollectionId", "5"),
        Element("AirSync:ServerId", "5:1"),
    ]
    fetch = Element("ItemOperations:Fetch", None, wanted)
    asked = Element("ItemOperations:ItemOperations", None, [fetch])
    assert check_request(asked, "ItemOperations", "14.1") == []


def test_a_search_in_the_address_list_has_a_text() -> None:
    parts = [Element("Search:Name", "GAL"), Element("Search:Query", "anna")]
    root = Element("Search:Search", None, [Element("Search:Store", None, parts)])
    assert check_request(root, "Search", "14.1") == []


def test_a_draft_has_copies_and_new_attachments() -> None:
    added = [
        Element("AirSyncBase:ClientId", "a"),
        Element("AirSyncBase:DisplayName", "minutes.txt"),
        Element("AirSyncBase:Content", b"Hello"),
    ]
    files = Element("AirSyncBase:Attachments", None, [Element("AirSyncBase:Add", None, added)])
    data = [Element("Email:To", "anna@example.com"), Element("Email:Cc", "b@example.com"), files]
    add = [Element("AirSync:ClientId", "1"), Element("AirSync:ApplicationData", None, data)]
    commands = Element("AirSync:Commands", None, [Element("AirSync:Add", None, add)])
    inner = [Element("AirSync:SyncKey", "1"), Element("AirSync:CollectionId", "5"), commands]
    collection = Element("AirSync:Collection", None, inner)
    root = Element("AirSync:Sync", None, [Element("AirSync:Collections", None, [collection])])
    assert check_request(root, "Sync", "16.1") == []
    assert {v.rule for v in check_request(root, "Sync", "14.1")} == {"version"}
