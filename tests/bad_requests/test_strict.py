"""The habits of real clients: accepted by default, refused as Exchange does where set so."""

from __future__ import annotations

import pytest

from entrepot.testing import Exchange
from tests.bad_requests.cases import envelope
from tests.security.conftest import Wire

SHAPE = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>%s</m:FolderShape>"
IDS = '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds>'
PATH = '<t:FieldURI FieldURI="folder:DisplayName"/>'
MORE = "<t:AdditionalProperties>%s</t:AdditionalProperties>"
HABITS = {
    "children in another order": f"<m:GetFolder>{IDS}{SHAPE % ''}</m:GetFolder>",
    "an attribute nobody knows": f'<m:GetFolder odd="x">{SHAPE % ""}{IDS}</m:GetFolder>',
    "the other namespace": f"<m:GetFolder>{SHAPE % ''}{IDS.replace('t:', 'm:')}</m:GetFolder>",
}
ALIKE = {  # refused or accepted whatever the setting
    "a child twice": f"<m:GetFolder>{SHAPE % ''}{IDS}{IDS}</m:GetFolder>",
    "an unknown child": f"<m:GetFolder>{SHAPE % ''}{IDS}<m:Odd/></m:GetFolder>",
    "a missing child": f"<m:GetFolder>{IDS}</m:GetFolder>",
    "a bad enumeration": f"<m:GetFolder>{SHAPE.replace('IdOnly', 'X') % ''}{IDS}</m:GetFolder>",
}


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
def test_by_setting(strict: bool) -> None:
    environment = {"ENTREPOT_STRICT_REQUESTS": str(strict).lower()}
    with Exchange(environment=environment) as exchange:
        wire, anna = Wire(exchange), exchange.person("anna")

        def ask(body: str) -> bytes:
            return wire.request("/EWS/Exchange.asmx", body=envelope(body), person=anna).data

        for name, body in HABITS.items():
            answer = ask(body)
            assert (b"ErrorSchemaValidation" in answer) == strict, (name, answer)
            assert (b"NoError" in answer) != strict, (name, answer)
        for name, body in ALIKE.items():
            assert b"ErrorSchemaValidation" in ask(body), name
        repeated = ask(f"<m:GetFolder>{SHAPE % (MORE % (PATH * 2))}{IDS}</m:GetFolder>")
        assert b"NoError" in repeated or b"ErrorSchemaValidation" in repeated
