"""What a contact says after a change: how it is filed, what it is shown as (MS-OXOCNTC 2.2.1.1).

``file_as_mapping`` names the rule by which ``file_as`` is made; where a client says ``file_as``
itself, that is what it is. A contact that nobody gave a ``display_name`` or a ``subject`` has the
name that its parts make.
"""

from __future__ import annotations

from typing import Any

from store.model import Properties

# A rule as lines; in each, parts, and what stands before a part where another one precedes it.
_GIVEN = (" ", "given_name"), (" ", "middle_name")
_LAST_FIRST = (("", "surname"), (", ", "given_name"), (" ", "middle_name"))
_LAST_SPACE_FIRST = (("", "surname"), *_GIVEN)
_JOINED = (("", "surname"), ("", "given_name"), (" ", "middle_name"))
_COMPANY = (("", "company_name"),)
_FULL = (*_GIVEN, (" ", "surname"), (" ", "generation"))
_RULES: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "last_comma_first": (_LAST_FIRST,),
    "first_space_last": ((*_GIVEN, (" ", "surname")),),
    "company": (_COMPANY,),
    "last_comma_first_company": (_LAST_FIRST, _COMPANY),
    "company_last_first": (_COMPANY, _JOINED),
    "last_first": (_JOINED,),
    "last_first_company": (_JOINED, _COMPANY),
    "company_last_comma_first": (_COMPANY, _LAST_FIRST),
    "last_first_suffix": ((*_JOINED, (" ", "generation")),),
    "last_space_first_company": (_LAST_SPACE_FIRST, _COMPANY),
    "company_last_space_first": (_COMPANY, _LAST_SPACE_FIRST),
    "last_space_first": (_LAST_SPACE_FIRST,),
    "display_name": ((("", "display_name"),),),
    "first_name": ((("", "given_name"),),),
    "last_first_middle_suffix": ((*_LAST_FIRST, (" ", "generation")),),
    "last_name": ((("", "surname"),),),
}


def settled_contact(properties: Properties, before: Properties | None = None) -> Properties:
    """The properties of a contact as they are kept. ``before``: as they were."""
    settled, known = dict(properties), before or {}
    for name in ("display_name", "subject"):
        if not settled.get(name) or _was_made(name, settled, known):
            _put(settled, name, _shown(settled))
    if settled.get("file_as") == known.get("file_as") or not settled.get("file_as"):
        _file(settled)
    return settled


def _was_made(name: str, settled: Properties, known: Properties) -> bool:
    """Whether what a contact is shown as was made from its parts before, and nobody changed it."""
    was = known.get(name)
    return bool(was) and settled.get(name) == was and was == _shown(known)


def _put(settled: Properties, name: str, value: str) -> None:
    if value:
        settled[name] = value
    else:
        settled.pop(name, None)


def _shown(properties: Properties) -> str:
    """The full name, else the company's, else what the contact is filed as, else its address."""
    emails: dict[str, dict[str, Any]] = properties.get("email_addresses") or {}
    found: list[Any] = [
        _line(properties, _FULL),
        properties.get("company_name"),
        properties.get("file_as"),
        *(emails[key].get("address") for key in sorted(emails)),
    ]
    return next((str(each) for each in found if each), "")


def _file(settled: Properties) -> None:
    rule = settled.get("file_as_mapping", "")
    if rule == "empty":
        settled["file_as"] = ""
    elif rule in _RULES:
        lines = [_line(settled, line) for line in _RULES[rule]]
        made = "\r\n".join(line for line in lines if line)
        settled["file_as"] = made or _shown(settled)


def _line(properties: Properties, parts: tuple[tuple[str, str], ...]) -> str:
    line = ""
    for before, name in parts:
        value = str(properties.get(name) or "").strip()
        if value:
            line += f"{before}{value}" if line else value
    return line
