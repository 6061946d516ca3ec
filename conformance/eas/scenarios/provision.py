"""MS-ASPROV: policies in two phases."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.runner import REGISTRY
from conformance.eas.wbxml import Node, node
from conformance.scenario import scenario

_S = "MS-ASPROV"
_POLICY = ("Provision:Policies", "Provision:Policy")


def _offer(device: Device) -> Node:
    said = documents.information(Model="Model") if float(device.version) >= 14.1 else None
    return device.ask("Provision", documents.provision(information=said))


@scenario(_S, "S01_TC01", requirements=("MS-ASPROV_R310", "MS-ASPROV_R618"), registry=REGISTRY)
def policies_are_offered_and_taken(fresh: Device) -> None:
    """A key for now with the document, a lasting key without."""
    offer = _offer(fresh)
    check(offer.text(*_POLICY, "Provision:Status") == "1", "no policies")
    check(
        offer.find(*_POLICY, "Provision:Data", "Provision:EASProvisionDoc") is not None,
        "no document",
    )
    key = offer.text(*_POLICY, "Provision:PolicyKey")
    done = fresh.ask("Provision", documents.provision(int(key), 1))
    lasting = done.text(*_POLICY, "Provision:PolicyKey")
    check(lasting not in ("", "0", key), f"the lasting key is {lasting!r}")
    check(done.find(*_POLICY, "Provision:Data") is None, "the document comes again")


@scenario(_S, "S01_TC02", requirements=("MS-ASPROV_R606",), registry=REGISTRY)
def the_key_for_now_opens_nothing(fresh: Device) -> None:
    """Until the policies are taken the device gets nothing."""
    fresh.identity.policy_key = int(_offer(fresh).text(*_POLICY, "Provision:PolicyKey"))
    reply = fresh.post("FolderSync", documents.folder_sync("0"))
    told = reply.root.text("FolderHierarchy:Status") if reply.root else str(reply.status)
    check(told in ("142", "144", "449"), f"it is answered by {told}")


@scenario(_S, "S03_TC01", requirements=("MS-ASPROV_R382",), registry=REGISTRY)
def a_wrong_key_for_now_is_status_5(fresh: Device) -> None:
    """Acknowledged with a key that was never given."""
    key = int(_offer(fresh).text(*_POLICY, "Provision:PolicyKey"))
    answer = fresh.ask("Provision", documents.provision(key ^ 1, 1))
    told = answer.text(*_POLICY, "Provision:Status")
    check(told == "5", f"the policy's status is {told!r}")


@scenario(_S, "S03_TC02", requirements=("MS-ASPROV_R380",), registry=REGISTRY)
def an_unknown_type_of_policy_is_status_3(fresh: Device) -> None:
    """A PolicyType that there is not."""
    wrong = node(
        "Provision:Provision",
        documents.information(Model="Model") if float(fresh.version) >= 14.1 else None,
        node("Provision:Policies", node("Provision:Policy", node("Provision:PolicyType", "none"))),
    )
    told = fresh.ask("Provision", wrong).text(*_POLICY, "Provision:Status")
    check(told == "3", f"the policy's status is {told!r}")


@scenario(
    "MS-ASCMD",
    "S12_TC01",
    requirements=("MS-ASCMD_R5026", "MS-ASCMD_R4990", "MS-ASCMD_R4992", "MS-ASCMD_R5028"),
    registry=REGISTRY,
)
def policies_are_downloaded_and_taken(fresh: Device) -> None:
    """Type, key and document first; after the acknowledgement type and key, which opens all."""
    offer = _offer(fresh)
    for name in ("PolicyType", "PolicyKey", "Data"):
        check(offer.find(*_POLICY, f"Provision:{name}") is not None, f"no {name}")
    check(offer.text(*_POLICY, "Provision:Status") == "1", "the policy is refused")
    key = int(offer.text(*_POLICY, "Provision:PolicyKey"))
    done = fresh.ask("Provision", documents.provision(key, 1))
    check(done.text("Provision:Status") == "1", "the acknowledgement is refused")
    fresh.identity.policy_key = int(done.text(*_POLICY, "Provision:PolicyKey"))
    told = fresh.folder_sync("0").text("FolderHierarchy:Status")
    check(told == "1", f"FolderSync has status {told}")


@scenario("MS-ASCMD", "S12_TC02", requirements=("MS-ASCMD_R4989",), registry=REGISTRY)
def a_policy_without_its_type_is_status_2(fresh: Device) -> None:
    """Of the whole request."""
    wrong = node(
        "Provision:Provision",
        documents.information(Model="Model") if float(fresh.version) >= 14.1 else None,
        node("Provision:Policies", node("Provision:Policy")),
    )
    told = fresh.ask("Provision", wrong).text("Provision:Status")
    check(told == "2", f"status {told!r}")


@scenario("MS-ASCMD", "S12_TC03", requirements=("MS-ASCMD_R4912",), registry=REGISTRY)
def a_key_that_is_another_is_status_144(device: Device) -> None:
    """By HTTP 449 in 12.1."""
    device.identity.policy_key = int(str(device.identity.policy_key)[:1])
    reply = device.post("FolderSync", documents.folder_sync("0"))
    told = reply.root.text("FolderHierarchy:Status") if reply.root else str(reply.status)
    due = "449" if device.version == "12.1" else "144"
    check(told == due, f"it is answered by {told}, {due} is due")
