"""MS-ASNOTE: notes made, changed, searched and fetched."""

from __future__ import annotations

import base64
import re

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, collection, sync
from conformance.eas.mailing import rare_word, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by
from conformance.eas.things import (
    CONVERSION,
    NOTES,
    add_status,
    added,
    body,
    changed,
    check_schema,
    data_of,
    fetched,
    list_of,
    listed,
    place,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASNOTE", "Notes"
_SUBJECT, _CATEGORIES, _CHANGED = f"{_P}:Subject", f"{_P}:Categories", f"{_P}:LastModifiedDate"
_LONG_AGO = "19990909T090909Z"
_COMPACT = re.compile(r"\d{8}T\d{6}Z")


def _categories(*names: str) -> Node:
    return listed(_CATEGORIES, f"{_P}:Category", list(names))


def _note(device: Device, subject: str, *more: Node) -> str:
    needs(device, "14.0", "notes")
    return added(device, NOTES, node(_SUBJECT, subject), *more)


@scenario(
    _S,
    "S01_TC01",
    requirements=("MS-ASNOTE_R211", "MS-ASNOTE_R123", "MS-ASNOTE_R58", "MS-ASNOTE_R51"),
    registry=REGISTRY,
)
def a_note_is_what_was_written(device: Device, second: Device) -> None:
    """Subject, words, labels and class; and when it was changed last."""
    subject = unique("Note")
    class_ = node(f"{_P}:MessageClass", "IPM.StickyNote")
    id = _note(device, subject, body("Buy milk"), _categories("Red", "Blue"), class_)
    data = synced(second, NOTES, id)
    check(words_of(data, _SUBJECT) == subject, f"the subject is {words_of(data, _SUBJECT)!r}")
    check(data_of(data).strip() == "Buy milk", f"the words are {data_of(data)!r}")
    check(set(list_of(data, _CATEGORIES)) == {"Red", "Blue"}, "the labels differ")
    check(words_of(data, f"{_P}:MessageClass") == "IPM.StickyNote", "the class differs")
    check(bool(_COMPACT.fullmatch(words_of(data, _CHANGED))), "it is not said when it changed")


@scenario(_S, "S01_TC02", requirements=("MS-ASNOTE_R113",), registry=REGISTRY)
def words_stay_where_a_change_has_none(device: Device, second: Device) -> None:
    """A change without a Body."""
    id = _note(device, unique("Note"), body("These stay"))
    after = unique("Renamed")
    changed(device, NOTES, id, node(_SUBJECT, after))
    data = synced(second, NOTES, id)
    check(words_of(data, _SUBJECT) == after, "the subject is not changed")
    check(data_of(data).strip() == "These stay", f"the words are {data_of(data)!r}")


@scenario(
    _S,
    "S01_TC03",
    requirements=("MS-ASNOTE_R84", "MS-ASNOTE_R209", "MS-ASNOTE_R126", "MS-ASNOTE_R210"),
    registry=REGISTRY,
)
def the_server_says_when_a_note_was_changed(device: Device, second: Device) -> None:
    """A device's own date is ignored, in a new note and in a change."""
    id = _note(device, unique("Note"), node(_CHANGED, _LONG_AGO))
    first = words_of(synced(second, NOTES, id), _CHANGED)
    check(bool(_COMPACT.fullmatch(first)), f"no moment is told, but {first!r}")
    check(first[:4] != _LONG_AGO[:4], "the device's date was taken")
    changed(device, NOTES, id, node(_SUBJECT, unique("Renamed")), node(_CHANGED, _LONG_AGO))
    then = words_of(synced(second, NOTES, id), _CHANGED)
    check(then >= first, f"it was changed at {then}, before {first}")


@scenario(_S, "S01_TC04", requirements=("MS-ASNOTE_R114",), registry=REGISTRY)
def notes_have_no_ghosted_elements(device: Device) -> None:
    """Supported is status 4."""
    needs(device, "14.0", "notes")
    supported = node("AirSync:Supported", node(_SUBJECT))
    asked = collection("0", device.folder_of_type(NOTES), more=[supported])
    answer = device.ask("Sync", sync([asked]))
    whole = ("AirSync:Collections", "AirSync:Collection", "AirSync:Status")
    told = answer.text("AirSync:Status") or answer.text(*whole)
    check(told == "4", f"status {told!r}")


@scenario(_S, "S01_TC05", requirements=("MS-ASNOTE_R119",), registry=REGISTRY)
def a_note_has_a_class_of_notes(device: Device) -> None:
    """Another is status 6."""
    needs(device, "14.0", "notes")
    for wrong in ("IPM.invalidClass", "IPM.StickyNotes", "IPM.Note"):
        class_ = node(f"{_P}:MessageClass", wrong)
        status, _ = add_status(device, NOTES, node(_SUBJECT, unique("Note")), class_)
        check(status == CONVERSION, f"{wrong} has status {status}")


_RTF = base64.b64encode(rb"{\rtf1\ansi Some \b rich\b0  words}").decode()


@each(
    _S,
    {
        "S01_TC06 text": ("Some rich words", 1),
        "S01_TC06 HTML": ("<html><body><p>Some <b>rich</b> words</p></body></html>", 2),
        "S01_TC06 RTF": (_RTF, 3),
    },
    parameter="case",
    requirements=("MS-ASNOTE_R38", "MS-ASNOTE_R39", "MS-ASNOTE_R40"),
    registry=REGISTRY,
)
def words_come_as_text_html_and_rtf(device: Device, second: Device, case: tuple[str, int]) -> None:
    """Each is read as what it says it is."""
    id = _note(device, unique("Note"), body(*case))
    data = synced(second, NOTES, id, body_preference(1))
    words = " ".join(data_of(data).split())
    check(words == "Some rich words", f"the words are {words!r}")


@scenario(
    _S,
    "S01_TC07",
    requirements=("MS-ASNOTE_R10002", "MS-ASNOTE_R10003", "MS-ASNOTE_R112"),
    registry=REGISTRY,
)
def labels_go_where_a_change_leaves_them_out(device: Device, second: Device) -> None:
    """One of them, then all; the subject stays."""
    subject = unique("Note")
    id = _note(device, subject, _categories("Red", "Blue"))
    changed(device, NOTES, id, _categories("Red"))
    data = synced(second, NOTES, id)
    check(list_of(data, _CATEGORIES) == ["Red"], f"there are {list_of(data, _CATEGORIES)}")
    check(words_of(data, _SUBJECT) == subject, "the subject is gone")
    changed(device, NOTES, id, body("Other words"))
    second.begin(second.folder_of_type(NOTES))
    data = synced(second, NOTES, id)
    check(list_of(data, _CATEGORIES) == [], f"there are {list_of(data, _CATEGORIES)} still")
    check(words_of(data, _SUBJECT) == subject, "the subject is gone")


@scenario(_S, "S02_TC01", requirements=("MS-ASNOTE_R208", "MS-ASNOTE_R128"), registry=REGISTRY)
def a_search_gives_each_note_that_fits(device: Device) -> None:
    """Two, or none."""
    word = rare_word()
    for number in range(2):
        _note(device, f"{word} {number}")
    where = place(device, _P, NOTES)
    found = found_by(device, *where, node("Search:FreeText", word))
    subjects = {each.text("Search:Properties", _SUBJECT) for each in found}
    check(subjects == {f"{word} 0", f"{word} 1"}, f"it gives {subjects}")
    check(found_by(device, *where, node("Search:FreeText", f"{word}none")) == [], "it gives some")


@scenario(_S, "S03_TC01", requirements=("MS-ASNOTE_R208", "MS-ASNOTE_R128"), registry=REGISTRY)
def a_fetch_gives_each_note_asked_for(device: Device) -> None:
    """Two at once."""
    subjects = [unique("Note") for _ in range(2)]
    ids = [_note(device, subject) for subject in subjects]
    found = fetched(device, NOTES, *ids)
    check([each.text(_SUBJECT) for each in found] == subjects, f"it gives {found}")


@scenario(_S, "S03_TC02", requirements=("MS-ASNOTE_R103",), registry=REGISTRY)
def a_fetch_gives_no_more_than_its_schema(device: Device) -> None:
    """Subject and words, not the labels."""
    subject = unique("Note")
    id = _note(device, subject, body("Words"), _categories("Red"))
    check(check_schema(device, NOTES, id, _SUBJECT) == subject, "the subject differs")
