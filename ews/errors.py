"""EWS errors: those of one element (a response message) and those of a request (a fault)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from schemas import errors as table
from schemas import mapi
from store.errors import StoreError


class EwsError(Exception):
    """An error of one element: answered as its response message under HTTP 200.

    ``code`` is a ResponseCodeType value; ``xml`` the content of MessageXml: (element, value) pairs
    as the codec writes them.
    """

    def __init__(self, code: str, text: str = "", xml: Any = None) -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text or table.text_of(code)
        self.xml = [(name, _echo(name, value)) for name, value in xml] if xml else xml


def _echo(name: str, value: Any) -> Any:
    """A path as the contract has it: requests may write tags in other forms (trap 29), and a tag
    that is none is left out."""
    if name != "ExtendedFieldURI" or value.get("PropertyTag") is None:
        return value
    echoed = dict(value)
    with suppress(mapi.MapiError):
        echoed["PropertyTag"] = f"0x{mapi.read_tag(str(echoed.pop('PropertyTag'))):04x}"
    return echoed


class Fault(Exception):
    """An error of the whole request: answered as a SOAP fault under HTTP 500."""

    def __init__(self, code: str, text: str = "", values: Any = None) -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text or table.text_of(code)
        self.values = values


def ews_error(error: StoreError | EwsError) -> EwsError:
    """The EWS words for a refusal of the store."""
    if isinstance(error, EwsError):
        return error
    code = table.ews_code(type(error).__name__, error.role)
    return EwsError(code, table.text_of(code) or error.message)
