"""Autodiscover by its three ways, as clients ask (survey of clients, traps 23-27)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from entrepot.app import App
from entrepot.passwords import hash_password
from entrepot.settings import Settings
from store.commands import AddAccount, AddDomain, GrantMailbox

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse"
POX = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
    'requestschema/2006"><Request><EMailAddress>%s</EMailAddress><AcceptableResponseSchema>'
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    "</AcceptableResponseSchema></Request></Autodiscover>"
)
SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover"><s:Header>'
    "<a:RequestedServerVersion>Exchange2016</a:RequestedServerVersion></s:Header><s:Body>"
    "<a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>%s</a:Mailbox>"
    "</a:User></a:Users><a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting>"
    "<a:Setting>NoSuchSetting</a:Setting></a:RequestedSettings></a:Request>"
    "</a:GetUserSettingsRequestMessage></s:Body></s:Envelope>"
)
URL = "http://127.0.0.1/EWS/Exchange.asmx"


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server's insides, signed in as Anna; Ben and a shared mailbox exist too."""
    app = await App.open(Settings(data_folder=tmp_path, https_listen=(), smtp_listen=()))
    system = app.store.system()
    await system.execute(AddDomain("demo.example", is_default=True))
    for name in ("anna", "ben", "office"):
        address = f"{name}@demo.example"
        await system.execute(
            AddAccount(address, name.capitalize(), "user", hash_password(PASSWORD))
        )
    await system.execute(GrantMailbox("office@demo.example", "anna@demo.example", 1))
    transport = httpx.ASGITransport(app.asgi, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", auth=("anna@demo.example", PASSWORD)
    ) as client:
        yield client
    await app.stop()


async def pox(http: httpx.AsyncClient, address: str) -> Any:
    answer = await http.post("/autodiscover/autodiscover.xml", content=POX % address)
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


async def test_pox_names_the_url_for_every_kind_of_client(http: httpx.AsyncClient) -> None:
    root = await pox(http, "anna@demo.example")
    protocols = {p.findtext("{*}Type"): p for p in root.iterfind(".//{*}Protocol")}
    assert set(protocols) == {"EXCH", "EXPR", "EXHTTP"}
    for protocol in protocols.values():
        assert protocol.findtext("{*}EwsUrl") == URL
        assert protocol.findtext("{*}ASUrl") == URL  # Evolution reads this one only


async def test_the_ews_url_stands_on_a_line_of_its_own(http: httpx.AsyncClient) -> None:
    """DavMail looks for a line with both tags (trap 24)."""
    answer = await http.post("/autodiscover/autodiscover.xml", content=POX % "anna@demo.example")
    assert f"<EwsUrl>{URL}</EwsUrl>" in answer.text.splitlines()


async def test_a_shared_mailbox_is_told_to_who_may_open_it(http: httpx.AsyncClient) -> None:
    root = await pox(http, "office@demo.example")
    assert root.findtext(".//{*}AutoDiscoverSMTPAddress") == "office@demo.example"


async def test_attack_a14_foreign_and_unknown_addresses_look_alike(
    http: httpx.AsyncClient,
) -> None:
    def shape(root: Any) -> list[tuple[str, str | None]]:
        return [(e.tag, e.text) for e in root.iter() if not e.tag.endswith("Error")]

    foreign = await pox(http, "ben@demo.example")
    unknown = await pox(http, "nobody@demo.example")
    assert shape(foreign) == shape(unknown)
    assert foreign.findtext(".//{*}ErrorCode") == "500"


async def test_without_credentials_the_ways_are_named(http: httpx.AsyncClient) -> None:
    """EWS Managed API reads X-SOAP-Enabled from the 401 (trap 23)."""
    http.auth = None
    answer = await http.get("/autodiscover/autodiscover.xml")
    assert answer.status_code == 401
    assert answer.headers["x-soap-enabled"] == "True"
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_soap_gives_known_settings_and_names_unknown_ones(http: httpx.AsyncClient) -> None:
    answer = await http.post("/autodiscover/autodiscover.svc", content=SOAP % "anna@demo.example")
    root = etree.fromstring(answer.content)
    setting = root.find(".//{*}UserSetting")
    assert setting.findtext("{*}Value") == URL
    kind = setting.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    assert kind == "StringSetting"  # a prefix here breaks the Managed API (trap 25)
    error = root.find(".//{*}UserSettingError")
    assert error.findtext("{*}ErrorCode") == "SettingIsNotAvailable"
    assert error.findtext("{*}SettingName") == "NoSuchSetting"


async def test_soap_says_invalid_user_for_others(http: httpx.AsyncClient) -> None:
    for address in ("ben@demo.example", "nobody@demo.example", ""):
        answer = await http.post("/autodiscover/autodiscover.svc", content=SOAP % address)
        root = etree.fromstring(answer.content)
        assert root.findtext(".//{*}UserResponse/{*}ErrorCode") == "InvalidUser"


@pytest.mark.parametrize("path", ["?Email=%s&Protocol=EWS", "/v1.0/%s?Protocol=ews"])
async def test_json_needs_no_sign_in_and_tells_nothing(http: httpx.AsyncClient, path: str) -> None:
    http.auth = None
    answers = [
        await http.get("/autodiscover/autodiscover.json" + path % address)
        for address in ("anna@demo.example", "nobody@demo.example")
    ]
    assert answers[0].json() == {"Protocol": "Ews", "Url": URL}
    assert answers[0].content == answers[1].content


async def test_json_refuses_what_is_not_served(http: httpx.AsyncClient) -> None:
    """Only doors that are there are named (lesson 40)."""
    answer = await http.get("/autodiscover/autodiscover.json?Email=a@b&Protocol=REST")
    assert answer.status_code == 400
    assert answer.json()["ErrorCode"] == "InvalidProtocol"
    answer = await http.get("/autodiscover/autodiscover.json?Email=a@b&Protocol=ActiveSync")
    assert answer.json()["Url"].endswith("/Microsoft-Server-ActiveSync")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<a>",
        b"<a/>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" * 5000,
        b"<Autodiscover><Request/></Autodiscover>",
        b"<Autodiscover xmlns='x'><Request><AcceptableResponseSchema>http://x/mobilesync/"
        b"</AcceptableResponseSchema></Request></Autodiscover>",
    ],
)
async def test_lesson_40_odd_requests_never_get_a_500_from_pox(
    http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post("/autodiscover/autodiscover.xml", content=body)
    assert answer.status_code == 200
    etree.fromstring(answer.content)


async def test_paths_know_no_case(http: httpx.AsyncClient) -> None:
    answer = await http.post("/AutoDiscover/AutoDiscover.xml", content=POX % "anna@demo.example")
    assert answer.status_code == 200
