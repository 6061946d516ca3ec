"""The endpoints of Autodiscover: POX, SOAP and JSON.

They never answer 5xx to odd input, never redirect, and never tell whether an address exists to who
has not signed in as it (lesson 40; attacks A14, A15).
"""

from __future__ import annotations

from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ews.autodiscover import pox, soap
from ews.autodiscover.users import Users
from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits
from store.model import Principal

CONTENT_TYPE = "text/xml; charset=utf-8"
# EWS Managed API asks with GET and reads which ways there are from these (trap 23).
_WAYS = {
    "X-SOAP-Enabled": "True",
    "X-WSSecurity-Enabled": "False",
    "X-WSSecurity-For": "None",
    "X-OAuth-Enabled": "False",
    "X-FEServer": "ENTREPOT",
}
_LIMITS = Limits(body_bytes_max=256 * 1024, elements_max=5_000)
_PROTOCOLS = {"ews": "Ews", "autodiscoverv1": "AutodiscoverV1"}


def routes(front: Any) -> list[BaseRoute]:
    """The routes; ``front`` is the EWS front-end, which knows who signed in."""
    found = _Autodiscover(front)
    v2 = "/autodiscover/autodiscover.json/v1.0/{address}"
    return [
        Route("/autodiscover/autodiscover.xml", found.pox, methods=["GET", "HEAD", "POST"]),
        Route("/autodiscover/autodiscover.svc", found.soap, methods=["GET", "HEAD", "POST"]),
        Route("/autodiscover/autodiscover.json", found.json, methods=["GET"]),
        Route(v2, found.json, methods=["GET"]),
    ]


class _Autodiscover:
    """The three ways to the same answer: where EWS is."""

    def __init__(self, front: Any) -> None:
        self._front = front

    async def pox(self, request: Request) -> Response:
        """Plain old XML (MS-OXDSCLI)."""
        principal = await self._signed_in(request)
        if isinstance(principal, Response):
            return principal
        if request.method != "POST":
            return Response(pox.error("600", "POST a request."), media_type=CONTENT_TYPE)
        body = await self._body(request)
        if body is None:
            return PlainTextResponse("The request was cut short.\n", 400)
        users = Users(await self._front.services(), principal, self._urls(request))
        return Response(await pox.answer(body, users, _LIMITS), media_type=CONTENT_TYPE)

    async def soap(self, request: Request) -> Response:
        """SOAP (MS-OXWSADISC): GetUserSettings and GetDomainSettings."""
        principal = await self._signed_in(request)
        if isinstance(principal, Response):
            return principal
        if request.method != "POST":
            return PlainTextResponse("POST a SOAP request.\n", 405, headers={"Allow": "POST"})
        body = await self._body(request)
        if body is None:
            return PlainTextResponse("The request was cut short.\n", 400)
        users = Users(await self._front.services(), principal, self._urls(request))
        try:
            answer = await soap.answer(body, users, _LIMITS)
        except SchemaViolation as error:
            return Response(soap.fault(error.message), 500, media_type=CONTENT_TYPE)
        return Response(answer, media_type=CONTENT_TYPE)

    async def json(self, request: Request) -> Response:
        """JSON, version 2: the same for every address, whether it exists or not."""
        wanted = _query(request, "protocol")
        protocol = _PROTOCOLS.get(wanted.lower())
        if protocol is None:
            return JSONResponse(
                {
                    "ErrorCode": "InvalidProtocol",
                    "ErrorMessage": "The protocols are: Ews, AutodiscoverV1.",
                },
                400,
            )
        ews, pox_url = self._urls(request)
        url = ews if protocol == "Ews" else pox_url
        return JSONResponse({"Protocol": protocol, "Url": url})

    async def _signed_in(self, request: Request) -> Principal | Response:
        found = await self._front.signed_in(request)
        if isinstance(found, Response):
            for name, value in _WAYS.items():
                found.headers[name] = value
        return found

    @staticmethod
    async def _body(request: Request) -> bytes | None:
        try:
            return await request.body()
        except ClientDisconnect:
            return None

    def _urls(self, request: Request) -> tuple[str, str]:
        base = self._front.base(request)
        return f"{base}/EWS/Exchange.asmx", f"{base}/autodiscover/autodiscover.xml"


def _query(request: Request, name: str) -> str:
    for key, value in request.query_params.items():
        if key.lower() == name:
            return value
    return ""
