"""A clean stop: who waits on a stream is told at once, and the process ends by itself."""

from __future__ import annotations

import re
import threading

import httpx

from entrepot.testing import Exchange

_SUBSCRIBE = (
    '<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes>'
    "<t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest>"
    "</m:Subscribe>"
)
_STREAM = (
    "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{}</t:SubscriptionId>"
    "</m:SubscriptionIds><m:ConnectionTimeout>10</m:ConnectionTimeout></m:GetStreamingEvents>"
)
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header>'
    '<t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>{}</s:Body>'
    "</s:Envelope>"
)


def test_open_streams_are_closed_and_the_server_ends() -> None:
    with Exchange() as exchange:
        anna = exchange.person("anna")
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        with httpx.Client(auth=(anna.address, anna.password), headers=headers) as http:
            url = f"{exchange.url}/EWS/Exchange.asmx"
            made = http.post(url, content=_ENVELOPE.format(_SUBSCRIBE)).text
            found = re.search(r"SubscriptionId>([^<]+)", made)
            assert found is not None, made
            body = _ENVELOPE.format(_STREAM.format(found[1]))
            codes: list[int] = []
            stopping = threading.Thread(target=lambda: codes.append(exchange.stop()))
            with http.stream("POST", url, content=body, timeout=30) as answer:
                chunks = answer.iter_text()
                assert "<m:ConnectionStatus>OK" in next(chunks)
                stopping.start()
                rest = "".join(chunks)
            stopping.join()
        assert "ErrorInvalidSubscription" in rest  # at which Evolution subscribes anew
        assert "<m:ConnectionStatus>Closed" in rest
        assert codes == [0]
