"""Attack A21 (full_access_as_app): no right opens all mailboxes. Nobody acts for anybody else yet,
and a person who exists is refused as one who does not."""

from __future__ import annotations

import re

from entrepot.testing import Exchange, Person
from tests.security.conftest import Wire

_REQUEST = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header>'
    '<t:RequestServerVersion Version="Exchange2013_SP1"/><t:ExchangeImpersonation>'
    "<t:ConnectingSID><t:PrimarySmtpAddress>{}</t:PrimarySmtpAddress></t:ConnectingSID>"
    "</t:ExchangeImpersonation></s:Header><s:Body><m:GetFolder><m:FolderShape>"
    "<t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>"
    '<t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>'
)


def _ask(wire: Wire, anna: Person, address: str) -> tuple[int, list[bytes]]:
    body = _REQUEST.format(address).encode()
    answer = wire.request("/EWS/Exchange.asmx", body=body, person=anna)
    return answer.status, re.findall(rb"ResponseCode[^>]*>(\w+)", answer.data)


def test_attack_a21_nobody_acts_for_another(wire: Wire, anna: Person, server: Exchange) -> None:
    other = server.person("zoe")
    status, codes = _ask(wire, anna, other.address)
    assert status == 500
    assert b"ErrorImpersonateUserDenied" in codes
    assert _ask(wire, anna, "nobody-there@" + other.address.partition("@")[2]) == (status, codes)


def test_attack_a21_oneself_is_no_other(wire: Wire, anna: Person) -> None:
    assert _ask(wire, anna, anna.address) == (200, [b"NoError"])
