"""MS-ASCMD: ResolveRecipients. Names, certificates, free and busy time, photos."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.documents import add
from conformance.eas.mailing import unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCMD", "ResolveRecipients"
_STATUS, _OK, _PROTOCOL = f"{_P}:Status", "1", "5"
_NO_CERTIFICATE, _NO_PHOTO = "7", "173"


def resolved(device: Device, *to: str, options: tuple[Node, ...] = ()) -> Node:
    """The answer to a request for names."""
    return device.ask(
        _P,
        node(
            f"{_P}:{_P}",
            *(node(f"{_P}:To", name) for name in to),
            node(f"{_P}:Options", *options) if options else None,
        ),
    )


def _response(answer: Node) -> Node:
    check(answer.text(_STATUS) == _OK, f"it is answered by {answer}")
    found = answer.find(f"{_P}:Response")
    check(found is not None, "there is no Response")
    return found or node(f"{_P}:Response")


def recipients(answer: Node) -> list[Node]:
    """Who the first name may be. Raises Failure where the whole is refused."""
    return list(_response(answer).all(f"{_P}:Recipient"))


def _option(name: str, *value: Node | int | str) -> Node:
    return node(f"{_P}:{name}", *value)


def _times(start: str, end: str = "") -> Node:
    return _option(
        "Availability",
        _option("StartTime", start),
        *((_option("EndTime", end),) if end else ()),
    )


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


_START = "2010-03-01T00:00:00.000Z"


@each(
    _S,
    {"S13_TC01": (1, 2, 3), "S13_TC14": (2,)},
    parameter="asked",
    requirements=(
        "MS-ASCMD_R856", "MS-ASCMD_R843", "MS-ASCMD_R3764", "MS-ASCMD_R3825", "MS-ASCMD_R4304",
        "MS-ASCMD_R343",
    ),
    registry=REGISTRY,
)  # fmt: skip
def certificates_come_where_they_are_asked_for(device: Device, asked: tuple[int, ...]) -> None:
    """By 2 whole, by 3 small; a person who has none has status 7. By 1 nothing is said."""
    for retrieval in asked:
        option = _option("CertificateRetrieval", retrieval)
        (person,) = recipients(resolved(device, device.identity.user, options=(option,)))
        check(person.text(f"{_P}:EmailAddress") == device.identity.user, "another person")
        found = person.find(f"{_P}:Certificates")
        check((found is not None) == (retrieval != 1), f"{found} with CertificateRetrieval {asked}")
        if found is None:
            continue
        status, count = found.text(_STATUS), int(found.text(f"{_P}:CertificateCount"))
        name = "Certificate" if retrieval == 2 else "MiniCertificate"
        told = len(list(found.all(f"{_P}:{name}")))
        check(told == count, f"{told} certificates, of {count}")
        check(status == (_OK if count else _NO_CERTIFICATE), f"status {status} with {count}")


@each(
    _S,
    {
        "S13_TC02": _times(_START, "2010-03-01"),
        "S13_TC03": _times("2010-03-01", "2010-03-01T00:30:00.000Z"),
        "S13_TC04": _times(_START, "2010-02-28T23:00:00.000Z"),
        "S13_TC04 less than half an hour": _times(_START, "2010-03-01T00:29:00.000Z"),
        "S13_TC05": _times(_START, "2010-05-01T00:00:00.000Z"),
    },
    parameter="times",
    requirements=("MS-ASCMD_R2264", "MS-ASCMD_R3986", "MS-ASCMD_R2266", "MS-ASCMD_R5175"),
    registry=REGISTRY,
)
def times_that_cannot_be_are_status_5(device: Device, times: Node) -> None:
    """No times, an end before the start, too short, too long."""
    needs(device, "14.0", "Availability")
    answer = resolved(device, device.identity.user, options=(times,))
    told = answer.text(_STATUS)
    check(told == _PROTOCOL, f"status {told}")
    check(answer.find(f"{_P}:Response") is None, "there is a Response")


@scenario(_S, "S13_TC06", requirements=("MS-ASCMD_R5873",), registry=REGISTRY)
def a_name_has_256_characters(device: Device) -> None:
    """One more is status 5."""
    told = [resolved(device, "x" * length).text(_STATUS) for length in (256, 257)]
    check(told == [_OK, _PROTOCOL], f"the statuses are {told}")


@scenario(
    _S,
    "S13_TC20",
    requirements=("MS-ASCMD_R4270", "MS-ASCMD_R5656", "MS-ASCMD_R7501"),
    registry=REGISTRY,
)
def names_have_their_number(device: Device) -> None:
    """More than a hundred are status 5."""
    told = [resolved(device, *["nobody-like-that"] * n).text(_STATUS) for n in (100, 101)]
    check(told == [_OK, _PROTOCOL], f"the statuses are {told}")


def _ambiguous(device: Device, other: Device) -> str:
    """What the names of both users begin with. Raises Missing where they share nothing."""
    text = _shared(device.identity.user, other.identity.user)
    if text:
        return text
    # Two contacts of one name are as ambiguous.
    name = f"Twin{unique('').strip().replace('-', 'x')}"
    folder = device.folder_of_type(9)
    device.sync_all(folder)
    for number in (1, 2):
        made = device.change(
            folder,
            add(
                f"{name}{number}"[-30:],
                node("Contacts:FirstName", name),
                node("Contacts:Email1Address", f"{name}{number}@conformance.example"),
            ),
        )
        path = ("AirSync:Responses", "AirSync:Add", "AirSync:Status")
        check(made is not None and made.text(*path) == _OK, "the contact is not made")
    return name


def _shared(first: str, second: str) -> str:
    names = first.partition("@")[0], second.partition("@")[0]
    length = next((i for i, (a, b) in enumerate(zip(*names, strict=False)) if a != b), 0)
    return names[0][:length] if length >= 2 else ""


@each(
    _S,
    {"S13_TC08": False, "S13_TC09": True},
    parameter="times",
    requirements=(
        "MS-ASCMD_R4279", "MS-ASCMD_R3761", "MS-ASCMD_R3762", "MS-ASCMD_R4617", "MS-ASCMD_R4623",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_name_may_mean_several(device: Device, other: Device, times: bool) -> None:
    """Status 2 and all of them; of none a certificate or free time is told."""
    if times:
        needs(device, "14.0", "Availability")
    options = (_option("CertificateRetrieval", 2), *(_HALF_HOUR if times else ()))
    response = _response(resolved(device, _ambiguous(device, other), options=options))
    people = list(response.all(f"{_P}:Recipient"))
    told = response.text(_STATUS), response.text(f"{_P}:RecipientCount")
    check(told == ("2", str(len(people))) and len(people) >= 2, f"{told}, {len(people)} come")
    for name in ("Availability", "Certificates"):
        check(all(each.find(f"{_P}:{name}") is None for each in people), f"{name} of one")


_HALF_HOUR = (_times(_START, "2010-03-01T00:30:00.000Z"),)


@each(
    _S,
    {"S13_TC10": (_OK, ""), "S13_TC11": ("161", "more than 20 members")},
    parameter="case",
    requirements=("MS-ASCMD_R4625", "MS-ASCMD_R3338", "MS-ASCMD_R4626", "MS-ASCMD_R4294"),
    registry=REGISTRY,
)
def a_group_is_free_where_all_are(device: Device, case: tuple[str, str]) -> None:
    """One string for all members; of a large group status 161. Needs such a group."""
    needs(device, "14.0", "Availability")
    due, what = case
    name = "conformance-crowd" if what else "conformance-group"
    response = _response(resolved(device, name, options=_HALF_HOUR))
    people = list(response.all(f"{_P}:Recipient"))
    if len(people) != 1:
        check(response.text(_STATUS) in ("2", "3", "4"), f"it is answered by {response}")
        raise Missing(f"a group called {name}")
    found = people[0].find(f"{_P}:Availability")
    told = found.text(_STATUS) if found is not None else ""
    check(told == due, f"status {told!r}, {due} is due")


@scenario(
    _S,
    "S13_TC13",
    requirements=(
        "MS-ASCMD_R3321", "MS-ASCMD_R4291", "MS-ASCMD_R4618", "MS-ASCMD_R4624", "MS-ASCMD_R819",
    ),
    registry=REGISTRY,
)  # fmt: skip
def somebody_is_free_where_nothing_is_planned(device: Device, other: Device) -> None:
    """A digit 0 for each half hour, a part of one at the end too."""
    needs(device, "14.0", "Availability")
    for end, due in (("00:30:00", "0"), ("01:00:00", "00"), ("01:10:00", "000")):
        times = _times(_START, f"2010-03-01T{end}.000Z")
        (person,) = recipients(resolved(device, other.identity.user, options=(times,)))
        found = person.find(f"{_P}:Availability")
        told = (found.text(_STATUS), found.text(f"{_P}:MergedFreeBusy")) if found else ("", "")
        check(told == (_OK, due), f"{told} is told of the time until {end}, {due} is due")


@scenario(
    _S,
    "S13_TC15",
    requirements=("MS-ASCMD_R3319", "MS-ASCMD_R3330", "MS-ASCMD_R3332"),
    registry=REGISTRY,
)
def an_event_takes_each_half_hour_that_it_touches(device: Device) -> None:
    """From 40 minutes after the start to 70: the second and the third digit."""
    needs(device, "14.0", "Availability")
    start = datetime(2011, 1, 3, 2, tzinfo=UTC) + timedelta(days=_day(device))
    calendar = device.folder_of_type(8)
    device.sync_all(calendar)
    begins, ends = start + timedelta(minutes=40), start + timedelta(minutes=70)
    event = add(
        unique("e")[-30:].strip(),
        node("Calendar:StartTime", begins.strftime("%Y%m%dT%H%M%SZ")),
        node("Calendar:EndTime", ends.strftime("%Y%m%dT%H%M%SZ")),
        node("Calendar:Subject", unique("Busy")),
        node("Calendar:BusyStatus", 2),
    )
    made = device.change(calendar, event)
    path = ("AirSync:Responses", "AirSync:Add", "AirSync:Status")
    check(made is not None and made.text(*path) == _OK, "the event is not made")
    times = _times(_said(start), _said(start + timedelta(hours=2)))
    (person,) = recipients(resolved(device, device.identity.user, options=(times,)))
    told = person.text(f"{_P}:Availability", f"{_P}:MergedFreeBusy")
    check(told == "0220", f"{told!r} is told")


def _day(device: Device) -> int:
    """A day of its own for each run on a mailbox, by its id of the device."""
    digits = "".join(sign for sign in device.identity.device_id if sign.isdigit())
    return int(digits or 0) % 3000


@scenario(_S, "S13_TC21", requirements=("MS-ASCMD_R4298",), registry=REGISTRY)
def what_is_not_known_of_somebody_is_status_163(device: Device) -> None:
    """A contact at another place: nobody here knows when it is free."""
    needs(device, "14.0", "Availability")
    name = f"Afar{unique('').strip().replace('-', 'x')}"
    address = f"{name.lower()}@conformance.example"
    folder = device.folder_of_type(9)
    device.sync_all(folder)
    data = node("Contacts:FirstName", name), node("Contacts:Email1Address", address)
    device.change(folder, add(name[-30:], *data))
    people = recipients(resolved(device, name, options=_HALF_HOUR))
    check(len(people) == 1, f"{len(people)} are found")
    told = people[0].text(f"{_P}:Availability", _STATUS)
    check(told == "163", f"status {told!r}")


def _pictures(device: Device, *limits: tuple[str, int]) -> list[Node]:
    needs(device, "14.1", "contact photos")
    asked = _option("Picture", *(_option(name, most) for name, most in limits))
    people = recipients(resolved(device, device.identity.user, options=(asked,)))
    found = [each.find(f"{_P}:Picture") for each in people]
    check(bool(found) and all(each is not None for each in found), "there is no Picture")
    return [each for each in found if each is not None]


@each(
    _S,
    {
        "S13_TC07": (("MaxPictures", 0),),
        "S13_TC16": (("MaxSize", 102_400), ("MaxPictures", 9)),
        "S21_TC02": (("MaxPictures", 3),),
    },
    parameter="limits",
    requirements=("MS-ASCMD_R3287", "MS-ASCMD_R4311", "MS-ASCMD_R4970"),
    registry=REGISTRY,
)
def nobody_without_a_photo_has_one(device: Device, limits: tuple[tuple[str, int], ...]) -> None:
    """Status 173, whatever the limits; unasked nothing is said."""
    for picture in _pictures(device, *limits):
        told = picture.text(_STATUS), picture.data(f"{_P}:Data")
        check(told == (_NO_PHOTO, b""), f"{told} is told")
    for person in recipients(resolved(device, device.identity.user)):
        check(person.find(f"{_P}:Picture") is None, "it is said unasked")


@each(
    _S,
    {
        "S13_TC17": (_OK, (("MaxSize", 102_400), ("MaxPictures", 9))),
        "S13_TC18": ("174", (("MaxSize", 1),)),
        "S13_TC19": ("175", (("MaxPictures", 0),)),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4310", "MS-ASCMD_R4312", "MS-ASCMD_R4313", "MS-ASCMD_R2133"),
    registry=REGISTRY,
)
def a_photo_comes_within_its_limits(
    device: Device, case: tuple[str, tuple[tuple[str, int], ...]]
) -> None:
    """With Data; status 174 where it is too large, 175 where it is one too many."""
    due, limits = case
    if all(each.text(_STATUS) == _NO_PHOTO for each in _pictures(device)):
        raise Missing("contact photos")
    for picture in _pictures(device, *limits):
        told = picture.text(_STATUS), bool(picture.data(f"{_P}:Data"))
        check(told == (due, due == _OK), f"{told} is told, {due} is due")
