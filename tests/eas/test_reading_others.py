"""What devices say of contacts, tasks and notes, element by element."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from eas.contacts import PICTURE_CHARS_MAX
from eas.errors import EasError
from eas.reading.bodies import read_body
from eas.reading.contacts import read_contact_change
from eas.reading.notes import read_note_change
from eas.reading.tasks import read_task_change
from eas.wbxml import Element
from store.model import Body

Said = str | dict[str, Any]


def element(name: str, said: Said) -> Element:
    if isinstance(said, str):
        return Element(name, said)
    page = name.partition(":")[0]
    return Element(name, None, [element(f"{page}:{key}", value) for key, value in said.items()])


def data(page: str, **said: Said) -> Element:
    children = [element(f"{page}:{name}", value) for name, value in said.items()]
    return Element("AirSync:ApplicationData", None, children)


def contact(**said: Said) -> Any:
    return read_contact_change(data("Contacts", **said), "16.1")


def task(before: Any = None, **said: Said) -> Any:
    return read_task_change(data("Tasks", **said), "16.1", before)


def note(*, is_new: bool = False, **said: Said) -> Any:
    return read_note_change(data("Notes", **said), is_new=is_new)


# -- contacts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        "1980-05-17T00:00:00.000Z",  # midnight, whatever the clock
        "1980-05-17T08:00:00.000Z",
        "1980-05-17T11:59:00.000Z",
        "1980-05-17T12:00:00.000Z",
        "1980-05-16T22:00:00.000Z",  # midnight in Berlin
        "1980-05-16T15:00:00.000Z",  # midnight in Tokyo
        "1980-05-17T07:00:00.000Z",  # midnight in California
        "19800517T000000Z",
    ],
)
def test_a_birthday_is_a_day(moment: str) -> None:
    assert contact(Birthday=moment).set == {"birthday": "1980-05-17T11:59:00.000000Z"}
    assert contact(Anniversary=moment).set["wedding_anniversary"].startswith("1980-05-17T11:59")


def test_an_empty_element_takes_away() -> None:
    change = contact(JobTitle="", Birthday="", Email1Address="", Categories={}, Children={})
    assert change.set == {}
    assert set(change.unset) == {
        "job_title", "birthday", "email_addresses.EmailAddress1", "categories", "children",
    }  # fmt: skip


def test_a_street_has_lines_and_a_name_has_none() -> None:
    change = contact(HomeAddressStreet="1 Hill Road\r\nFlat 2", LastName="Love\r\nlace")
    assert change.set == {
        "physical_addresses.Home.street": "1 Hill Road\r\nFlat 2",
        "surname": "Love lace",
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ada@b.example", {"address": "ada@b.example"}),
        ('"Ada Byron" <ada@b.example>', {"address": "ada@b.example", "name": "Ada Byron"}),
        ("Ada <ada@b.example>", {"address": "ada@b.example", "name": "Ada"}),
        ('"ada@b.example" <ada@b.example>', {"address": "ada@b.example"}),
        ("nonsense", {"address": "nonsense"}),
    ],
)
def test_forms_of_an_address(said: str, meant: dict[str, str]) -> None:
    assert contact(Email2Address=said).set == {"email_addresses.EmailAddress2": meant}


def test_a_picture_has_a_size() -> None:
    """MS-ASCNTC 2.2.2.58: 48 KB of base64."""
    most = base64.b64encode(b"x" * (PICTURE_CHARS_MAX * 3 // 4)).decode()
    assert contact(Picture=most).picture == b"x" * (PICTURE_CHARS_MAX * 3 // 4)
    folded = "\r\n".join(most[i : i + 76] for i in range(0, len(most), 76))
    assert contact(Picture=folded).picture is not None
    assert contact(Picture="").picture is None
    for wrong in (most + "AAAA", "no base64!"):
        with pytest.raises(EasError) as refused:
            contact(Picture=wrong)
        assert refused.value.status == 6


def test_300_categories_and_no_more() -> None:
    def of(count: int) -> Element:
        names = [Element("Contacts:Category", str(n)) for n in range(count)]
        categories = Element("Contacts:Categories", None, names)
        return Element("AirSync:ApplicationData", None, [categories])

    assert len(read_contact_change(of(300), "14.1").set["categories"]) == 300
    with pytest.raises(EasError):
        read_contact_change(of(301), "14.1")


def test_a_new_contact_that_does_not_say_how_it_is_filed() -> None:
    new = read_contact_change(data("Contacts", FirstName="Ada"), "14.1", is_new=True)
    assert new.set == {"given_name": "Ada", "file_as_mapping": "last_comma_first"}


# -- tasks -------------------------------------------------------------------------------------

_DAILY = {"Type": "0", "Start": "2026-10-05T00:00:00.000Z", "Interval": "1"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"Start": ""},
        {"Type": ""},
        {"Type": "4"},
        {"DayOfMonth": "5"},
        {"WeekOfMonth": "1"},
        {"CalendarType": "1"},
        {"Type": "2", "DayOfWeek": "1"},
        {"Type": "5", "DayOfWeek": "1"},
        {"Type": "1", "DayOfWeek": "2", "FirstDayOfWeek": "7"},
        {"Interval": "1000"},
        {"Regenerate": "2"},
        {"DeadOccur": "256"},
    ],
)
def test_a_recurrence_that_is_none(wrong: dict[str, str]) -> None:
    """MS-ASTASK 2.2.2.4 to 2.2.2.33: a conversion error."""
    with pytest.raises(EasError) as refused:
        task(Recurrence={k: v for k, v in {**_DAILY, **wrong}.items() if v})
    assert refused.value.status == 6


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({}, {"type": "daily", "interval": 1}),
        ({"DayOfWeek": "62"}, {
            "type": "weekly", "interval": 1, "first_day": "sunday",
            "days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        }),
        ({"Type": "1", "DayOfWeek": "2", "FirstDayOfWeek": "1"}, {
            "type": "weekly", "interval": 1, "first_day": "monday", "days": ["monday"],
        }),
        ({"Type": "2", "DayOfMonth": "31", "CalendarType": "1", "IsLeapMonth": "0"}, {
            "type": "absolute_monthly", "interval": 1, "day_of_month": 31,
        }),
        ({"Type": "3", "DayOfWeek": "127", "WeekOfMonth": "5"}, {
            "type": "relative_monthly", "interval": 1, "index": "last", "days": [
                "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        }),
        ({"Type": "5", "DayOfMonth": "5", "MonthOfYear": "11"}, {
            "type": "absolute_yearly", "interval": 1, "day_of_month": 5, "month": 11,
        }),
        # By number where both are there.
        ({"Occurrences": "3", "Until": "2026-12-01T00:00:00.000Z"}, {
            "type": "daily", "interval": 1, "count": 3,
        }),
        ({"Type": "3", "DayOfWeek": "2", "WeekOfMonth": "1", "Regenerate": "1"}, {
            "type": "absolute_monthly", "interval": 1, "regenerates": True,
        }),
        ({"DeadOccur": "1"}, {"type": "daily", "interval": 1, "dead_occur": True}),
    ],
)  # fmt: skip
def test_a_recurrence(said: dict[str, str], meant: dict[str, Any]) -> None:
    found = task(Recurrence={**_DAILY, **said}).set["recurrence"]
    assert found == {"start": "2026-10-05", **meant}


def test_an_empty_recurrence_and_empty_categories_take_away() -> None:
    assert set(task(Recurrence={}, Categories={}).unset) == {"recurrence", "categories"}


def test_what_is_not_done_stays_as_far_as_it_was() -> None:
    half = {"status": "in_progress", "percent_complete": 50.0}
    assert task(half, Subject="x", Complete="0").set == {"subject": "x"}
    done = {"status": "completed", "percent_complete": 100.0}
    assert task(done, Complete="0").set == {"status": "not_started"}
    assert task(half, Complete="1", DateCompleted="2026-10-05T08:00:00.000Z").set == {
        "status": "completed",
        "complete_date": "2026-10-05T08:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ({"UtcDueDate": "2026-10-05T22:00:00.000Z", "DueDate": "2026-10-06T00:00:00.000Z"}, 6),
        ({"DueDate": "2026-10-06T00:00:00.000Z"}, 6),
        ({"UtcDueDate": "2026-10-06T00:00:00.000Z"}, 6),
    ],
)
def test_a_day_is_that_of_the_device(said: dict[str, Said], day: int) -> None:
    assert task(**said).set == {"due_date": f"2026-10-{day:02}T00:00:00.000000Z"}


@pytest.mark.parametrize(
    "wrong",
    [{"ReminderSet": "2"}, {"Complete": "2"}, {"Sensitivity": "4"}, {"Importance": "256"},
     {"DueDate": "soon"}],
)  # fmt: skip
def test_a_value_that_is_none(wrong: dict[str, Said]) -> None:
    with pytest.raises(EasError) as refused:
        task(**wrong)
    assert refused.value.status == 6


def test_an_importance_beyond_those_there_are() -> None:
    """MS-ASTASK 2.2.2.14: it is taken, and told again as it came."""
    assert task(Importance="7").set == {"importance": "high", "importance_number": 7}
    assert task(Importance="1").set == {"importance": "normal"}


# -- notes -------------------------------------------------------------------------------------


def test_a_change_of_a_note_names_all_its_categories() -> None:
    """MS-ASNOTE 3.2.5.3: those that are missing are gone; subject and body stay."""
    assert note(Subject="s").unset == ("categories",)
    assert note(Subject="s", Categories={"Category": "Red"}).set["categories"] == ["Red"]
    assert note(is_new=True, Subject="s").unset == ()


@pytest.mark.parametrize("name", ["IPM.StickyNote", "ipm.stickynote", "IPM.StickyNote.Acme"])
def test_the_class_of_a_note(name: str) -> None:
    assert note(MessageClass=name).set["item_class"] == name
    assert note(is_new=True, MessageClass=name).item_class == name


@pytest.mark.parametrize("name", ["", "IPM.Note", "IPM.StickyNotes", "IPM.StickyNote.", "x"])
def test_a_class_that_no_note_has(name: str) -> None:
    with pytest.raises(EasError) as refused:
        note(MessageClass=name)
    assert refused.value.status == 6


def test_when_a_note_changed_is_for_the_server_to_say() -> None:
    assert note(is_new=True, LastModifiedDate="20010101T000000Z").set == {}


# -- bodies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "children",
    [
        [("Data", "x"), ("Type", "1")],
        [("Type", "1"), ("Type", "1"), ("Data", "x")],
        [("Type", "1"), ("Data", "x"), ("Truncated", "0")],
        [("Type", "1"), ("Data", "x"), ("DisplayName", "x")],
    ],
)
def test_a_body_says_each_thing_once_in_its_order(children: list[tuple[str, str]]) -> None:
    """MS-ASAIRS_R10027 to R10029."""
    body = [Element(f"AirSyncBase:{name}", value) for name, value in children]
    with pytest.raises(EasError) as refused:
        read_body(Element("AirSyncBase:Body", None, body))
    assert refused.value.status == 6


_RTF = rb"{\rtf1\ansi The quay wall\par holds.}"


def _body(type: str, words: str | None) -> Body | None:
    said = {"Type": type} if words is None else {"Type": type, "Data": words}
    return read_body(element("AirSyncBase:Body", said))


def test_bodies_of_text_and_html() -> None:
    assert _body("1", "a\r\nb") == Body(text="a\r\nb")
    assert _body("2", "<p>a</p>") == Body(html="<p>a</p>")
    assert _body("1", None) is None
    assert _body("1", "") == Body(text="")


@pytest.mark.parametrize(
    "data",
    [
        _RTF,
        (len(_RTF) + 12).to_bytes(4, "little") + len(_RTF).to_bytes(4, "little")
        + b"MELA" + bytes(4) + _RTF,
    ],
    ids=["plain", "uncompressed"],
)  # fmt: skip
def test_a_body_of_rtf(data: bytes) -> None:
    body = _body("3", base64.b64encode(data).decode())
    assert body is not None and (body.text or "").split() == ["The", "quay", "wall", "holds."]


@pytest.mark.parametrize("words", ["no base64!", base64.b64encode(b"no RTF at all").decode()])
def test_a_body_that_is_no_rtf(words: str) -> None:
    with pytest.raises(EasError):
        _body("3", words)
    with pytest.raises(EasError):
        _body("4", "MIME")
