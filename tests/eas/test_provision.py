"""Policies offered, taken, changed; devices blocked and wiped (MS-ASPROV)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.eas import documents
from conformance.eas.wbxml import node
from entrepot.testing import Exchange, Person
from schemas.eas.policies import POLICIES, Choice, Policy, check_policies
from tests.eas.conftest import VERSIONS, NewDevice

_POLICY = ("Provision:Policies", "Provision:Policy")


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_given_before_the_policies_are_taken(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version, ready=False)
    before = device.post("FolderSync", documents.folder_sync("0"))
    if version == "12.1":
        assert before.status == 449
    else:
        assert before.root is not None
        assert before.root.text("FolderHierarchy:Status") == "142"
    device.provision()
    assert device.folder_sync().text("FolderHierarchy:Status") == "1"
    device.identity.policy_key ^= 1
    wrong = device.post("FolderSync", documents.folder_sync("0"))
    assert wrong.status == 449 or (
        wrong.root is not None and wrong.root.text("FolderHierarchy:Status") == "144"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_lesson_39_the_document_is_whole(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version, ready=False)
    said = documents.information(Model="One") if float(version) >= 14.1 else None
    offer = device.ask("Provision", documents.provision(information=said))
    document = offer.find(*_POLICY, "Provision:Data", "Provision:EASProvisionDoc")
    assert document is not None
    names = {child.name.partition(":")[2] for child in document.children}
    assert {"DevicePasswordEnabled", "RequireDeviceEncryption", "AllowCamera"} <= names
    assert len(names) == len(document.children) == 40
    if said is not None:
        assert offer.text("Settings:DeviceInformation", "Settings:Status") == "1"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_policy_is_sent_as_the_settings_have_it(
    exchange_factory: Callable[..., Exchange], new_device: NewDevice, version: str
) -> None:
    """None at its default, and both lists (MS-ASPROV 2.2.2.28)."""
    chosen = {policy.name: _another(policy) for policy in POLICIES}
    server = exchange_factory(environment={"ENTREPOT_DEVICE_POLICY": json.dumps(chosen)})
    device = new_device(server.person("anna"), version, ready=False)
    said = documents.information(Model="One") if float(version) >= 14.1 else None
    offer = device.ask("Provision", documents.provision(information=said))
    document = offer.find(*_POLICY, "Provision:Data", "Provision:EASProvisionDoc")
    assert document is not None
    told = {
        child.name.partition(":")[2]: [each.value for each in child.children]
        if child.children
        else child.value
        for child in document.children
    }
    assert told == {
        name: value if isinstance(value, list) else str(int(value))
        for name, value in chosen.items()
    }
    device.provision()
    assert device.folder_sync().text("FolderHierarchy:Status") == "1"


def _another(policy: Policy) -> bool | int | list[str]:
    """A value that is not the policy's default."""
    if policy.item:
        return ["One", "Two"]
    if isinstance(policy.default, bool):
        return not policy.default
    values = policy.among or (policy.least, policy.most)
    return next(value for value in reversed(values) if value != policy.default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AllowTime", True),
        ("AllowCamera", 1),
        ("MinDevicePasswordLength", True),
        ("MinDevicePasswordLength", 17),
        ("MaxCalendarAgeFilter", 1),
        ("MaxEmailAgeFilter", 6),
        ("AllowBluetooth", ("x",)),
        ("ApprovedApplicationList", 1),
        ("ApprovedApplicationList", ("",)),
        ("UnapprovedInROMApplicationList", ("x" * 257,)),
    ],
)
def test_a_policy_that_is_none_is_refused_by_its_name(name: str, value: Choice) -> None:
    with pytest.raises(ValueError, match=name):
        check_policies({name: value})


