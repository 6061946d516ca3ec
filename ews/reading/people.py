"""Properties of personas in the words of contacts (MS-OXWSPERS 2.2.4)."""

from __future__ import annotations

from typing import Any

from ews.errors import EwsError
from ews.paths import Path, read_path
from schemas.properties import find_name

# Field -> the property of a contact that it is.
FIELDS: dict[str, str] = {
    "DisplayName": "display_name",
    "FileAs": "file_as",
    "GivenName": "given_name",
    "MiddleName": "middle_name",
    "Surname": "surname",
    "Generation": "generation",
    "Nickname": "nickname",
    "YomiCompanyName": "yomi_company_name",
    "YomiFirstName": "yomi_first_name",
    "YomiLastName": "yomi_last_name",
    "Title": "job_title",
    "Department": "department",
    "CompanyName": "company_name",
}


def read_persona_path(pair: tuple[str, Any]) -> Path:
    """What a restriction or an order of personas names: a property of the persona, or (as
    exchangelib does) of the contact. Raises EwsError."""
    name, node = pair
    if name != "FieldURI" or not node.FieldURI.startswith("persona:"):
        return read_path(pair)
    known = FIELDS.get(node.FieldURI.removeprefix("persona:"))
    row = find_name(known) if known is not None else None
    if known is None or row is None:
        raise EwsError("ErrorUnsupportedPathForQuery", xml=[pair])
    return Path(known, row, pair)
