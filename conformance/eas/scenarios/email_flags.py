"""MS-ASEMAIL: flags of messages, from the one that is set to the one that is cleared."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.events import tomorrow
from conformance.eas.flags import (
    ACTIVE,
    COMPLETE,
    DATES,
    DUE,
    FLAG,
    REMINDER,
    START,
    TYPE,
    dotted,
    flag,
    flag_of,
    flagged,
    told_flag,
)
from conformance.eas.mailing import arrived, received
from conformance.eas.meetings import ACCEPT, Meeting
from conformance.eas.runner import REGISTRY
from conformance.eas.things import (
    CONVERSION,
    INBOX,
    OK,
    change_status,
    changed,
    synced,
    words_of,
)
from conformance.scenario import each, scenario

_S = "MS-ASEMAIL"
_OTHER_TYPE = "for Follow Up"
Said = dict[str, str | int]


def _check_same(told: Mapping[str, str], said: Said) -> None:
    """The flag that is told says what was said, instants to the second."""
    for name, value in said.items():
        shown = told.get(name, "")
        due = str(value)
        is_same = shown[:19] == due[:19] if due.endswith("Z") else shown == due
        check(is_same, f"{name} is {shown!r}, and was {due!r}")


@scenario(
    _S,
    "S03_TC01",
    requirements=(
        "MS-ASEMAIL_R692", "MS-ASEMAIL_R1007", "MS-ASEMAIL_R630", "MS-ASEMAIL_R772",
        "MS-ASEMAIL_R469", "MS-ASEMAIL_R700",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_flag_has_all_that_was_said(device: Device, second: Device) -> None:
    """Its type, its four dates, the reminder, and how it is sorted."""
    order = {"OrdinalDate": dotted(tomorrow(7)), "SubOrdinalDate": "5555555"}
    said = {"Status": 2, "FlagType": _OTHER_TYPE, **DATES, **order, **REMINDER}
    _check_same(told_flag(second, flagged(device, said)), said)


@each(
    _S,
    {
        "S03_TC02": ACTIVE | {"Status": 3},
        "S03_TC04": ACTIVE | {"ReminderSet": 1},
        "S03_TC05": {
            **ACTIVE, "StartDate": DUE, "UtcStartDate": START, "DueDate": START, "UtcDueDate": DUE,
        },
        "S03_TC06": {
            **ACTIVE, "StartDate": START, "UtcStartDate": DUE, "DueDate": DUE, "UtcDueDate": START,
        },
        "S03_TC07": ACTIVE | {"StartDate": START, "DueDate": DUE},
    },
    parameter="said",
    requirements=(
        "MS-ASEMAIL_R757", "MS-ASEMAIL_R702", "MS-ASEMAIL_R407", "MS-ASEMAIL_R739",
        "MS-ASEMAIL_R741", "MS-ASEMAIL_R851", "MS-ASEMAIL_R862", "MS-ASEMAIL_R409",
        "MS-ASEMAIL_R864", "MS-ASEMAIL_R853",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_flag_that_is_none_is_status_6(device: Device, second: Device, said: Said) -> None:
    """And the message has no flag."""
    _, id, _ = received(device)
    status = change_status(device, INBOX, id, flag(said))
    check(status == CONVERSION, f"status {status}")
    told = synced(second, INBOX, id)
    check(FLAG in told and not flag_of(told), f"the flag is {told.get(FLAG)}")


@each(
    _S,
    {"S03_TC03": COMPLETE | {"FlagType": TYPE}, "S03_TC12": COMPLETE},
    parameter="said",
    requirements=("MS-ASEMAIL_R336", "MS-ASEMAIL_R86", "MS-ASEMAIL_R334"),
    registry=REGISTRY,
)
def a_flag_that_is_done_says_when(device: Device, second: Device, said: Said) -> None:
    """CompleteTime and DateCompleted together, whether it was flagged before or not."""
    id = flagged(device, ACTIVE | DATES if "FlagType" in said else said)
    changed(device, INBOX, id, flag(said))
    _check_same(told_flag(second, id), said)


@scenario(
    _S,
    "S03_TC08",
    requirements=("MS-ASEMAIL_R850", "MS-ASEMAIL_R861", "MS-ASEMAIL_R738", "MS-ASEMAIL_R406"),
    registry=REGISTRY,
)
def a_flag_begins_before_it_is_due(device: Device, second: Device) -> None:
    """In both of its clocks."""
    told = told_flag(second, flagged(device, ACTIVE | DATES))
    _check_same(told, DATES)
    check(told["StartDate"] <= told["DueDate"], f"the flag is {told}")
    check(told["UtcStartDate"] <= told["UtcDueDate"], f"the flag is {told}")


@scenario(_S, "S03_TC09", requirements=("MS-ASEMAIL_R470",), registry=REGISTRY)
def an_invitation_needs_no_type_of_flag(device: Device, other: Device) -> None:
    """It comes without a flag, and gets one by its dates."""
    meeting = Meeting(device, other)
    _check_flags_without_type(other, meeting.request, meeting.subject)


def _check_flags_without_type(device: Device, id: str, subject: str) -> None:
    _, _, data = arrived(device, subject)
    check(FLAG in data and "FlagType" not in flag_of(data), f"the flag is {data.get(FLAG)}")
    changed(device, INBOX, id, flag({"Status": 2, **DATES}))
    device.begin(device.folder_of_type(INBOX))
    _check_same(told_flag(device, id), {"Status": 2, **DATES})


@scenario(_S, "S03_TC10", requirements=("MS-ASEMAIL_R1058",), registry=REGISTRY)
def an_answer_to_an_invitation_needs_no_type_of_flag(device: Device, other: Device) -> None:
    """As the invitation itself."""
    meeting = Meeting(device, other)
    meeting.answer(ACCEPT)
    id, data = meeting.answered(device)
    _check_flags_without_type(device, id, words_of(data, "Email:Subject"))


@each(
    _S,
    {
        "S03_TC11": DATES,
        "S03_TC26": {"CompleteTime": START, "DateCompleted": START},
    },
    parameter="more",
    requirements=(
        "MS-ASEMAIL_R940", "MS-ASEMAIL_R941", "MS-ASEMAIL_R693", "MS-ASEMAIL_R1072",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_flag_is_set_in_two_ways(device: Device, second: Device, more: Said) -> None:
    """With its dates, or without; no reminder comes of it."""
    told = told_flag(second, flagged(device, ACTIVE | more))
    _check_same(told, ACTIVE | ({} if "CompleteTime" in more else more))
    check(told.get("ReminderSet", "0") == "0", f"the flag is {told}")


@each(
    _S,
    {
        "S03_TC13": (ACTIVE | DATES, {"Status": 0}),
        "S03_TC14": (ACTIVE | DATES, {}),
        "S03_TC28": (ACTIVE | DATES | REMINDER | {"Subject": "To do"}, {"Status": 0}),
        "S03_TC29": (ACTIVE | DATES | REMINDER | {"Subject": "To do"}, {}),
    },
    parameter="case",
    requirements=("MS-ASEMAIL_R88", "MS-ASEMAIL_R8800", "MS-ASEMAIL_R89", "MS-ASEMAIL_R8900"),
    registry=REGISTRY,
)
def a_cleared_flag_leaves_nothing(device: Device, second: Device, case: tuple[Said, Said]) -> None:
    """Neither its dates nor its reminder come back with another one."""
    said, clears = case
    id = flagged(device, said)
    check(told_flag(second, id).get("Status") == "2", "it is not flagged")
    changed(device, INBOX, id, flag(clears))
    told = synced(second, INBOX, id)
    check(FLAG in told and not flag_of(told), f"the flag is {told.get(FLAG)}")
    changed(device, INBOX, id, flag(ACTIVE))
    again = told_flag(second, id)
    check(again.get("Status") == "2", f"the flag is {again}")
    left = set(again) & {*DATES, "ReminderTime"}
    check(not left and again.get("ReminderSet", "0") == "0", f"the flag is {again}")


@scenario(_S, "S03_TC15", requirements=("MS-ASEMAIL_R90", "MS-ASEMAIL_R1021"), registry=REGISTRY)
def a_flag_gets_another_type(device: Device, second: Device) -> None:
    """By a Change with what is new."""
    id = flagged(device, ACTIVE | DATES)
    check(told_flag(second, id).get("FlagType") == TYPE, "it has another type")
    changed(device, INBOX, id, flag({"Status": 2, "FlagType": _OTHER_TYPE}))
    told = told_flag(second, id)
    check(told.get("FlagType") == _OTHER_TYPE, f"the flag is {told}")
    check(told.get("Status") == "2", f"the flag is {told}")


@scenario(_S, "S03_TC16", requirements=("MS-ASEMAIL_R92",), registry=REGISTRY)
def a_status_alone_is_status_6(device: Device, second: Device) -> None:
    """Neither a type nor dates: the flag stays as it was."""
    id = flagged(device, ACTIVE | DATES)
    status = change_status(device, INBOX, id, flag({"Status": 2}))
    check(status == CONVERSION, f"status {status}")
    _check_same(told_flag(second, id), ACTIVE | DATES)


@each(
    _S,
    {
        "S03_TC17": ("DueDate", DUE),
        "S03_TC18": ("OrdinalDate", START),
        "S03_TC19": ("ReminderSet", 1),
        "S03_TC20": ("ReminderTime", START),
        "S03_TC21": ("StartDate", START),
        "S03_TC22": ("Status", 2),
        "S03_TC23": ("SubOrdinalDate", "6666666"),
        "S03_TC24": ("UtcDueDate", DUE),
        "S03_TC25": ("UtcStartDate", START),
    },
    parameter="more",
    requirements=(
        "MS-ASEMAIL_R581", "MS-ASEMAIL_R634", "MS-ASEMAIL_R697", "MS-ASEMAIL_R706",
        "MS-ASEMAIL_R746", "MS-ASEMAIL_R761", "MS-ASEMAIL_R777", "MS-ASEMAIL_R858",
        "MS-ASEMAIL_R869",
    ),
    registry=REGISTRY,
)  # fmt: skip
def what_is_said_twice_is_no_error_of_the_protocol(
    device: Device, second: Device, more: tuple[str, str | int]
) -> None:
    """Either of the two counts; the flag is set."""
    order = {"OrdinalDate": START, "SubOrdinalDate": "5555555"}
    _, id, _ = received(device)
    said = {**ACTIVE, **DATES, **order, **REMINDER}
    status = change_status(device, INBOX, id, flag(said, more))
    check(status == OK, f"status {status}")
    told = told_flag(second, id)
    check(told.get("Status") == "2", f"the flag is {told}")
    name, value = more
    check(told.get(name) in (str(said[name]), str(value)), f"{name} is {told.get(name)!r}")


@scenario(_S, "S03_TC27", requirements=("MS-ASEMAIL_R942",), registry=REGISTRY)
def a_flag_stands_in_a_list_of_tasks(device: Device, second: Device) -> None:
    """With a subject of its own, and a reminder."""
    said = {**ACTIVE, "Subject": "To do", **DATES, **REMINDER}
    _check_same(told_flag(second, flagged(device, said)), said)


@scenario(_S, "S03_TC30", requirements=("MS-ASEMAIL_R87",), registry=REGISTRY)
def what_is_done_reminds_no_more(device: Device, second: Device) -> None:
    """A flag with a reminder is marked complete."""
    id = flagged(device, {**ACTIVE, "Subject": "To do", **DATES, **REMINDER})
    changed(device, INBOX, id, flag(COMPLETE))
    told = told_flag(second, id)
    _check_same(told, COMPLETE)
    check(told.get("ReminderSet", "0") == "0", f"the flag is {told}")


@scenario(_S, "S03_TC31", requirements=("MS-ASEMAIL_R91",), registry=REGISTRY)
def a_flag_gets_another_subject_and_time(device: Device, second: Device) -> None:
    """What is not said again stays, as the reminder does."""
    id = flagged(device, {**ACTIVE, "Subject": "To do", **DATES, **REMINDER})
    later = DATES | {"DueDate": dotted(tomorrow(20)), "UtcDueDate": dotted(tomorrow(18))}
    changed(device, INBOX, id, flag({**ACTIVE, "Subject": "Still to do", **later}))
    _check_same(told_flag(second, id), {**ACTIVE, "Subject": "Still to do", **later, **REMINDER})
