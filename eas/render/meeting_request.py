"""The MeetingRequest of a meeting message (MS-ASEMAIL 2.2.2.48)."""

from __future__ import annotations

import base64
from datetime import date

from eas.answers import node, text
from eas.render.people import address
from eas.render.recurrence import last_start, recurrence_elements
from eas.render.text import line
from eas.timezone_blob import blob_of
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from schemas.property import Kind
from store.calendar.zones import local, zone_of
from store.instant import Instant, from_instant
from store.model import Item, Properties

_P = "Email"
_SENSITIVITY = {"normal": 0, "personal": 1, "private": 2, "confidential": 3}
_BUSY = {"free": 0, "tentative": 1, "busy": 2, "oof": 3, "working_elsewhere": 4}
_SINGLE, _MASTER, _OCCURRENCE, _EXCEPTION, _ORPHAN = range(5)
_TYPES = {
    "new_meeting_request": 1,
    "full_update": 2,
    "informational_update": 3,
    "outdated": 4,
    "principal_wants_copy": 5,
}
# To somebody else: a message of which the device is told because its user is a delegate.
_DELEGATED = 6
_KINDS = frozenset({Kind.MEETING_REQUEST, Kind.MEETING_CANCELLATION, Kind.MEETING_RESPONSE})
# Every GlobalObjectId begins so (MS-OXOCAL 2.2.1.27).
_HEAD = bytes.fromhex("040000008200E00074C5B7101A82E008")
_VCAL = b"vCal-Uid\x01\x00\x00\x00"


def meeting_request(item: Item, version: str) -> Element | None:
    """The element of a meeting message that says when; None for all other mail."""
    p = item.properties
    if item.kind not in _KINDS or not p.get("start") or not p.get("end"):
        return None
    children = [*_times(p), *_rest(item, p, version)]
    known = [child for child in children if tag_named(child.name).is_known_to(version)]
    if version >= "16.0":
        known = [child for child in known if child.name != "Email:GlobalObjId"]
    else:
        known = [child for child in known if child.name != "Calendar:UID"]
    return node(f"{_P}:MeetingRequest", *known)


def _when(instant: Instant) -> str:
    return f"{instant[:19]}.000Z"


def _times(p: Properties) -> list[Element]:
    stamp = p.get("date_time_stamp") or p.get("sent") or p["start"]
    return [
        text(f"{_P}:AllDayEvent", int(bool(p.get("is_all_day")))),
        text(f"{_P}:StartTime", _when(p["start"])),
        text(f"{_P}:DtStamp", _when(stamp)),
        text(f"{_P}:EndTime", _when(p["end"])),
        text(f"{_P}:InstanceType", _instance_type(p)),
    ]


def _instance_type(p: Properties) -> int:
    if p.get("recurrence"):
        return _MASTER
    return _EXCEPTION if p.get("recurrence_id") else _SINGLE


def _rest(item: Item, p: Properties, version: str) -> list[Element]:
    found: list[Element] = []
    if p.get("location"):
        found += [
            text(f"{_P}:Location", line(p["location"])),
            node("AirSyncBase:Location", text("AirSyncBase:DisplayName", line(p["location"]))),
        ]
    organizer = p.get("organizer") or p.get("from")
    if organizer:
        found.append(text(f"{_P}:Organizer", address(organizer) or line(organizer.get("name", ""))))
    if p.get("recurrence_id"):
        found.append(text(f"{_P}:RecurrenceId", _when(p["recurrence_id"])))
    if p.get("reminder_is_set"):
        minutes = min(int(p.get("reminder_minutes") or 0), 65_535)
        found.append(text(f"{_P}:Reminder", minutes * 60 if minutes * 60 < 65_536 else 65_535))
    wants = p.get("is_response_requested", True) and item.kind == Kind.MEETING_REQUEST
    found.append(text(f"{_P}:ResponseRequested", int(bool(wants))))
    if p.get("recurrence"):
        found.append(_recurrences(p, version))
    found += [
        text(f"{_P}:Sensitivity", _SENSITIVITY.get(p.get("sensitivity", "normal"), 0)),
        text(f"{_P}:BusyStatus", _busy(p)),
        text(f"{_P}:TimeZone", blob_of(p.get("start_time_zone"), int(p["start"][:4]))),
        text(f"{_P}:GlobalObjId", global_object_id(p.get("uid") or "", p.get("recurrence_id"))),
        text(f"{_P}:DisallowNewTimeProposal", int(p.get("allow_new_time_proposal") is False)),
        text("Email2:MeetingMessageType", _message_type(p)),
        text("Calendar:UID", line(p.get("uid") or "")),
    ]
    if p.get("proposed_start") and p.get("proposed_end"):
        found += [
            text("MeetingResponse:ProposedStartTime", _when(p["proposed_start"])),
            text("MeetingResponse:ProposedEndTime", _when(p["proposed_end"])),
        ]
    return found


def _message_type(p: Properties) -> int:
    if p.get("is_delegated"):
        return _DELEGATED
    return _TYPES.get(p.get("meeting_request_type", ""), 0)


def _busy(p: Properties) -> int:
    """The organiser's intention: what the time will be once it is accepted."""
    return _BUSY.get(p.get("intended_free_busy_status") or p.get("busy_status", "busy"), 2)


def _recurrences(p: Properties, version: str) -> Element:
    zone = zone_of(p.get("start_time_zone"))
    start = local(from_instant(p["start"]), zone).time()

    def until(day: date) -> str:
        return _when(last_start(day, start, zone))

    children = recurrence_elements(p["recurrence"], _P, version, until)
    return node(f"{_P}:Recurrences", node(f"{_P}:Recurrence", *children))


def global_object_id(uid: str, original: Instant | None) -> str:
    """The GlobalObjectId of a UID, in base64: the bytes that it is made of, or such as hold it.

    ``original``: of an occurrence, when it was to start.
    """
    data = _bytes_of(uid)
    if original:
        year, month, day = (int(part) for part in original[:10].split("-"))
        data = data[:16] + year.to_bytes(2, "big") + bytes((month, day)) + data[20:]
    return base64.b64encode(data).decode()


def _bytes_of(uid: str) -> bytes:
    try:
        raw = bytes.fromhex(uid)
    except ValueError:
        raw = b""
    if raw.startswith(_HEAD) and len(raw) >= 40:
        return raw
    content = _VCAL + uid.encode("utf-8") + b"\0"
    return _HEAD + bytes(20) + len(content).to_bytes(4, "little") + content


def uid_of(global_id: str) -> str:
    """The UID in a GlobalObjectId. Raises ValueError for what is none."""
    raw = base64.b64decode(global_id, validate=True)
    if not raw.startswith(_HEAD) or len(raw) < 40:
        raise ValueError("this is no GlobalObjectId")
    content = raw[40:]
    if content.startswith(_VCAL):
        return content[len(_VCAL) :].partition(b"\0")[0].decode("utf-8", "replace")
    return (raw[:16] + bytes(4) + raw[20:]).hex().upper()