def test_the_page_on_devices_has_every_policy() -> None:
    """With its values, and what holds unless one is said."""
    page = (Path(__file__).parents[2] / "docs" / "devices.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE)
    told = {
        name: (values, default)
        for names, values, default in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    assert told == {policy.name: _in_words(policy) for policy in POLICIES}


def _in_words(policy: Policy) -> tuple[str, str]:
    if policy.item:
        return "list of texts", "none"
    if isinstance(policy.default, bool):
        return "true, false", str(policy.default).lower()
    values = ", ".join(map(str, policy.among)) or f"{policy.least} to {policy.most}"
    return values, "no limit" if policy.default is None else str(policy.default)


@pytest.mark.parametrize("version", VERSIONS)
def test_lesson_03_every_version_comes_to_rest(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Having taken the policies a device is never asked to take the same ones again, whichever
    version it speaks, and though it speaks another one meanwhile."""
    device = new_device(anna, version)
    for other in (version, *VERSIONS, version):
        device.identity.version = other
        assert device.folder_sync().text("FolderHierarchy:Status") == "1"


def test_the_first_request_from_14_1_on_says_what_the_device_is(
    anna: Person, new_device: NewDevice
) -> None:
    """MS-ASPROV R365."""
    device = new_device(anna, "14.1", ready=False)
    answer = device.ask("Provision", documents.provision())
    assert answer.text("Provision:Status") == "165"
    device.identity.version = "14.0"
    assert device.ask("Provision", documents.provision()).text("Provision:Status") == "1"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_policy_stands_below_policies(anna: Person, new_device: NewDevice, version: str) -> None:
    """MS-ASPROV R450: it is not asked for elsewhere, though the device says what it is."""
    device = new_device(anna, version, ready=False)
    said = documents.information(Model="One") if float(version) >= 14.1 else None
    policy = node("Provision:Policy", node("Provision:PolicyType", documents.POLICY_TYPE))
    answer = device.ask("Provision", node("Provision:Provision", said, policy))
    assert answer.text("Provision:Status") == "2"


def test_wrong_types_and_keys_have_their_own_status(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna, "14.0", ready=False)
    wrong = node(
        "Provision:Provision",
        node("Provision:Policies", node("Provision:Policy", node("Provision:PolicyType", "x"))),
    )
    answer = device.ask("Provision", wrong)
    assert answer.text("Provision:Status") == "1"
    assert answer.text(*_POLICY, "Provision:Status") == "3"
    device.ask("Provision", documents.provision())
    answer = device.ask("Provision", documents.provision(12345, 1))
    assert answer.text(*_POLICY, "Provision:Status") == "5"
    assert device.ask("Provision").text("Provision:Status") == "2"


def test_a_request_without_a_type_is_none(anna: Person, new_device: NewDevice) -> None:
    """MS-ASCMD R4989."""
    device = new_device(anna, "14.0", ready=False)
    policy = node("Provision:Policy")
    asked = node("Provision:Provision", node("Provision:Policies", policy))
    answer = device.ask("Provision", asked)
    assert answer.text("Provision:Status") == "2"
    assert answer.find("Provision:Policies") is None


def test_before_14_1_there_is_no_information_in_it(anna: Person, new_device: NewDevice) -> None:
    """MS-ASPROV R608."""
    device = new_device(anna, "14.0", ready=False)
    said = documents.information(Model="One")
    answer = device.ask("Provision", documents.provision(information=said))
    assert answer.text("Provision:Status") == "2"
    device.identity.version = "14.1"
    answer = device.ask("Provision", documents.provision(information=said))
    assert answer.text("Provision:Status") == "1"


def test_a_lost_answer_gets_the_same_key_again(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna, "14.0", ready=False)
    offer = device.ask("Provision", documents.provision())
    key = int(offer.text(*_POLICY, "Provision:PolicyKey"))
    first, again = (
        device.ask("Provision", documents.provision(key, 1)).text(*_POLICY, "Provision:PolicyKey")
        for _ in range(2)
    )
    assert first == again != str(key)


def test_the_temporary_key_opens_nothing(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna, "14.0", ready=False)
    offer = device.ask("Provision", documents.provision())
    device.identity.policy_key = int(offer.text(*_POLICY, "Provision:PolicyKey"))
    answer = device.ask("FolderSync", documents.folder_sync("0"))
    assert answer.text("FolderHierarchy:Status") == "142"


@pytest.fixture
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A server that wants all policies kept, and whose folder outlives it."""
    folder = tmp_path_factory.mktemp("strict")
    environment = {
        "ENTREPOT_DEVICE_POLICY": '{"DevicePasswordEnabled": true, "MinDevicePasswordLength": 6}',
        "ENTREPOT_DEVICE_POLICY_STRICT": "true",
    }
    with Exchange(folder, environment=environment) as server:
        yield server


def test_a_change_of_the_policies_reaches_every_device(
    strict: Exchange, new_device: NewDevice
) -> None:
    anna = strict.person("anna")
    device = new_device(anna, "14.1")
    strict.stop()
    strict._environment["ENTREPOT_DEVICE_POLICY"] = '{"DevicePasswordEnabled": false}'
    strict.start()
    device.url = strict.eas
    answer = device.ask("FolderSync", documents.folder_sync("0"))
    assert answer.text("FolderHierarchy:Status") == "143"
    device.provision()
    assert device.folder_sync("0").text("FolderHierarchy:Status") == "1"


def test_policies_that_changed_before_they_were_taken_are_offered_again(
    strict: Exchange, new_device: NewDevice
) -> None:
    """A device takes what it was offered, not what the settings say by then."""
    device = new_device(strict.person("anna"), "14.0", ready=False)
    offer = device.ask("Provision", documents.provision())
    key = int(offer.text(*_POLICY, "Provision:PolicyKey"))
    strict.stop()
    strict._environment["ENTREPOT_DEVICE_POLICY"] = '{"AllowCamera": false}'
    strict.start()
    device.url = strict.eas
    taken = device.ask("Provision", documents.provision(key, 1))
    device.identity.policy_key = int(taken.text(*_POLICY, "Provision:PolicyKey"))
    answer = device.ask("FolderSync", documents.folder_sync("0"))
    assert answer.text("FolderHierarchy:Status") == "143"
    device.provision()
    assert device.folder_sync("0").text("FolderHierarchy:Status") == "1"


@pytest.mark.parametrize(("said", "status"), [(2, "139"), (3, "139"), (4, "145")])
def test_a_strict_server_shuts_out_who_cannot_comply(
    strict: Exchange, new_device: NewDevice, said: int, status: str
) -> None:
    device = new_device(strict.person("anna"), "14.0", ready=False)
    offer = device.ask("Provision", documents.provision())
    key = int(offer.text(*_POLICY, "Provision:PolicyKey"))
    refused = device.ask("Provision", documents.provision(key, said))
    assert refused.text("Provision:Status") == status
