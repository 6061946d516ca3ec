"""What a device says of itself: DeviceInformation (MS-ASCMD 2.2.3.45)."""

from __future__ import annotations

from typing import Any

from eas.answers import node, text
from eas.wbxml import Element

_P = "Settings"
# Names in the device's record, by element.
_FIELDS = {
    "Model": "model",
    "IMEI": "imei",
    "FriendlyName": "friendly_name",
    "OS": "os",
    "OSLanguage": "os_language",
    "PhoneNumber": "phone_number",
    "UserAgent": "user_agent",
    "EnableOutboundSMS": "outbound_sms",
    "MobileOperator": "mobile_operator",
}
_CHARS_MAX = 1024


def read_information(element: Element, record: dict[str, Any]) -> dict[str, str] | None:
    """What is known of the device by now, by name; None where it says nothing.

    ``record``: the device's. What is not named stays as it was said before, what is empty goes;
    an empty Set takes back everything (MS-ASCMD 2.2.3.167).
    """
    said = element.find(f"{_P}:Set")
    if said is None:
        return None
    found: dict[str, str] = dict(record.get("information", {})) if said.children else {}
    for child in said.children:
        name = _FIELDS.get(child.name.removeprefix(f"{_P}:"))
        if name:
            found[name] = child.as_text()[:_CHARS_MAX]
    return {name: value for name, value in found.items() if value}


def information_answer(status: int) -> Element:
    """The DeviceInformation element of an answer."""
    return node(f"{_P}:DeviceInformation", text(f"{_P}:Status", status))
