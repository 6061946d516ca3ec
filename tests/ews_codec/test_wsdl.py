"""The WSDL and schemas that we print: the same contract, and usable by the tools of clients."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from ews import wsdl
from ews.codec import render
from schemas.ews import contract
from tests.ews_codec.conftest import alone, tree
from tests.ews_codec.test_round_trip import ELEMENTS, damage
from tests.ews_codec.values import Maker
from tools.ews_contract import BEYOND_ELEMENTS

XS = "{http://www.w3.org/2001/XMLSchema}"
ADDRESS = "https://mail.example.org/EWS/Exchange.asmx"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wsdl")
    (folder / "types.xsd").write_bytes(wsdl.types_xsd())
    (folder / "messages.xsd").write_bytes(wsdl.messages_xsd())
    (folder / "services.wsdl").write_bytes(wsdl.wsdl(ADDRESS))
    return folder


def expanded(root: Any, reference: str) -> str:
    """A QName of a schema, with its namespace in full."""
    prefix, _, name = reference.rpartition(":")
    return f"{{{root.nsmap.get(prefix, prefix)}}}{name}"


def described(root: Any, node: Any) -> Any:
    """What a schema node says, without prefixes, defaults, annotations and named groups."""
    kind = node.tag.removeprefix(XS)
    if kind == "group" and node.get("ref"):
        name = node.get("ref").rpartition(":")[2]
        inner = described(root, root.find(f"{XS}group[@name='{name}']")[0])
        return (*inner[:1], {**inner[1], **occurrence(node)}, inner[2])
    facts = {**occurrence(node)}
    for key in ("name", "value", "namespace", "processContents", "default"):
        if node.get(key) is not None:
            facts[key] = node.get(key)
    if kind == "any":
        facts.setdefault("namespace", "##any")
    for key in ("type", "ref", "base", "itemType", "substitutionGroup"):
        if node.get(key) is not None:
            facts[key] = expanded(root, node.get(key))
    for key, usual in (("abstract", "false"), ("nillable", "false"), ("use", "optional")):
        if node.get(key, usual) != usual:
            facts[key] = node.get(key)
    if node.get("memberTypes"):
        facts["members"] = [expanded(root, member) for member in node.get("memberTypes").split()]
    inside: list[Any] = []
    for child in node:
        if not isinstance(child.tag, str) or child.tag == f"{XS}annotation":
            continue
        if child.tag == f"{XS}attributeGroup":
            name = child.get("ref").rpartition(":")[2]
            inside += [described(root, a) for a in attribute_group(root, name)]
        elif not concerns_lang(child):
            inside.append(described(root, child))
    attributes = [entry for entry in inside if entry[0] in ("attribute", "anyAttribute")]
    others = [entry for entry in inside if entry not in attributes]
    return kind, facts, others + sorted(attributes, key=repr)


def attribute_group(root: Any, name: str) -> Any:
    found = root.find(f"{XS}attributeGroup[@name='{name}']")
    if found is None:
        types = etree.parse(Path(root.base).parent / "types.xsd").getroot()
        found = types.find(f"{XS}attributeGroup[@name='{name}']")
    return found


def concerns_lang(node: Any) -> bool:
    """xml:lang is a wildcard of its namespace in ours, an import in the reference."""
    return node.get("ref") == "xml:lang" or node.get("namespace", "").endswith("XML/1998/namespace")


def occurrence(node: Any) -> dict[str, str]:
    return {
        key: node.get(key)
        for key in ("minOccurs", "maxOccurs")
        if node.get(key) is not None and node.get(key) != "1"
    }


@pytest.mark.parametrize("file", ["types.xsd", "messages.xsd"])
def test_every_declaration_is_that_of_the_reference(
    file: str, printed: Path, reference: Path
) -> None:
    ours, theirs = declarations(printed / file), declarations(reference / file)
    assert ours.keys() == theirs.keys()
    for key in theirs:
        assert ours[key] == theirs[key]


def declarations(file: Path) -> dict[Any, Any]:
    """The types and elements of a schema by name, without what only the documentation has."""
    root = etree.parse(file).getroot()
    for (owner, _), lines in BEYOND_ELEMENTS.items():
        for name in (line.split()[0] for line in lines):
            path = f"{XS}complexType[@name='{owner}']//{XS}element[@name='{name}']"
            for element in root.findall(path):
                element.getparent().remove(element)
    return {
        (node.tag, node.get("name")): described(root, node)
        for node in root
        if isinstance(node.tag, str) and node.get("name") and "roup" not in node.tag
    }


def test_both_schemas_judge_documents_alike(printed: Path, schema: etree.XMLSchema) -> None:
    ours = etree.XMLSchema(etree.parse(printed / "messages.xsd"))
    refused = 0
    for element in ELEMENTS:
        for seed in range(8):
            chance = random.Random(f"{element}-{seed}")
            value = Maker(chance).value(contract.global_element(element).type)
            document = alone(tree(render(element, value)))
            if seed:
                damage(document, chance)
            document = alone(document)
            verdict = schema.validate(document)
            refused += not verdict
            assert ours.validate(document) == verdict, element
    assert refused > 200


def test_zeep_binds_every_operation(printed: Path) -> None:
    client = zeep.Client(str(printed / "services.wsdl"))
    service = client.wsdl.services["ExchangeServices"]
    port = service.ports["ExchangeServicePort"]
    assert set(port.binding.all()) == set(contract.operations())
    assert port.binding_options["address"] == ADDRESS
    envelope = client.create_message(
        client.service,
        "GetFolder",
        FolderShape={"BaseShape": "IdOnly"},
        FolderIds={"_value_1": [{"DistinguishedFolderId": {"Id": "inbox"}}]},
        _soapheaders={"RequestVersion": {"Version": "Exchange2013"}},
    )
    assert b'Id="inbox"' in etree.tostring(envelope)


def test_the_wsdl_has_what_node_ews_looks_for(printed: Path) -> None:
    text = (printed / "services.wsdl").read_text()
    assert "<wsdl:definitions" in text
    assert f'location="{ADDRESS}"' in text
    assert 'schemaLocation="messages.xsd"' in text
    assert 'schemaLocation="types.xsd"' in (printed / "messages.xsd").read_text()
    assert "<xs:import" not in (printed / "types.xsd").read_text()


def test_the_wsdl_binds_as_the_reference_does(printed: Path, reference: Path) -> None:
    ours, theirs = (
        bindings(etree.parse(folder / name).getroot())
        for folder, name in ((printed, "services.wsdl"), (reference, "Services.wsdl"))
    )
    beyond = ours.keys() - theirs.keys()  # the published WSDL leaves them out
    assert beyond == {"GetReminders", "PerformReminderAction"}
    assert {name: ours[name] for name in theirs} == theirs


def bindings(root: Any) -> dict[str, Any]:
    """Operation to action, request, response and headers."""
    wsdl_ns = "{http://schemas.xmlsoap.org/wsdl/}"
    soap = "{http://schemas.xmlsoap.org/wsdl/soap/}"
    parts = {
        (message.get("name"), part.get("name")): part.get("element").rpartition(":")[2]
        for message in root.iter(f"{wsdl_ns}message")
        for part in message
        if isinstance(part.tag, str)
    }
    messages = {
        operation.get("name"): [
            child.get("message").rpartition(":")[2]
            for child in operation
            if isinstance(child.tag, str) and child.get("message")
        ]
        for operation in root.find(f"{wsdl_ns}portType")
        if isinstance(operation.tag, str) and operation.tag.endswith("operation")
    }
    found: dict[str, Any] = {}
    for operation in root.find(f"{wsdl_ns}binding").iter(f"{wsdl_ns}operation"):
        name = operation.get("name")
        sides = [operation.find(f"{wsdl_ns}{side}") for side in ("input", "output")]
        bodies = [
            parts[message, side.find(f"{soap}body").get("parts")]
            for message, side in zip(messages[name], sides, strict=True)
        ]
        headers = {
            parts[h.get("message").rpartition(":")[2], h.get("part")]
            for h in sides[0].findall(f"{soap}header")
        }
        action = operation.find(f"{soap}operation").get("soapAction")
        found[name] = (action, bodies, headers)
    return found
