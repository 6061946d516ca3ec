"""Autodiscover: bounds, phones, domains, plain HTTP, and that odd input is never our failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request

from ews.autodiscover import routes
from ews.autodiscover.soap import SETTINGS_MAX, USERS_MAX
from tests.acceptance.contract import REFERENCE
from tests.autodiscover.test_autodiscover import POX, SOAP, URL, http

__all__ = ["http"]
pytestmark = pytest.mark.anyio
PHONE = POX.replace("outlook/requestschema", "mobilesync/requestschema").replace(
    "outlook/responseschema/2006a", "mobilesync/responseschema/2006"
)


def soap(operation: str, request: str) -> str:
    start, end = SOAP.split("<a:GetUserSettingsRequestMessage>")[0], "</s:Body></s:Envelope>"
    name = f"a:{operation}RequestMessage"
    return f"{start}<{name}><a:Request>{request}</a:Request></{name}>{end}"


def settings(*names: str) -> str:
    return "".join(f"<a:Setting>{name}</a:Setting>" for name in names)


async def ask(http: httpx.AsyncClient, body: str | bytes) -> Any:
    answer = await http.post("/autodiscover/autodiscover.svc", content=body)
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.content)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("path", ["xml", "svc"])
async def test_the_ways_are_named_however_one_asks(
    http: httpx.AsyncClient, method: str, signed_in: bool, path: str
) -> None:
    if not signed_in:
        http.auth = None
    answer = await http.request(method, f"/autodiscover/autodiscover.{path}")
    assert answer.headers["x-soap-enabled"] == "True"
    assert answer.headers["x-wssecurity-enabled"] == "False"
    assert answer.status_code < 500


async def test_a_request_without_users_or_settings_is_invalid(http: httpx.AsyncClient) -> None:
    for request in ("", f"<a:RequestedSettings>{settings('ExternalEwsUrl')}</a:RequestedSettings>"):
        root = await ask(http, soap("GetUserSettings", request))
        assert root.findtext(".//{*}Response/{*}ErrorCode") == "InvalidRequest"


async def test_an_answer_is_bounded(http: httpx.AsyncClient) -> None:
    """A hundred users times two hundred settings is the most; the same one twice is one."""
    user = "<a:User><a:Mailbox>anna@demo.example</a:Mailbox></a:User>"
    many = "".join(user.replace("anna", f"anna{n}") for n in range(USERS_MAX + 1))
    names = [f"Setting{n}" for n in range(SETTINGS_MAX + 1)]
    for users, wanted in ((user, names), (many, ["ExternalEwsUrl"])):
        root = await ask(http, soap("GetUserSettings", users + settings(*wanted)))
        assert root.findtext(".//{*}Response/{*}ErrorCode") == "InvalidRequest"
    root = await ask(http, soap("GetUserSettings", user * 500 + settings("ExternalEwsUrl") * 500))
    assert len(root.findall(".//{*}UserResponse")) == 1
    assert len(root.findall(".//{*}UserSetting")) == 1


async def test_settings_of_the_own_domain(http: httpx.AsyncClient) -> None:
    domains = "<a:Domain>demo.example</a:Domain><a:Domain>other.example</a:Domain>"
    wanted = settings("ExternalEwsUrl", "ExternalEwsVersion", "NoSuchSetting")
    root = await ask(http, soap("GetDomainSettings", domains + wanted))
    own, other = root.findall(".//{*}DomainResponse")
    found = {e.findtext("{*}Name"): e.findtext("{*}Value") for e in own.iter("{*}DomainSetting")}
    assert found == {"ExternalEwsUrl": URL, "ExternalEwsVersion": "15.02.2562.017"}
    assert own.findtext(".//{*}DomainSettingError/{*}SettingName") == "NoSuchSetting"
    assert other.findtext("{*}ErrorCode") == "InvalidDomain"


async def test_nobody_is_federated_here(http: httpx.AsyncClient) -> None:
    root = await ask(http, soap("GetFederationInformation", "<a:Domain>demo.example</a:Domain>"))
    assert root.findtext(".//{*}ErrorCode") == "NotFederated"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a/>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" * 5000,
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b"<Envelope><Body><Unknown/></Body></Envelope>",
        b"<Envelope><Body>" + b"<a/>" * 6000 + b"</Body></Envelope>",
        b"<Envelope>" + b" " * 300_000 + b"</Envelope>",
    ],
)
async def test_lesson_40_odd_requests_are_the_clients_failure(
    http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post("/autodiscover/autodiscover.svc", content=body)
    assert answer.status_code == 400
    assert etree.fromstring(answer.content).find(".//{*}Fault") is not None


@pytest.mark.parametrize("host", ["", "a b", "[", "x" * 300, '"><script>', "a/b", "[::1", "%"])
async def test_lesson_40_odd_hosts_are_no_failure_either(
    http: httpx.AsyncClient, host: str
) -> None:
    body = POX % "anna@demo.example"
    answer = await http.post("/autodiscover/autodiscover.xml", content=body, headers={"Host": host})
    assert answer.status_code < 500
    if answer.headers["content-type"].startswith("text/xml"):
        etree.fromstring(answer.content)


# -- phones ----------------------------------------------------------------------------------------


async def test_lesson_40_phones_are_not_sent_to_a_door_that_is_not_there(
    without_phones: httpx.AsyncClient,
) -> None:
    path = "/autodiscover/autodiscover.xml"
    answer = await without_phones.post(path, content=PHONE % "anna@demo.example")
    root = etree.fromstring(answer.content)
    assert root.findtext(".//{*}ErrorCode") == "601"
    assert b"ActiveSync" not in answer.content


@pytest.fixture
def without_phones(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same server's Autodiscover, where there is no ActiveSync door."""
    return _told(http, activesync=False)


