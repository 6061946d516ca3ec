"""zeep: a toolkit that knows nothing of Exchange loads the WSDL and calls all that is built."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import zeep

from ews.app import load_operations
from ews.registry import built_operations
from tests.clients import zeep_folders, zeep_items, zeep_others
from tests.clients.zeep_client import CALLS, Soap

load_operations()
assert zeep_folders and zeep_items and zeep_others  # importing them fills CALLS
BUILT = sorted(built_operations())


@pytest.fixture(scope="module")
def soap(server: Any) -> Soap:
    """Somebody's client; building it parses WSDL and schemas."""
    return Soap(server.person("zeep"))


def test_the_description_needs_a_password(server: Any) -> None:
    for name in ("Services.wsdl", "messages.xsd", "types.xsd"):
        answer = requests.get(f"{server.url}/EWS/{name}", timeout=10)
        assert answer.status_code == 401


def test_the_description_names_every_operation_of_the_contract(soap: Soap) -> None:
    (service,) = soap.client.wsdl.services.values()
    (port,) = service.ports.values()
    assert len(port.binding._operations) == 124
    assert set(BUILT) <= set(port.binding._operations)


def test_no_operation_is_built_without_a_call_here() -> None:
    assert set(BUILT) - set(CALLS) == set()


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_an_operation_answers_with_typed_results(soap: Soap, operation: str) -> None:
    if operation not in BUILT:
        pytest.skip(f"{operation} is not built yet")
    CALLS[operation](soap)


def test_an_operation_that_is_not_built_says_so(soap: Soap) -> None:
    if "GetNonIndexableItemStatistics" in BUILT:
        pytest.skip("GetNonIndexableItemStatistics is built")
    body = soap.ask("GetNonIndexableItemStatistics", Mailboxes={"LegacyDN": ["anna"]})
    assert (body.ResponseClass, body.ResponseCode) == ("Error", "ErrorInvalidOperation")


def test_a_request_that_breaks_the_contract_is_a_fault(soap: Soap) -> None:
    with pytest.raises(zeep.exceptions.Fault) as caught:
        soap.ask(
            "GetFolder",
            FolderShape={"BaseShape": "Nonsense"},
            FolderIds={"_value_1": [{"DistinguishedFolderId": {"Id": "inbox"}}]},
        )
    assert caught.value.code.endswith("ErrorSchemaValidation")
    assert "Nonsense" in caught.value.message
