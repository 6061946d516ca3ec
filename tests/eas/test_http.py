"""The HTTP side: OPTIONS, both query forms, versions, refusals (MS-ASHTTP)."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable

import httpx
import pytest

from conformance.eas import documents
from conformance.eas.http import post
from conformance.eas.wbxml import decode
from entrepot.testing import Exchange, Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.entrepot.test_cli_devices import entrepot


def test_options_says_versions_and_commands(anna: Person, new_device: NewDevice) -> None:
    answer = new_device(anna, ready=False).options()
    assert answer.status_code == 200 and answer.content == b""
    assert answer.headers["MS-ASProtocolVersions"] == "12.1,14.0,14.1,16.0,16.1"
    commands = answer.headers["MS-ASProtocolCommands"].split(",")
    assert {"Sync", "FolderSync", "Ping", "Provision", "SendMail", "Find"} <= set(commands)
    assert "CreateCollection" not in commands  # what is not built is not offered


def test_nobody_is_told_anything_without_a_password(anna: Person) -> None:
    for method in ("OPTIONS", "POST", "GET"):
        answer = httpx.request(method, anna.exchange.eas)
        assert answer.status_code == 401
        assert "MS-ASProtocolVersions" not in answer.headers


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "base64"])
def test_a_device_is_the_same_in_both_forms(
    anna: Person, new_device: NewDevice, version: str, packed: bool
) -> None:
    """What was set up in one form goes on in the other."""
    device = new_device(anna, version, packed=packed)
    assert device.folder_of_type(2)
    device.identity.packed = not packed
    assert device.folder_sync().text("FolderHierarchy:Status") == "1"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("Cmd=", 400),
        ("Cmd=Nonsense&DeviceId=a&DeviceType=x", 501),
        ("Cmd=Sync&DeviceId=" + "a" * 5000 + "&DeviceType=x", 400),
        ("jAAJBAp2MTQw", 400),
        ("!!!", 400),
        ("Cmd=" + "%00" * 20, 501),
    ],
)
def test_a_query_that_says_nothing_is_refused(anna: Person, query: str, status: int) -> None:
    answer = httpx.post(
        f"{anna.exchange.eas}?{query}",
        auth=(anna.address, anna.password),
        headers={"MS-ASProtocolVersion": "14.1"},
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("device", "status"),
    [
        ("", "108"),
        ("DeviceId=&DeviceType=x", "108"),
        ("DeviceId=a%20b&DeviceType=x", "108"),
        ("DeviceId=a,b&DeviceType=x", "108"),
        ("DeviceId=" + "a" * 65 + "&DeviceType=x", "108"),
        ("DeviceId=a", "109"),
        ("DeviceId=a&DeviceType=%09", "109"),
        ("DeviceId=a&DeviceType=" + "x" * 65, "109"),
        ("DeviceId={a-b}&DeviceType=Two%20words", "142"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_says_what_it_is(anna: Person, version: str, device: str, status: str) -> None:
    """MS-ASCMD R4828, R4830; before 14.0 there is no status for it."""
    answer = httpx.post(
        f"{anna.exchange.eas}?Cmd=FolderSync&{device}",
        auth=(anna.address, anna.password),
        headers={"MS-ASProtocolVersion": version},
    )
    if version == "12.1":
        assert answer.status_code == (449 if status == "142" else 400)
        return
    assert decode(answer.content).text("FolderHierarchy:Status") == status


def test_a_packed_device_says_what_it_is(anna: Person) -> None:
    """Version 14.1, FolderSync, locale, then an id and a type of no length."""
    for said, status in ((b"\x00\x00\x01x", "108"), (b"\x01a\x00\x00", "109")):
        query = base64.b64encode(bytes((141, 9)) + b"\x09\x04" + said).decode()
        answer = httpx.post(f"{anna.exchange.eas}?{query}", auth=(anna.address, anna.password))
        assert decode(answer.content).text("FolderHierarchy:Status") == status


@pytest.mark.parametrize("version", ["", "1.0", "2.5", "12.0", "15.0", "x", "16.2"])
def test_another_version_is_refused_with_those_there_are(anna: Person, version: str) -> None:
    answer = httpx.post(
        f"{anna.exchange.eas}?Cmd=Sync&DeviceId=a&DeviceType=x",
        auth=(anna.address, anna.password),
        headers={"MS-ASProtocolVersion": version},
    )
    assert answer.status_code == 400
    assert answer.headers["MS-ASProtocolVersions"].startswith("12.1")


def test_the_specifications_own_example_of_the_base64_form() -> None:
    """14.0, Sync, locale 0x0409, "v140Device", no key, "SmartPhone" (MS-ASHTTP 4)."""
    from eas.request import read_request

    read = read_request("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", {})
    assert (read.command, read.version) == ("Sync", "14.0")
    assert (read.device_id, read.device_type, read.policy_key) == (
        "v140Device",
        "SmartPhone",
        None,
    )


def test_a_command_that_is_not_built_says_so(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna, "14.1")
    assert device.post("CreateCollection").status == 501
    assert new_device(anna, "12.1").post("CreateCollection").status == 501


def test_a_command_of_another_version_is_refused(anna: Person, new_device: NewDevice) -> None:
    assert new_device(anna, "16.0").post("Find").status == 400
    new = new_device(anna, "14.0")
    assert new.post("GetAttachment", parameters={"AttachmentName": "1:1"}).status == 400
    assert new.post("GetHierarchy").status == 400


def test_no_wbxml_and_another_document(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna, "14.1")
    answer = device.post("Sync", mime=b"")  # an empty body is another thing
    assert answer.status == 200
    request = post(device.identity, "FolderSync", documents.folder_sync("0"))
    for body, status in ((b"<xml/>", "102"), (request.body[:-1], "102")):
        found = httpx.post(
            f"{device.url}?{request.query}",
            content=body,
            headers=request.headers,
            auth=(anna.address, anna.password),
        )
        assert decode(found.content).text("FolderHierarchy:Status") == status
    assert device.ask("Ping", documents.folder_sync("0")).text("Ping:Status") == "103"


def test_gzip_both_ways(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    for number in range(20):
        anna.receives(f"Mail {number}", "The same words again and again. " * 20)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    request = post(
        device.identity,
        "Sync",
        documents.sync(
            [
                documents.collection(
                    device.keys[inbox],
                    inbox,
                    options=documents.options(documents.body_preference(1)),
                )
            ]
        ),
    )
    answer = httpx.post(
        f"{device.url}?{request.query}",
        content=gzip.compress(request.body),
        headers={**request.headers, "Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
        auth=(anna.address, anna.password),
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert decode(answer.content).name == "AirSync:Sync"


def test_a_gzip_bomb_costs_nothing(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    request = post(device.identity, "Sync")
    bomb = gzip.compress(b"\0" * (400 * 1024 * 1024), 9)
    for body, status in ((bomb, 413), (bomb[: len(bomb) // 2], 413), (b"no gzip", 400)):
        answer = httpx.post(
            f"{device.url}?{request.query}",
            content=body,
            headers={**request.headers, "Content-Encoding": "gzip"},
            auth=(anna.address, anna.password),
        )
        assert answer.status_code == status


def test_the_answers_of_a_device_that_begins_describe_the_server(
    anna: Person, new_device: NewDevice
) -> None:
    """MS-ASHTTP R1104: FolderSync with the key 0."""
    device = new_device(anna)
    assert device.post("FolderSync", documents.folder_sync("0")).headers["ms-asprotocolversions"]
    again = device.post("FolderSync", documents.folder_sync(device.tree_key))
    assert "ms-asprotocolversions" not in again.headers


@pytest.mark.parametrize("version", VERSIONS)
def test_devices_follow_a_server_to_its_new_name(
    exchange_factory: Callable[..., Exchange], version: str
) -> None:
    """HTTP 451 tells where (MS-ASHTTP 3.1.5.2.2), to whoever signed in; by any name that
    is not listed all is as ever. The place is the settings', whatever the request says."""
    with exchange_factory(
        environment={"ENTREPOT_DEVICES_MOVED_FROM": '["Mail.Old.example"]'}
    ) as server:
        anna = server.person("anna")
        query = "Cmd=FolderSync&User=x&DeviceId=moved&DeviceType=Phone"
        headers = {"MS-ASProtocolVersion": version, "X-MS-PolicyKey": "0"}

        def ask(host: str, *, method: str = "POST", signed: bool = True) -> httpx.Response:
            return httpx.request(
                method,
                f"{server.eas}?{query}",
                headers={**headers, "Host": host, "X-Forwarded-Host": "evil.example"},
                auth=(anna.address, anna.password) if signed else None,
            )

        for host in ("mail.old.example", "MAIL.old.example:443"):
            for method in ("POST", "OPTIONS"):
                moved = ask(host, method=method)
                assert moved.status_code == 451
                assert moved.headers["X-MS-Location"] == server.eas
            assert ask(host, signed=False).status_code == 401
        assert ask("mail.new.example").status_code == (449 if version == "12.1" else 200)
        assert "X-MS-Location" not in ask("mail.new.example", method="OPTIONS").headers


@pytest.mark.parametrize("version", ["12.1", "16.1"])
def test_a_device_may_call_itself_anything_and_change_its_name(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Devices that change their User-Agent often are not shut out, as by Exchange unless it is told
    to (MS-ASHTTP 3.2.5.1, note 8); of a long one as much is kept as anybody can read."""
    device = new_device(anna, version)
    for agent in ("Mail/1", "Mail/2", "Mail/3", "", "A" * 5_000):
        device.identity.agent = agent
        assert device.folder_sync("0").text("FolderHierarchy:Status") == "1"
    shown = entrepot(anna.exchange, "show", device.identity.device_id)
    assert "A" * 200 in shown and "A" * 1_000 not in shown
