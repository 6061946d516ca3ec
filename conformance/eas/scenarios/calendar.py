"""MS-ASCAL: events made, changed, fetched and searched."""

from __future__ import annotations

from datetime import timedelta

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.events import (
    END,
    START,
    SUBJECT,
    P,
    attendees,
    compact,
    event,
    exception,
    exceptions,
    exceptions_of,
    is_new,
    location,
    moment_of,
    now,
    place_of,
    rule,
    times,
    tomorrow,
)
from conformance.eas.mailing import rare_word, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by
from conformance.eas.things import (
    CALENDAR,
    CONVERSION,
    add_status,
    body,
    changed,
    check_schema,
    fetched,
    list_of,
    listed,
    place,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASCAL"
_CATEGORIES, _HALF_HOUR = f"{P}:Categories", timedelta(minutes=30)
_DAILY: dict[str, str | int] = {"Type": 0, "Interval": 1, "Occurrences": 6}


@each(
    _S,
    {"S01_TC01 timed": 0, "S01_TC01 all day": 1},
    parameter="value",
    requirements=("MS-ASCAL_R85", "MS-ASCAL_R86", "MS-ASCAL_R7911"),
    registry=REGISTRY,
)
def an_event_is_of_hours_or_of_days(device: Device, second: Device, value: int) -> None:
    """AllDayEvent comes back."""
    midnight = tomorrow(0)
    when = times(midnight, 24)
    data = synced(second, CALENDAR, event(device, node(f"{P}:AllDayEvent", value), *when))
    told = words_of(data, f"{P}:AllDayEvent")
    check(told == str(value), f"it is {told!r}")


@each(
    _S,
    {f"S01_TC02 {value}": value for value in range(4)},
    parameter="value",
    requirements=(
        "MS-ASCAL_R610", "MS-ASCAL_R611", "MS-ASCAL_R612", "MS-ASCAL_R613", "MS-ASCAL_R42111",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_event_is_as_private_as_it_was_made(device: Device, second: Device, value: int) -> None:
    """Sensitivity comes back."""
    data = synced(second, CALENDAR, event(device, node(f"{P}:Sensitivity", value)))
    told = words_of(data, f"{P}:Sensitivity")
    check(told == str(value), f"it is {told!r}")


@scenario(_S, "S01_TC03", requirements=("MS-ASCAL_R42911", "MS-ASCAL_R23311"), registry=REGISTRY)
def an_event_needs_no_more_than_its_times(device: Device, second: Device) -> None:
    """And a subject."""
    subject = unique("Event")
    when = times()
    data = synced(second, CALENDAR, event(device, node(SUBJECT, subject), *when))
    check(words_of(data, SUBJECT) == subject, "the subject differs")
    check(words_of(data, START) == str(when[0].value), "the start differs")
    check(words_of(data, END) == str(when[1].value), "the end differs")


@scenario(
    _S,
    "S01_TC04",
    requirements=(
        "MS-ASCAL_R21911", "MS-ASCAL_R29411", "MS-ASCAL_R36211", "MS-ASCAL_R36711",
        "MS-ASCAL_R2169", "MS-ASCAL_R39011", "MS-ASCAL_R44511", "MS-ASCAL_R46011",
        "MS-ASCAL_R310", "MS-ASCAL_R33411",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_event_tells_what_belongs_to_it(device: Device, second: Device) -> None:
    """Place, reminder, zone, when it was made, whose it is, its UID, how its words are kept."""
    id = event(device, location(device, "Room 1"), node(f"{P}:Reminder", 10), body("Words"))
    data = synced(second, CALENDAR, id)
    check(place_of(data) == "Room 1", f"the place is {place_of(data)!r}")
    check(words_of(data, f"{P}:Reminder") == "10", "the reminder differs")
    made = moment_of(words_of(data, f"{P}:DtStamp"))
    check(abs(made - now()) < timedelta(days=1), f"it was made at {made}")
    for name in ("Timezone", "UID"):
        check(bool(words_of(data, f"{P}:{name}")), f"{name} is missing")
    organizer = words_of(data, f"{P}:OrganizerEmail")
    check(organizer.lower() == device.identity.user.lower(), f"it is {organizer!r}'s")
    check(bool(words_of(data, f"{P}:OrganizerName")), "nobody has made it")
    check(words_of(data, f"{P}:MeetingStatus") == "0", "it is a meeting")
    check(words_of(data, "AirSyncBase:NativeBodyType") in "123", "it does not say how it is kept")


def _is_rounded_now(text: str) -> bool:
    moment = moment_of(text)
    return moment.minute in (0, 30) and abs(moment - now()) <= _HALF_HOUR


@scenario(_S, "S01_TC05", requirements=("MS-ASCAL_R52511", "MS-ASCAL_R52514"), registry=REGISTRY)
def without_times_an_event_is_now(device: Device, second: Device) -> None:
    """From the nearest half hour, for half an hour."""
    subject = node(SUBJECT, unique("Event"))
    status, data = _odd(device, second, subject)
    check(status == "1", f"status {status}")
    start, end = words_of(data, START), words_of(data, END)
    check(_is_rounded_now(start), f"it starts at {start}")
    check(moment_of(end) - moment_of(start) == _HALF_HOUR, f"it ends at {end}")


def _odd(device: Device, second: Device, *data: Node) -> tuple[str, dict[str, Node]]:
    """Status of an event with just that, and what came of it."""
    status, id = add_status(device, CALENDAR, *data)
    return status, dict(synced(second, CALENDAR, id)) if id else {}


@scenario(
    _S,
    "S01_TC06",
    requirements=("MS-ASCAL_R52515", "MS-ASCAL_R53915", "MS-ASCAL_R5251611"),
    registry=REGISTRY,
)
def an_end_alone_lies_in_the_future(device: Device, second: Device) -> None:
    """One in the past is status 6."""
    end = node(END, compact(now() - timedelta(days=2)))
    status, _ = _odd(device, second, node(SUBJECT, unique("Event")), end)
    check(status == CONVERSION, f"status {status}")


@scenario(_S, "S01_TC07", requirements=("MS-ASCAL_R52516", "MS-ASCAL_R23311"), registry=REGISTRY)
def with_an_end_alone_an_event_begins_now(device: Device, second: Device) -> None:
    """And ends when it says."""
    end = compact(now() + timedelta(days=2))
    status, data = _odd(device, second, node(SUBJECT, unique("Event")), node(END, end))
    check(status == "1", f"status {status}")
    check(_is_rounded_now(words_of(data, START)), f"it starts at {words_of(data, START)}")
    check(words_of(data, END) == end, f"it ends at {words_of(data, END)}")


@scenario(_S, "S01_TC08", requirements=("MS-ASCAL_R52517", "MS-ASCAL_R42911"), registry=REGISTRY)
def with_a_start_alone_an_event_ends_soon(device: Device, second: Device) -> None:
    """Half an hour behind the nearest half hour."""
    start = compact(now() - timedelta(days=2))
    status, data = _odd(device, second, node(SUBJECT, unique("Event")), node(START, start))
    check(status == "1", f"status {status}")
    check(words_of(data, START) == start, f"it starts at {words_of(data, START)}")
    end = moment_of(words_of(data, END)) - _HALF_HOUR
    check(_is_rounded_now(compact(end)), f"it ends at {words_of(data, END)}")


@scenario(_S, "S01_TC09", requirements=("MS-ASCAL_R52518",), registry=REGISTRY)
def a_start_alone_lies_in_the_past(device: Device, second: Device) -> None:
    """One in the future is status 6."""
    start = node(START, compact(now() + timedelta(days=2)))
    status, _ = _odd(device, second, node(SUBJECT, unique("Event")), start)
    check(status == CONVERSION, f"status {status}")


def _categories(*names: str) -> Node:
    return listed(_CATEGORIES, f"{P}:Category", list(names))


@scenario(
    _S,
    "S01_TC10",
    requirements=(
        "MS-ASCAL_R17711", "MS-ASCAL_R17911", "MS-ASCAL_R18011", "MS-ASCAL_R18311",
        "MS-ASCAL_R18312", "MS-ASCAL_R11026", "MS-ASCAL_R2083",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_event_and_its_exception_have_their_labels(device: Device, second: Device) -> None:
    """Each its own; of an event up to three hundred."""
    many = [f"Label {number}" for number in range(300)]
    start = tomorrow()
    data: list[Node] = [_categories(*many), *times(start), rule(_DAILY)]
    if not is_new(device):
        second_day = start + timedelta(days=1)
        data.append(exceptions(exception(second_day, _categories("Other"))))
    shown = synced(second, CALENDAR, event(device, *data))
    check(set(list_of(shown, _CATEGORIES)) == set(many), "the labels differ")
    if not is_new(device):
        (changed_one,) = exceptions_of(shown)
        check(list_of(changed_one, _CATEGORIES) == ["Other"], "the exception's labels differ")


@scenario(_S, "S01_TC18", requirements=("MS-ASCAL_R52521", "MS-ASCAL_R52529"), registry=REGISTRY)
def an_address_that_is_none_is_kept(device: Device, second: Device) -> None:
    """As the device wrote it."""
    meeting = [] if is_new(device) else [node(f"{P}:MeetingStatus", 1)]
    data = synced(second, CALENDAR, event(device, attendees(("wrongFormat", 1)), *meeting))
    people = data[f"{P}:Attendees"].all(f"{P}:Attendee") if f"{P}:Attendees" in data else ()
    told = [each.text(f"{P}:Email") for each in people]
    check(told == ["wrongFormat"], f"there are {told}")


@scenario(
    _S,
    "S01_TC28",
    requirements=(
        "MS-ASCAL_R128", "MS-ASCAL_R399", "MS-ASCAL_R319", "MS-ASCAL_R365", "MS-ASCAL_R370",
        "MS-ASCAL_R111", "MS-ASCAL_R301",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_change_leaves_ghosted_elements(device: Device, other: Device, second: Device) -> None:
    """Words and people stay; before 16.0 a place that is not named goes."""
    more = [location(device, "Room 1"), body("Words"), attendees((other.identity.user, 1))]
    if not is_new(device):
        more.append(node(f"{P}:MeetingStatus", 1))
    id = event(device, *more)
    before = synced(second, CALENDAR, id)
    after = unique("Renamed")
    changed(device, CALENDAR, id, node(SUBJECT, after))
    second.begin(second.folder_of_type(CALENDAR))
    data = synced(second, CALENDAR, id)
    check(words_of(data, SUBJECT) == after, "the subject is not changed")
    for name in ("Attendees", "OrganizerEmail", "OrganizerName", "MeetingStatus"):
        was, is_now = str(before.get(f"{P}:{name}")), str(data.get(f"{P}:{name}"))
        check(was == is_now, f"{name} was {was} and is {is_now}")
    check("Words" in str(data["AirSyncBase:Body"]), "the words are gone")
    place = place_of(data)
    check(place == ("Room 1" if is_new(device) else ""), f"the place is {place!r}")


@scenario(
    _S,
    "S01_TC29",
    requirements=("MS-ASCAL_R530", "MS-ASCAL_R525", "MS-ASCAL_R528"),
    registry=REGISTRY,
)
def a_fetch_gives_the_event_and_no_more_than_its_schema(device: Device) -> None:
    """Whole, and then of it subject and words."""
    subject = unique("Event")
    id = event(device, node(SUBJECT, subject), body("Words"), node(f"{P}:Reminder", 10))
    (whole,) = fetched(device, CALENDAR, id, options=(body_preference(1),))
    check(whole.text(SUBJECT) == subject, "the subject differs")
    check(whole.text(f"{P}:Reminder") == "10", "the reminder differs")
    check(check_schema(device, CALENDAR, id, SUBJECT) == subject, "the subject differs")


@scenario(_S, "S01_TC30", requirements=("MS-ASCAL_R533", "MS-ASCAL_R523"), registry=REGISTRY)
def a_search_gives_the_event(device: Device) -> None:
    """With its elements."""
    word = rare_word()
    event(device, node(SUBJECT, word), node(f"{P}:Reminder", 10))
    where = place(device, P, CALENDAR)
    (found,) = found_by(device, *where, node("Search:FreeText", word))
    check(found.text("Search:Properties", SUBJECT) == word, f"it gives {found}")
    check(found.text("Search:Properties", f"{P}:Reminder") == "10", f"it gives {found}")


@scenario(_S, "S01_TC32", requirements=("MS-ASCAL_R2223",), registry=REGISTRY)
def the_server_names_an_event(device: Device, second: Device) -> None:
    """By a UID, each by its own."""
    told = [words_of(synced(second, CALENDAR, event(device)), f"{P}:UID") for _ in range(2)]
    check(all(told) and told[0] != told[1], f"the UIDs are {told}")


def _series(device: Device, *data: Node) -> tuple[str, list[Node]]:
    """A series whose fourth day is an exception, and what a change must repeat of it."""
    needs(device, "12.1", "Exceptions of a device", last="14.1")
    start = tomorrow()
    kept = [node(SUBJECT, unique("Series")), *times(start), location(device, "Room 1")]
    fourth = start + timedelta(days=3)
    own = [node(SUBJECT, "Other subject"), node(f"{P}:Location", "Room 666"), *data]
    repeated = [*kept, rule(_DAILY)]
    return event(device, *repeated, exceptions(exception(fourth, *own))), repeated


@scenario(_S, "S01_TC31", requirements=("MS-ASCAL_R54111", "MS-ASCAL_R541"), registry=REGISTRY)
def a_change_without_exceptions_leaves_them(device: Device, second: Device) -> None:
    """The series has another reminder, its fourth day still another place."""
    id, repeated = _series(device)
    changed(device, CALENDAR, id, *repeated, node(f"{P}:Reminder", 10))
    data = synced(second, CALENDAR, id)
    (told,) = exceptions_of(data)
    check(words_of(data, f"{P}:Reminder") == "10", "the series is not changed")
    check(words_of(told, SUBJECT) == "Other subject", f"the exception is {told}")
    check(place_of(told) == "Room 666", f"the exception is {told}")


@scenario(
    _S,
    "S01_TC33",
    requirements=("MS-ASCAL_R2242", "MS-ASCAL_R539", "MS-ASCAL_R543"),
    registry=REGISTRY,
)
def an_exception_may_lack_what_the_series_has(device: Device, second: Device) -> None:
    """An empty Location there, from the device and from the server."""
    id, repeated = _series(device)
    fourth = moment_of(str(repeated[1].value)) + timedelta(days=3)
    own = exception(fourth, node(SUBJECT, "Other subject"), node(f"{P}:Location"))
    changed(device, CALENDAR, id, *repeated, exceptions(own))
    data = synced(second, CALENDAR, id)
    (told,) = exceptions_of(data)
    check(place_of(data) == "Room 1", f"the series is at {place_of(data)!r}")
    check(f"{P}:Location" in told, "the exception has the place of the series")
    check(not words_of(told, f"{P}:Location"), f"the exception is at {place_of(told)!r}")


@scenario(_S, "S01_TC34", requirements=("MS-ASCAL_R542",), registry=REGISTRY)
def an_exception_that_is_not_named_stays(device: Device, second: Device) -> None:
    """Of two, one is named."""
    id, repeated = _series(device)
    start = moment_of(str(repeated[1].value))
    fifth = exception(start + timedelta(days=4), node(SUBJECT, "Fifth"))
    changed(device, CALENDAR, id, *repeated, exceptions(fifth))
    told = {words_of(each, SUBJECT) for each in exceptions_of(synced(second, CALENDAR, id))}
    check(told == {"Other subject", "Fifth"}, f"the exceptions are {told}")
