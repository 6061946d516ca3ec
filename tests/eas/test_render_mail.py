"""Messages as ApplicationData: every element, what is left out, what a version knows."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eas.reading.mail import read_change as read
from eas.reading.options import BodyPreference, Options
from eas.render.attachments import display_name
from eas.render.mail import VERB, VERB_TIME, application_data, read_change, when
from eas.render.people import address, addresses, names
from eas.wbxml import Element
from schemas import voice_mail
from schemas.eas.codepages import tag_named
from store.mime.headers import mailboxes
from store.model import Attachment, AttachmentDraft, Body, Item, ItemDraft
from tests.eas.messages import ANNA, BEN, RECEIVED, VERSIONS, item, item_of, named, violations

OPTIONS = Options(bodies=(BodyPreference(1),))
DAY = "2026-05-02T08:00:00.000000Z"
WEEK = "2026-05-08T16:00:00.000000Z"


def data(of: Item, version: str = "16.1") -> dict[str, Element]:
    """The elements of a message, after a look at the grammar."""
    elements = application_data(of, OPTIONS, version)
    assert violations(elements, version) == []
    return named(elements)


def values(of: Item, version: str = "16.1") -> dict[str, Any]:
    return {name: element.value for name, element in data(of, version).items()}


def test_a_message_says_who_what_and_when() -> None:
    found = values(item(cc=[ANNA, BEN], importance="high", is_read=True))
    assert found["Email:To"] == '"Ben" <ben@example.org>'
    assert found["Email:Cc"] == '"Anna Ångström" <anna@example.org>, "Ben" <ben@example.org>'
    assert found["Email:From"] == '"Anna Ångström" <anna@example.org>'
    assert found["Email:Subject"] == found["Email:ThreadTopic"] == "Minutes"
    assert found["Email:DateReceived"] == "2026-05-01T10:11:12.123Z"
    assert found["Email:DisplayTo"] == "Ben"
    assert (found["Email:Importance"], found["Email:Read"]) == ("2", "1")
    assert found["Email:MessageClass"] == "IPM.Note"
    assert found["Email:InternetCPID"] == "65001"
    assert found["Email:ContentClass"] == "urn:content-classes:message"


def test_importance_is_always_said() -> None:
    # Android 4 reads a missing one as low.
    for importance, value in (("low", "0"), ("normal", "1"), ("high", "2")):
        assert values(item(importance=importance))["Email:Importance"] == value
    assert values(item())["Email:Importance"] == "1"


def test_the_parts_of_a_message_stand_where_microsoft_puts_them() -> None:
    # Attachments and Body follow Read; devices of old read no other order.
    order = list(data(item(), "12.1"))
    assert order == [
        "Email:To", "Email:From", "Email:Subject", "Email:DateReceived", "Email:DisplayTo",
        "Email:ThreadTopic", "Email:Importance", "Email:Read", "AirSyncBase:Body",
        "Email:MessageClass", "Email:InternetCPID", "Email:Flag", "Email:ContentClass",
        "AirSyncBase:NativeBodyType",
    ]  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_no_version_is_sent_a_tag_that_it_does_not_know(version: str) -> None:
    everything = item(
        cc=[BEN], bcc=[BEN], reply_to=[BEN], sender=BEN, categories=["Red"], is_draft=True
    )
    extended = {VERB: 102, VERB_TIME: RECEIVED}
    everything = msgspec.structs.replace(everything, extended=extended)
    found = data(everything, version)
    assert all(tag_named(name).is_known_to(version) for name in found)
    assert ("Email:Categories" in found) is (version >= "14.0")
    assert ("Email2:ConversationId" in found) is (version >= "14.0")
    assert ("Email2:LastVerbExecuted" in found) is (version >= "14.0")
    assert ("Email2:Sender" in found) is (version >= "14.0")
    assert ("Email2:IsDraft" in found) is (version >= "16.0")
    assert ("Email2:Bcc" in found) is (version >= "16.0")


def test_who_sent_is_said_only_where_it_is_not_the_author() -> None:
    # MS-ASEMAIL_R726
    assert "Email2:Sender" not in data(item(sender=ANNA))
    assert "Email2:Sender" not in data(item())
    assert values(item(sender=BEN))["Email2:Sender"] == '"Ben" <ben@example.org>'


def test_blind_copies_are_told_to_their_author_from_16_on() -> None:
    for version in VERSIONS:
        found = values(item(bcc=[BEN], is_draft=True), version)
        assert found.get("Email2:Bcc") == ('"Ben" <ben@example.org>' if version >= "16.0" else None)


def test_answers_go_to_addresses_between_semicolons() -> None:
    # MS-ASEMAIL_R711
    found = values(item(reply_to=[ANNA, BEN]))["Email:ReplyTo"]
    assert found == '"Anna Ångström" <anna@example.org>; "Ben" <ben@example.org>'


def test_a_verb_is_said_with_its_time() -> None:
    for verb, value in ((102, "1"), (103, "2"), (104, "3")):
        of = msgspec.structs.replace(item(), extended={VERB: verb, VERB_TIME: RECEIVED})
        assert values(of)["Email2:LastVerbExecuted"] == value
        assert values(of)["Email2:LastVerbExecutionTime"] == "2026-05-01T10:11:12.123Z"
    other = msgspec.structs.replace(item(), extended={VERB: 1, VERB_TIME: RECEIVED})
    assert not any("LastVerb" in name for name in data(other))


def test_categories_are_told_and_none_are_an_empty_element() -> None:
    # MS-ASEMAIL_R318
    red = data(item(categories=["Red", "Blue"]))["Email:Categories"]
    assert [child.value for child in red.children] == ["Red", "Blue"]
    assert data(item())["Email:Categories"] == Element("Email:Categories")


def test_a_conversation_is_sixteen_bytes_and_five_for_each_moment() -> None:
    found = values(item())
    assert len(found["Email2:ConversationId"]) == 16
    assert len(found["Email2:ConversationIndex"]) == 5
    whole = bytes(range(1, 23)) + b"reply" + b"again"
    index = base64.b64encode(whole).decode()
    assert values(item(conversation_index=index))["Email2:ConversationIndex"] == (
        whole[1:6] + b"replyagain"
    )
    for broken in ("?", "AAAA", base64.b64encode(whole[:-1]).decode()):
        data_of = values(item(conversation_index=broken))["Email2:ConversationIndex"]
        assert len(data_of) % 5 == 0


def test_a_conversation_begins_when_its_message_was_sent() -> None:
    # FILETIME of 2026-05-01T10:11:12Z, without its first byte and its last two.
    filetime = (1_777_630_272 + 11_644_473_600) * 10_000_000
    sent = item(sent="2026-05-01T10:11:12.000000Z", received=WEEK)
    expected = filetime.to_bytes(8, "big")[1:6]
    assert values(sent)["Email2:ConversationIndex"] == expected


@pytest.mark.parametrize("name", ["IPM.Note.SMIME", "REPORT.IPM.Note.NDR", "IPM.Post"])
def test_the_class_is_told_as_it_is(name: str) -> None:
    assert values(msgspec.structs.replace(item(), item_class=name))["Email:MessageClass"] == name


def test_a_message_without_anything_is_still_one() -> None:
    bare = Item(
        item().id, 1, item().folder, "IPM.Note", "message", False, {}, {}, body=None
    )  # fmt: skip
    for version in VERSIONS:
        found = data(bare, version)
        assert found["Email:Subject"].value == ""
        assert "Email:To" not in found
        assert "Email:DateReceived" not in found


# -- flags


def flag(**properties: Any) -> list[tuple[str, Any]]:
    element = data(item(**properties), "14.1")["Email:Flag"]
    return [(child.name, child.value) for child in element.children]


_FLAGGED = [
    ("Tasks:Subject", "Minutes"), ("Email:Status", "2"), ("Email:FlagType", "Flag for follow up"),
    ("Tasks:ReminderSet", "0"),
]  # fmt: skip


def test_no_flag_is_an_empty_element() -> None:
    # MS-ASEMAIL_R437
    assert flag() == flag(flag_status="not_flagged", flag_due=WEEK) == []


def test_a_flag_has_its_four_dates_or_none() -> None:
    # MS-ASEMAIL_R408
    head, end = _FLAGGED[:3], _FLAGGED[3:]
    assert flag(flag_status="flagged") == _FLAGGED
    assert flag(flag_status="flagged", flag_due=WEEK) == _FLAGGED
    assert flag(flag_status="flagged", flag_start=DAY, flag_due=WEEK) == [
        *head,
        ("Tasks:StartDate", "2026-05-02T08:00:00.000Z"),
        ("Tasks:DueDate", "2026-05-08T16:00:00.000Z"),
        ("Tasks:UtcStartDate", "2026-05-02T08:00:00.000Z"),
        ("Tasks:UtcDueDate", "2026-05-08T16:00:00.000Z"),
        *end,
    ]


def test_a_flag_says_what_a_device_wrote_on_it() -> None:
    written = {"flag_type": "Call", "flag_subject": "To do", "flag_sub_ordinal": "5"}
    found = dict(flag(flag_status="flagged", flag_ordinal=DAY, **written))
    assert found["Email:FlagType"] == "Call"
    assert found["Tasks:Subject"] == "To do"
    assert found["Tasks:OrdinalDate"] == "2026-05-02T08:00:00.000Z"
    assert found["Tasks:SubOrdinalDate"] == "5"


def test_a_flag_is_told_by_the_clock_of_whoever_set_it() -> None:
    local = {"flag_start_local": "2026-05-02T10:00:00.000000Z", "flag_due_local": WEEK}
    found = dict(flag(flag_status="flagged", flag_start=DAY, flag_due=WEEK, **local))
    assert found["Tasks:StartDate"] == "2026-05-02T10:00:00.000Z"
    assert found["Tasks:UtcStartDate"] == "2026-05-02T08:00:00.000Z"


def test_a_flag_reminds_where_the_item_does() -> None:
    found = flag(flag_status="flagged", reminder_is_set=True, reminder_due=DAY)
    assert found[3:] == [
        ("Tasks:ReminderSet", "1"), ("Tasks:ReminderTime", "2026-05-02T08:00:00.000Z"),
    ]  # fmt: skip
    assert flag(flag_status="flagged", reminder_due=DAY) == _FLAGGED


def test_a_flag_that_is_done_says_since_when() -> None:
    found = flag(flag_status="complete", flag_completed=DAY, flag_start=DAY, flag_due=WEEK)
    assert found == [
        ("Tasks:Subject", "Minutes"),
        ("Email:Status", "1"),
        ("Email:FlagType", "Flag for follow up"),
        ("Tasks:DateCompleted", "2026-05-02T08:00:00.000Z"),
        ("Email:CompleteTime", "2026-05-02T08:00:00.000Z"),
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {"flag_status": "flagged", "flag_start": DAY, "flag_due": WEEK},
        {"flag_status": "complete", "flag_completed": DAY},
        {"flag_status": "not_flagged"},
        {"is_read": True, "categories": ["Red", "Blue"]},
        {"is_read": False, "categories": []},
        {"flag_status": "flagged", "reminder_is_set": True, "reminder_due": DAY},
    ],
)
def test_what_a_device_is_told_of_its_state_it_may_say_back(properties: dict[str, Any]) -> None:
    told = read_change(item(**properties), OPTIONS, "14.1")
    assert (
        properties.items()
        <= read(Element("AirSync:ApplicationData", None, told), "14.1", DAY).set.items()
    )


def test_only_what_changed_of_the_state_is_told() -> None:
    # MS-ASEMAIL_R75, R76, R96
    of = item(is_read=True, categories=["Red"], flag_status="flagged")
    assert [e.name for e in read_change(of, OPTIONS, "16.1", ["read"])] == ["Email:Read"]
    assert [e.name for e in read_change(of, OPTIONS, "16.1", ["flags"])] == ["Email:Flag"]
    assert [e.name for e in read_change(of, OPTIONS, "12.1")] == ["Email:Read", "Email:Flag"]
    whole = read_change(of, OPTIONS, "14.0")
    assert [e.name for e in whole] == ["Email:Read", "Email:Flag", "Email:Categories"]
    assert violations(whole, "14.0") == []


# -- people


def test_names_are_quoted_and_what_would_end_them_is_escaped() -> None:
    assert address({"name": 'A "B" \\C', "address": "a@x"}) == '"A \\"B\\" \\\\C" <a@x>'
    assert address({"name": "", "address": "a@x"}) == '"a@x" <a@x>'
    assert address({"name": "Nobody"}) == '"Nobody"'
    assert address({}) == ""
    assert address({"name": "A\r\nBcc: b@x", "address": "a@x"}) == '"A Bcc: b@x" <a@x>'


def test_a_list_that_is_too_long_ends_between_two_addresses() -> None:
    # MS-ASEMAIL_R788
    people = [{"name": f"Person {n}", "address": f"p{n}@example.org"} for n in range(2000)]
    listed = addresses(people)
    assert 32_700 < len(listed) <= 32_768
    assert listed.endswith(">")
    assert len(names(people)) <= 32_768


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(NAMES, max_size=5), st.sampled_from([", ", "; "]))
def test_addresses_are_read_as_they_were_written(found: list[str], separator: str) -> None:
    people = [{"name": name, "address": f"p{n}@example.org"} for n, name in enumerate(found)]
    assert mailboxes([addresses(people, separator)]) == people


def test_moments_of_mail_have_milliseconds() -> None:
    assert when("2010-12-31T23:59:59.000000Z") == "2010-12-31T23:59:59.000Z"


# -- attachments


def attached(*drafts: AttachmentDraft) -> list[dict[str, str]]:
    of = item_of(ItemDraft(properties={"subject": "s"}, body=Body(text=""), attachments=drafts))
    element = data(of, "12.1").get("AirSyncBase:Attachments")
    return [
        {child.name.removeprefix("AirSyncBase:"): child.as_text() for child in each.children}
        for each in (element.children if element else [])
    ]


def test_a_file_is_listed_with_its_size() -> None:
    # Android shows no attachment without one.
    assert attached(AttachmentDraft("file", "plan.pdf", content=b"12345")) == [
        {
            "DisplayName": "plan.pdf",
            "FileReference": "1:1",
            "Method": "1",
            "EstimatedDataSize": "5",
        }
    ]


def test_no_attachments_no_element() -> None:
    assert attached() == []


def test_a_picture_in_the_page_is_found_by_its_id() -> None:
    picture = AttachmentDraft(
        "file", "", content_type="image/png", content_id="<logo@x>", is_inline=True, content=b""
    )
    found = attached(picture)[0]
    assert found["ContentId"] == "logo@x"
    assert found["IsInline"] == "1"
    assert found["DisplayName"] == "attachment.png"
    assert found["EstimatedDataSize"] == "0"


def test_what_no_page_can_show_is_not_inline() -> None:
    assert "IsInline" not in attached(AttachmentDraft("file", "a", is_inline=True, content=b""))[0]


def test_a_message_in_a_message_is_an_eml_file() -> None:
    inner = ItemDraft(properties={"subject": "Inner"}, mime=b"Subject: Inner\r\n\r\n")
    found = attached(AttachmentDraft("item", "Re: Inner", item=inner))[0]
    assert (found["Method"], found["DisplayName"]) == ("5", "Re: Inner.eml")


def test_a_link_is_nothing_that_a_device_could_fetch() -> None:
    # MS-ASAIRS_R224 ends with 6.
    link = AttachmentDraft("reference", "cloud", properties={"attach_long_path": "https://x/y"})
    file = AttachmentDraft("file", "b.txt", content=b"b")
    assert [each["DisplayName"] for each in attached(link, file)] == ["b.txt"]
    assert attached(link) == []


@pytest.mark.parametrize(
    ("kind", "name", "type", "shown"),
    [
        ("file", "a\r\nb.txt", "", "a b.txt"),
        ("file", "\x07", "", "attachment"),
        ("file", "", "text/plain", "attachment.txt"),
        ("item", "", "", "attachment.eml"),
        ("item", "x.EML", "", "x.EML"),
    ],
)
def test_every_attachment_has_a_name_to_open_it_by(
    kind: str, name: str, type: str, shown: str
) -> None:
    id = item_of(ItemDraft(attachments=(AttachmentDraft("file", "a", content=b""),))).attachments
    assert id is not None
    one = Attachment(id[0].id, kind, name, type, "", "", False, False, 0, RECEIVED)
    assert display_name(one) == shown


# -- voice mail


_VOICE = "IPM.Note.Microsoft.Voicemail.UM"


def recorded(
    said: dict[str, Any], version: str = "16.1", item_class: str = _VOICE
) -> tuple[dict[str, Element], list[tuple[str, str]]]:
    """What a device is told of a message with three recordings and a picture."""
    files = [("1.mp3", "audio/mpeg"), ("2.mp3", "audio/mpeg"), ("3.mp3", "audio/mpeg")]
    files.append(("p.png", "image/png"))
    drafts = [AttachmentDraft("file", n, content_type=t, content=b"x") for n, t in files]
    of = item_of(ItemDraft(item_class, extended=said, attachments=tuple(drafts)))
    found = data(of, version)
    shown = found["AirSyncBase:Attachments"].children
    marks = [(each.text("Email2:UmAttOrder"), each.text("Email2:UmAttDuration")) for each in shown]
    return found, marks


def test_the_newest_recording_is_the_first_and_says_how_long_it_is() -> None:
    # MS-ASEMAIL_R809
    said = {voice_mail.DURATION: 7}
    assert recorded(said)[1] == [("3", ""), ("2", ""), ("1", "7"), ("", "")]
    ordered = said | {voice_mail.ORDER: "3.mp3;gone.mp3; 1.MP3"}
    assert recorded(ordered)[1] == [("1", "7"), ("", ""), ("2", ""), ("", "")]


def test_only_voice_mail_says_who_called() -> None:
    # MS-ASEMAIL_R804, R811, R878
    said = {voice_mail.CALLER: "+4930123456", voice_mail.NOTES: "Call back"}
    found, _ = recorded(said)
    assert found["Email2:UmCallerID"].value == "+4930123456"
    assert found["Email2:UmUserNotes"].value == "Call back"
    for version, item_class in (("16.1", "IPM.Note"), ("12.1", _VOICE)):
        found, marks = recorded(said, version, item_class)
        assert marks == [("", "")] * 4
        assert not {"Email2:UmCallerID", "Email2:UmUserNotes"} & set(found)
