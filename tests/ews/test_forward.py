"""ForwardItem of a meeting, where the organiser wants no others to come."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk, shown_id

pytestmark = pytest.mark.anyio

_BEN = "<t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox>"
_OUTSIDER = "<t:Mailbox><t:EmailAddress>carla@elsewhere.example</t:EmailAddress></t:Mailbox>"


def _create(items: str, more: str = "") -> str:
    return f"<m:CreateItem {more}><m:Items>{items}</m:Items></m:CreateItem>"


def _forward(id: str) -> str:
    return _create(
        f"<t:ForwardItem><t:ToRecipients>{_OUTSIDER}</t:ToRecipients><t:ReferenceItemId {id}/>"
        "</t:ForwardItem>",
        'MessageDisposition="SendOnly"',
    )


@pytest.mark.parametrize("is_forbidden", [True, False])
async def test_attendees_pass_on_what_they_may(desk: Desk, is_forbidden: bool) -> None:
    made = await desk.ask(
        _create(
            "<t:CalendarItem><t:Subject>Plan</t:Subject><t:Start>2026-10-05T10:00:00Z</t:Start>"
            "<t:End>2026-10-05T11:00:00Z</t:End><t:RequiredAttendees><t:Attendee>"
            f"{_BEN}</t:Attendee></t:RequiredAttendees>"
            f"<t:DoNotForwardMeeting>{str(is_forbidden).lower()}</t:DoNotForwardMeeting>"
            "</t:CalendarItem>",
            'SendMeetingInvitations="SendOnlyToAll"',
        )
    )
    own = shown_id(made.ok())
    found = await desk.find(folder="calendar", who="ben")
    answer = await desk.ask(_forward(shown_id(found)), who="ben")
    assert answer.code == ("ErrorInvalidOperation" if is_forbidden else "NoError")
    (await desk.ask(_forward(own))).ok()  # an organiser always may
