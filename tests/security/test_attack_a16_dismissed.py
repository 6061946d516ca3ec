"""Attack A16: who may no longer sign in is out, with every connection, within a second."""

from __future__ import annotations

import re
import socket
import time

from entrepot.testing import Exchange
from tests.bad_requests.cases import envelope
from tests.bad_requests.operations import GOOD, filled
from tests.security.conftest import Wire, basic

EWS = "/EWS/Exchange.asmx"
SUBSCRIBE = envelope(
    "<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId"
    ' Id="inbox"/></t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType>'
    "</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>"
)


def test_attack_a16_a_hanging_stream_ends_and_the_next_request_is_refused(
    exchange: Exchange,
) -> None:
    wire = Wire(exchange)
    leaver, other = exchange.person("leaver"), exchange.person("other")
    told = wire.request(EWS, body=SUBSCRIBE, person=leaver).data.decode()
    stream = re.search(r"<m:SubscriptionId>([^<]+)", told)
    assert stream is not None, told
    body = envelope(filled(GOOD["GetStreamingEvents"], {"stream": stream[1]}))
    host, port = exchange.url.removeprefix("http://").split(":")
    head = (
        f"POST {EWS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n{basic(leaver.address, leaver.password)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), 10) as hanging:
        hanging.sendall(head.encode() + body)
        first = hanging.recv(65536)
        assert b"HTTP/1.1 200" in first
        leaver.disable()
        begun, rest = time.monotonic(), b""
        while b"Closed" not in rest:
            part = hanging.recv(65536)
            assert part, "ended without a word"
            rest += part
        assert time.monotonic() - begun < 5  # a second, and a loaded machine
    assert wire.request(EWS, person=leaver).status == 401
    assert wire.request(EWS, person=other).status == 200
    leaver.disable(False)
    assert wire.request(EWS, person=leaver).status == 200
