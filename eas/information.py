"""What a device says of itself: DeviceInformation (MS-ASCMD 2.2.3.45)."""

from __future__ import annotations

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


def read_information(element: Element) -> dict[str, str] | None:
    """What the device says, by name in its record; None where it says nothing.

    What is said replaces what was said before (MS-ASCMD 2.2.3.45).
    """
    said = element.find(f"{_P}:Set")
    if said is None:
        return None
    found: dict[str, str] = {}
    for child in said.children:
        name = _FIELDS.get(child.name.removeprefix(f"{_P}:"))
        if name and child.as_text():
            found[name] = child.as_text()[:_CHARS_MAX]
    return found


def information_answer(status: int) -> Element:
    """The DeviceInformation element of an answer."""
    return node(f"{_P}:DeviceInformation", text(f"{_P}:Status", status))