@pytest.fixture
def with_phones(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same server's Autodiscover, told that there is an ActiveSync door."""
    return _told(http, activesync=True)


def _told(http: httpx.AsyncClient, *, activesync: bool) -> httpx.AsyncClient:
    front = _front_of(http)
    app = Starlette(routes=routes(front, activesync=activesync))

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": {}}, receive, send)

    transport = httpx.ASGITransport(outer, client=("127.0.0.1", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=http.auth)


def _front_of(http: httpx.AsyncClient) -> Any:
    """The EWS front-end behind the client's transport."""
    transport: Any = http._transport
    inner = transport.app._inner
    while not hasattr(inner, "routes"):
        inner = getattr(inner, "app", None) or inner._inner
    [route] = [r for r in inner.routes if getattr(r, "path", "") == "/EWS/Exchange.asmx"]
    return route.endpoint.__self__


async def test_phones_are_told_where_the_door_is(with_phones: httpx.AsyncClient) -> None:
    answer = await with_phones.post(
        "/autodiscover/autodiscover.xml", content=PHONE % "anna@demo.example"
    )
    root = etree.fromstring(answer.content)
    assert root.findtext(".//{*}Server/{*}Type") == "MobileSync"
    url = "http://127.0.0.1/Microsoft-Server-ActiveSync"
    assert root.findtext(".//{*}Server/{*}Url") == url
    found = await with_phones.get(
        "/autodiscover/autodiscover.json?Email=a@demo.example&Protocol=ActiveSync"
    )
    assert found.json() == {"Protocol": "ActiveSync", "Url": url}


@pytest.mark.parametrize("address", ["anna@demo.example", "nobody@demo.example"])
async def test_answers_to_phones_keep_their_schema(
    with_phones: httpx.AsyncClient, address: str
) -> None:
    path: Path = REFERENCE / "eas" / "AutodiscoverMobileSync.xsd"
    if not path.exists():
        pytest.skip(f"no reference schema in {path}")
    answer = await with_phones.post("/autodiscover/autodiscover.xml", content=PHONE % address)
    response = etree.fromstring(answer.content)[0]
    schema = etree.XMLSchema(etree.parse(str(path)))
    schema.assertValid(etree.fromstring(etree.tostring(response)))


# -- plain HTTP ------------------------------------------------------------------------------------


class PlainFront:
    """A front-end that refuses plain HTTP from elsewhere, as ours does."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def base(self, request: Request) -> str:
        return self._public_url or str(request.base_url).rstrip("/")

    async def signed_in(self, request: Request) -> Any:
        from starlette.responses import PlainTextResponse

        return PlainTextResponse("Use TLS.\n", 403)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path", ["/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.svc"]
)
async def test_plain_http_leads_to_the_name_that_is_set(method: str, path: str) -> None:
    """Trap 26; and attack A15: to https, and to no name that the client brought."""
    app = Starlette(routes=routes(PlainFront("https://mail.demo.example")))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        answer = await client.request(method, path)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"https://mail.demo.example{path}"


async def test_without_a_name_plain_http_leads_nowhere() -> None:
    app = Starlette(routes=routes(PlainFront("")))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        answer = await client.get("/autodiscover/autodiscover.xml")
    assert answer.status_code == 403
