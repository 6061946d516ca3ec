"""MS-ASCMD: Autodiscover for phones, on the host of the server."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import httpx

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.runner import REGISTRY
from conformance.scenario import each, scenario

_S = "MS-ASCMD"
_BASE = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync"
_REQUEST, _ANSWER = f"{_BASE}/requestschema/2006", f"{_BASE}/responseschema/2006"


def _asked(address: str, schema: str = _ANSWER, times: int = 1) -> bytes:
    root = ET.Element("Autodiscover", xmlns=_REQUEST)
    for _ in range(times):
        request = ET.SubElement(root, "Request")
        ET.SubElement(request, "EMailAddress").text = address
        ET.SubElement(request, "AcceptableResponseSchema").text = schema
    return ET.tostring(root, "utf-8", xml_declaration=True)


def _answer(device: Device, body: bytes, kind: str = "text/xml") -> ET.Element:
    """The Response, its names without their namespaces. Raises Missing where nobody answers."""
    parts = urlsplit(device.url)
    url = f"{parts.scheme}://{parts.netloc}/autodiscover/autodiscover.xml"
    headers = {"content-type": f"{kind}; charset=utf-8"}
    told: httpx.Response = device._client.post(
        url, content=body, headers=headers, auth=device._auth
    )
    if told.status_code == 404:
        raise Missing("Autodiscover beside ActiveSync")
    check(told.status_code == 200, f"HTTP {told.status_code}")
    root = ET.fromstring(told.content)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    found = root.find("Response")
    check(found is not None, "there is no Response")
    return found if found is not None else root


@each(
    _S,
    {"S01_TC01": "text/xml", "S01_TC01 text/html": "text/html"},
    parameter="kind",
    requirements=(
        "MS-ASCMD_R703", "MS-ASCMD_R3482", "MS-ASCMD_R3484", "MS-ASCMD_R5718", "MS-ASCMD_R5123",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_phone_is_told_where_its_mail_is(device: Device, kind: str) -> None:
    """A server of type MobileSync; its URL and its name are the one that is spoken to."""
    response = _answer(device, _asked(device.identity.user), kind)
    server = response.find("Action/Settings/Server")
    check(server is not None, f"it is answered by {ET.tostring(response)!r}")
    said = {each.tag: each.text or "" for each in server} if server is not None else {}
    check(said.get("Type") == "MobileSync", f"the type is {said.get('Type')!r}")
    for name in ("Url", "Name"):
        path = urlsplit(said.get(name, "")).path.rstrip("/").lower()
        check(path == urlsplit(device.url).path.rstrip("/").lower(), f"{name} is {said.get(name)}")
    culture = response.findtext("Culture") or ""
    check(re.fullmatch(r"[a-z]{2}:[a-z]{2}", culture) is not None, f"Culture is {culture!r}")
    told = response.findtext("User/EMailAddress") or ""
    check(told.lower() == device.identity.user.lower(), f"the address is {told!r}")


@scenario(_S, "S01_TC02", requirements=("MS-ASCMD_R3818", "MS-ASCMD_R4001"), registry=REGISTRY)
def nobody_has_no_server(device: Device) -> None:
    """Action has an Error, whose Status is not that of success; no settings are told."""
    host = device.identity.user.partition("@")[2]
    response = _answer(device, _asked(f"nobody-like-that@{host}"))
    told = response.findtext("Action/Error/Status")
    check(told not in (None, "", "1"), f"it is answered by {ET.tostring(response)!r}")
    check(response.find("Action/Settings") is None, "settings are told")


@each(
    _S,
    {"S01_TC03": ("600", {"times": 2}), "S01_TC04": ("601", {"schema": f"{_ANSWER}XX"})},
    parameter="case",
    requirements=("MS-ASCMD_R3799", "MS-ASCMD_R2285", "MS-ASCMD_R2287", "MS-ASCMD_R2288"),
    registry=REGISTRY,
)
def a_request_that_cannot_be_has_its_code(device: Device, case: tuple[str, dict]) -> None:
    """Two requests in one: 600; a form of answer that nobody knows: 601."""
    due, said = case
    response = _answer(device, _asked(device.identity.user, **said))
    told = response.findtext("Error/ErrorCode")
    check(told == due, f"it is answered by {ET.tostring(response)!r}")
