"""The endpoints of Autodiscover: POX, SOAP and JSON.

They never answer 5xx to odd input, never redirect but from plain HTTP to the same path of the name
that is set, and never tell whether an address exists to who has not signed in as it (lesson 40;
attacks A14, A15).
"""

from __future__ import annotations

from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ews.autodiscover import pox, soap
from ews.autodiscover.users import Urls, Users
from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits
from store.model import Principal

CONTENT_TYPE = "text/xml; charset=utf-8"
POX = "/autodiscover/autodiscover.xml"
SOAP = "/autodiscover/autodiscover.svc"
JSON = "/autodiscover/autodiscover.json"
# EWS Managed API asks with GET and reads which ways there are from these (trap 23).
_WAYS = {
    "X-SOAP-Enabled": "True",
    "X-WSSecurity-Enabled": "False",
    "X-WSSecurity-For": "None",
    "X-OAuth-Enabled": "False",
    "X-FEServer": "ENTREPOT",
}
_LIMITS = Limits(body_bytes_max=256 * 1024, elements_max=5_000)
_CUT = "The request was cut short.\n"


def routes(front: Any, *, activesync: bool = False) -> list[BaseRoute]:
    """The routes; ``front`` is the EWS front-end, which knows who signed in.

    ``activesync``: that door is open, so phones are told of it. It is named nowhere else.
    """
    found = _Autodiscover(front, activesync=activesync)
    return [
        Route(POX, found.pox, methods=["GET", "HEAD", "POST"]),
        Route(SOAP, found.soap, methods=["GET", "HEAD", "POST"]),
        Route(JSON, found.json, methods=["GET"]),
        Route(JSON + "/v1.0/{address}", found.json, methods=["GET"]),
    ]


class _Autodiscover:
    """The three ways to the same answer: where EWS is."""

    def __init__(self, front: Any, *, activesync: bool) -> None:
        self._front = front
        self._activesync = activesync

    async def pox(self, request: Request) -> Response:
        """Plain old XML (MS-OXDSCLI)."""
        principal = await self._signed_in(request, POX)
        if isinstance(principal, Response):
            return principal
        services = await self._front.services()
        now = services.store.clock.now()
        if request.method != "POST":
            wrong = pox.error(pox.INVALID_REQUEST, now)
            return Response(wrong, media_type=CONTENT_TYPE, headers=_WAYS)
        body = await _body(request)
        if body is None:
            return PlainTextResponse(_CUT, 400)
        users = Users(services, principal, self._urls(request))
        answer = await pox.answer(body, users, _LIMITS, now)
        return Response(answer, media_type=CONTENT_TYPE)

    async def soap(self, request: Request) -> Response:
        """SOAP (MS-OXWSADISC): GetUserSettings and GetDomainSettings."""
        principal = await self._signed_in(request, SOAP)
        if isinstance(principal, Response):
            return principal
        if request.method != "POST":
            return PlainTextResponse(
                "POST a SOAP request.\n", 405, headers={**_WAYS, "Allow": "POST"}
            )
        body = await _body(request)
        if body is None:
            return PlainTextResponse(_CUT, 400)
        users = Users(await self._front.services(), principal, self._urls(request))
        try:
            answer = await soap.answer(body, users, _LIMITS)
        except SchemaViolation as error:
            return Response(soap.fault(error.message), 400, media_type=CONTENT_TYPE)
        return Response(answer, media_type=CONTENT_TYPE)

    async def json(self, request: Request) -> Response:
        """JSON, version 2: the same for every address, whether it exists or not."""
        urls = self._urls(request)
        known = {"ews": ("Ews", urls.ews), "autodiscoverv1": ("AutodiscoverV1", urls.pox)}
        if urls.activesync:
            known["activesync"] = ("ActiveSync", urls.activesync)
        wanted = _query(request, "protocol").lower()
        if not wanted:
            return _refused("MandatoryParameterMissing", "The parameter Protocol is missing.")
        if wanted not in known:
            names = ", ".join(name for name, _ in known.values())
            return _refused("InvalidProtocol", f"The protocols are: {names}.")
        protocol, url = known[wanted]
        return JSONResponse({"Protocol": protocol, "Url": url})

    async def _signed_in(self, request: Request, path: str) -> Principal | Response:
        """Who asks; else the answer that names the ways, or the way from plain HTTP (trap 26)."""
        found = await self._front.signed_in(request)
        if not isinstance(found, Response):
            return found
        base = self._front.base(request)
        is_plain = request.url.scheme == "http"
        if found.status_code == 403 and is_plain and base.startswith("https://"):
            return RedirectResponse(base + path, 302)
        for name, value in _WAYS.items():
            found.headers[name] = value
        return found

    def _urls(self, request: Request) -> Urls:
        base = self._front.base(request)
        phones = f"{base}/Microsoft-Server-ActiveSync" if self._activesync else ""
        return Urls(f"{base}/EWS/Exchange.asmx", base + POX, phones)


async def _body(request: Request) -> bytes | None:
    try:
        return await request.body()
    except ClientDisconnect:
        return None


def _query(request: Request, name: str) -> str:
    for key, value in request.query_params.items():
        if key.lower() == name:
            return value
    return ""


def _refused(code: str, message: str) -> Response:
    return JSONResponse({"ErrorCode": code, "ErrorMessage": message}, 400)
