"""MS-ASAIRS S05 and S06: places of events, and words that go with an answer to a meeting."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.events import SUBJECT, event, times
from conformance.eas.given import by_name
from conformance.eas.mailing import arrived, rare_word, unique
from conformance.eas.meetings import ACCEPT, Meeting
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by, words
from conformance.eas.things import CALENDAR, body, changed, fetched, place, synced, words_of
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASAIRS"
_B, _LOCATION = "AirSyncBase", "AirSyncBase:Location"
_PLACE = {
    "DisplayName": "Quay 7",
    "Annotation": "Behind the crane",
    "Street": "1 Harbour Road",
    "City": "Port",
    "State": "Coast",
    "Country": "Land",
    "PostalCode": "12345",
    "Latitude": "11.56",
    "Longitude": "1.9",
    "Accuracy": "1",
    "Altitude": "55.46",
    "AltitudeAccuracy": "1",
    "LocationUri": "https://places.example/quay7",
}
_NUMBERS = {"Latitude", "Longitude", "Accuracy", "Altitude", "AltitudeAccuracy"}


def _check_place(way: str, found: Node | None) -> None:
    told = {} if found is None else {child.name: child.text() for child in found.children}
    for name, due in _PLACE.items():
        said = told.get(f"{_B}:{name}", "")
        same = float(said or "nan") == float(due) if name in _NUMBERS else said == due
        check(same, f"{way}: {name} is {said!r}, {due!r} is due")


@scenario(
    _S,
    "S05_TC01",
    requirements=(
        "MS-ASAIRS_R1201",
        "MS-ASAIRS_R1203",
        "MS-ASAIRS_R1204",
        "MS-ASAIRS_R1208",
        "MS-ASAIRS_R1360",
        "MS-ASAIRS_R1001013",
    ),
    registry=REGISTRY,
)
def a_place_has_all_that_a_device_says_of_it(device: Device, second: Device) -> None:
    """By each command, until an empty Location takes it away."""
    needs(device, "16.0", "Location of AirSyncBase")
    word = rare_word()
    said = node(_LOCATION, *(node(f"{_B}:{name}", value) for name, value in _PLACE.items()))
    id = event(device, node(SUBJECT, f"Event {word}"), *times(), said)
    due = f"Event {word}"

    def by_each() -> dict[str, Node | None]:
        results = found_by(device, *place(device, "Calendar", CALENDAR), words(word))
        check(len(results) == 1, f"the event is found {len(results)} times")
        (fetch,) = fetched(device, CALENDAR, id)
        found = results[0].find("Search:Properties") or node("Search:Properties")
        ways = {
            "Sync": synced(second, CALENDAR, id),
            "ItemOperations": by_name(fetch),
            "Search": by_name(found),
        }
        for way, data in ways.items():
            check(words_of(data, SUBJECT) == due, f"{way} gives another subject")
        return {way: data.get(_LOCATION) for way, data in ways.items()}

    for way, found in by_each().items():
        _check_place(way, found)
    changed(device, CALENDAR, id, node(_LOCATION))
    for way, found in by_each().items():
        left = [child.text() for child in found.children] if found is not None else []
        check(not any(left), f"{way}: {left} is left of the place")


@each(
    _S,
    {"S06_TC01": (1, "{}"), "S06_TC02": (2, "<html><body><p>{}</p></body></html>")},
    parameter="case",
    requirements=(
        "MS-ASAIRS_R1331",
        "MS-ASAIRS_R1333",
        "MS-ASAIRS_R1000954",
        "MS-ASAIRS_R1400",
        "MS-ASAIRS_R14000918",
        "MS-ASAIRS_R1401",
        "MS-ASAIRS_R14010918",
    ),
    registry=REGISTRY,
)
def words_go_with_an_answer(device: Device, other: Device, case: tuple[int, str]) -> None:
    """To the organiser, as text or HTML; the meeting stands in the calendar."""
    needs(device, "16.0", "SendResponse")
    type, form = case
    meeting = Meeting(device, other)
    said = unique("I come")
    meeting.answer(ACCEPT, body(form.format(said), type))
    entry = meeting.entry(other)
    check(words_of(entry, "Calendar:BusyStatus") == "2", "the attendee is not busy then")
    _, _, mail = arrived(device, f"Accepted: {meeting.subject}")
    told = mail[f"{_B}:Body"].text(f"{_B}:Data")
    check(said in told, f"the organiser reads {told!r}")
