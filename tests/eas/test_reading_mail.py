"""What a device may change of messages and drafts, and what it may not (MS-ASEMAIL)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eas.errors import EasError
from eas.reading.mail import MailChange, read_change
from eas.reading.moments import read_moment
from eas.wbxml import Element
from schemas.eas.codepages import PAGES, TAGS
from store.model import AttachmentDraft, Body
from tests.eas.messages import VERSIONS

NOW = "2026-05-03T00:00:00.000000Z"
START, DUE = "2026-05-02T08:00:00.000Z", "2026-05-08T16:00:00.000Z"
DATES = {"StartDate": START, "DueDate": DUE, "UtcStartDate": START, "UtcDueDate": DUE}


def change(*children: Element, version: str = "16.1") -> MailChange:
    return read_change(Element("AirSync:ApplicationData", None, children), version, NOW)


def refused(*children: Element, version: str = "16.1") -> bool:
    """Whether it is refused as what no item can take (Status 6)."""
    try:
        change(*children, version=version)
    except EasError as error:
        assert error.status == 6
        return True
    return False


def leaf(name: str, value: str | bytes | None = None) -> Element:
    return Element(name, value)


def flag(email: dict[str, str], tasks: dict[str, str] | None = None) -> Element:
    said = [leaf(f"Email:{name}", value) for name, value in email.items()]
    said += [leaf(f"Tasks:{name}", value) for name, value in (tasks or {}).items()]
    return Element("Email:Flag", None, said)


def base(name: str, **said: str | bytes) -> Element:
    children = [leaf(f"AirSyncBase:{key}", value) for key, value in said.items()]
    return Element(f"AirSyncBase:{name}", None, children)


def attachments(*children: Element) -> Element:
    return Element("AirSyncBase:Attachments", None, children)


# -- state


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("value", "meant"), [("1", True), ("", True), ("0", False)])
def test_read_is_a_boolean(version: str, value: str, meant: bool) -> None:
    assert change(leaf("Email:Read", value), version=version) == MailChange({"is_read": meant})


def test_a_read_that_is_neither_is_refused() -> None:
    # MS-ASEMAIL_R643
    assert refused(leaf("Email:Read", "2"), version="12.1")


def test_lesson_30_what_is_absent_stays() -> None:
    assert change() == MailChange()
    assert change(leaf("Email:Read", "1")).unset == ()


def test_categories_are_replaced_and_an_empty_element_removes_them() -> None:
    # MS-ASEMAIL_R319
    names = [leaf("Email:Category", name) for name in ("Red", "Blue", "Red", "", "\x01")]
    assert change(Element("Email:Categories", None, names)).set == {"categories": ["Red", "Blue"]}
    assert change(leaf("Email:Categories")).set == {"categories": []}
    many = [leaf("Email:Category", str(n)) for n in range(301)]
    assert refused(Element("Email:Categories", None, many))
    assert refused(leaf("Email:Categories"), version="12.1")


def test_a_flag_is_set_with_its_dates() -> None:
    found = change(flag({"Status": "2", "FlagType": "Flag for follow up"}, DATES), version="12.1")
    assert found.set == {
        "flag_status": "flagged",
        "flag_type": "Flag for follow up",
        "flag_start": "2026-05-02T08:00:00.000000Z",
        "flag_due": "2026-05-08T16:00:00.000000Z",
    }
    assert set(found.unset) == {"flag_start_local", "flag_due_local", "flag_completed"}


def test_a_flag_without_dates_has_none() -> None:
    found = change(flag({"Status": "2", "FlagType": "Call"}))
    assert found.set == {"flag_status": "flagged", "flag_type": "Call"}
    assert set(found.unset) == {
        "flag_start", "flag_due", "flag_start_local", "flag_due_local", "flag_completed",
    }  # fmt: skip


def test_a_flag_has_a_type_or_its_dates() -> None:
    # MS-ASEMAIL_R92, R470
    assert refused(flag({"Status": "2"}))
    assert "flag_type" not in change(flag({"Status": "2"}, DATES)).set


def test_a_flag_keeps_what_is_written_on_it() -> None:
    order = {"Subject": "To do", "OrdinalDate": START, "SubOrdinalDate": "5"}
    assert change(flag({"FlagType": "Call"}, order)).set == {
        "flag_type": "Call", "flag_subject": "To do",
        "flag_ordinal": "2026-05-02T08:00:00.000000Z", "flag_sub_ordinal": "5",
    }  # fmt: skip


def test_of_two_times_that_of_the_zone_of_everybody_counts() -> None:
    local = DATES | {"StartDate": "2026-05-02T10:00:00.000Z", "DueDate": "2026-05-08T18:00:00.000Z"}
    found = change(flag({"Status": "2"}, local))
    assert found.set["flag_due"] == "2026-05-08T16:00:00.000000Z"
    assert found.set["flag_due_local"] == "2026-05-08T18:00:00.000000Z"
    assert set(found.unset) == {"flag_completed"}


@pytest.mark.parametrize("name", DATES)
def test_a_flag_with_some_of_its_dates_is_refused(name: str) -> None:
    # MS-ASEMAIL_R409, R741, R853, R864
    some = {key: value for key, value in DATES.items() if key != name}
    assert refused(flag({"Status": "2"}, some))
    assert refused(flag({"Status": "2"}, {name: START}))


@pytest.mark.parametrize("pair", [("StartDate", "DueDate"), ("UtcStartDate", "UtcDueDate")])
def test_a_flag_that_is_due_before_it_begins_is_refused(pair: tuple[str, str]) -> None:
    # MS-ASEMAIL_R407, R851
    assert refused(flag({"Status": "2"}, DATES | {pair[0]: DUE, pair[1]: START}))


@pytest.mark.parametrize("element", [flag({}), flag({"Status": "0"}), flag({"Status": "0"}, DATES)])
def test_a_flag_is_cleared_by_status_0_or_by_nothing(element: Element) -> None:
    # MS-ASEMAIL_R88, R8800
    found = change(element, version="14.0")
    assert found.set == {"flag_status": "not_flagged"}
    assert found.unset == ()


def test_a_flag_is_complete_since_a_moment() -> None:
    found = change(flag({"Status": "1", "CompleteTime": DUE}, {"DateCompleted": DUE}))
    assert found.set == {
        "flag_status": "complete", "flag_completed": "2026-05-08T16:00:00.000000Z",
    }  # fmt: skip


def test_complete_without_a_moment_is_refused() -> None:
    # MS-ASEMAIL_R92, R334, R358
    assert refused(flag({"Status": "1"}))
    assert refused(flag({"Status": "1", "CompleteTime": DUE}))
    assert refused(flag({"Status": "1"}, {"DateCompleted": DUE}))


def test_a_flag_without_a_status_changes_what_it_says() -> None:
    found = change(flag({"FlagType": "for Follow Up"}, DATES))
    assert set(found.set) == {"flag_start", "flag_due", "flag_type"}
    assert set(found.unset) == {"flag_start_local", "flag_due_local"}


@pytest.mark.parametrize("value", ["3", "x", "-1"])
def test_any_other_status_of_a_flag_is_refused(value: str) -> None:
    # MS-ASEMAIL_R757
    assert refused(flag({"Status": value}))


def test_a_reminder_has_a_time() -> None:
    # MS-ASEMAIL_R702
    reminder = {"ReminderSet": "1", "ReminderTime": START}
    assert change(flag({"Status": "2"}, DATES | reminder)).set.items() >= {
        "reminder_is_set": True, "reminder_due": "2026-05-02T08:00:00.000000Z",
    }.items()  # fmt: skip
    named = {"Status": "2", "FlagType": "Call"}
    assert change(flag(named, {"ReminderSet": "0"})).set["reminder_is_set"] is False
    assert refused(flag({"Status": "2"}, DATES | {"ReminderSet": "1"}))
    assert refused(flag({"Status": "2"}, {"ReminderSet": "x", "ReminderTime": START}))


# -- what may not be changed


EMAIL = sorted(
    f"{PAGES[tag.page]}:{tag.name}"
    for tag in TAGS.values()
    if PAGES[tag.page] in ("Email", "Email2", "AirSyncBase")
)


@pytest.mark.parametrize("name", EMAIL)
def test_before_drafts_only_the_state_of_a_message_can_be_changed(name: str) -> None:
    # MS-ASEMAIL_R41
    for version in ("12.1", "14.0", "14.1"):
        allowed = {"Email:Read", "Email:Flag"} | (
            {"Email:Categories"} if version >= "14.0" else set()
        )
        assert refused(leaf(name), version=version) is (name not in allowed)


@pytest.mark.parametrize(
    "name",
    ["Email2:ConversationId", "Email2:ConversationIndex", "Email2:ReceivedAsBcc", "Email2:Sender",
     "Email2:UmCallerID", "Email2:UmUserNotes", "Email:From", "Email:MeetingRequest",
     "Email:0x3f"],
)  # fmt: skip
def test_what_only_the_server_says_is_refused_of_drafts_too(name: str) -> None:
    # MS-ASEMAIL_R347, R648, R723, R817, R835
    assert refused(leaf(name, "1"))


# -- drafts


@pytest.mark.parametrize("version", ["16.0", "16.1"])
def test_a_draft_reads_as_it_looks(version: str) -> None:
    found = change(
        leaf("Email:To", '"Ben, B." <ben@example.org>, carl@example.org'),
        leaf("Email:Cc", ""),
        leaf("Email2:Bcc", "dora@example.org"),
        leaf("Email:Subject", "A\r\nplan\x01"),
        leaf("Email:ReplyTo", '"Eve" <eve@example.org>; fred@example.org'),
        leaf("Email:Importance", "2"),
        base("Body", Type="2", Data="<p>Hi\x00</p>"),
        leaf("Email2:Send"),
        version=version,
    )
    assert found == MailChange(
        set={
            "to": [
                {"name": "Ben, B.", "address": "ben@example.org"},
                {"name": "carl@example.org", "address": "carl@example.org"},
            ],
            "cc": [],
            "bcc": [{"name": "dora@example.org", "address": "dora@example.org"}],
            "subject": "A plan",
            "reply_to": [
                {"name": "Eve", "address": "eve@example.org"},
                {"name": "fred@example.org", "address": "fred@example.org"},
            ],
            "importance": "high",
        },
        body=Body(html="<p>Hi</p>"),
        sends=True,
    )


def test_attack_a22_nothing_in_a_field_begins_another_header() -> None:
    found = change(leaf("Email:To", "ben@example.org\r\nBcc: eve@example.org"))
    assert "bcc" not in found.set
    assert all("\n" not in person["name"] + person["address"] for person in found.set["to"])


def test_a_body_of_text_is_text_and_one_without_data_is_no_change() -> None:
    assert change(base("Body", Type="1", Data="Hi")).body == Body(text="Hi")
    assert change(base("Body", Type="1", Truncated="1", Data="Hi")).body == Body(text="Hi")
    assert change(base("Body", Type="1")) == MailChange()


@pytest.mark.parametrize("type", ["3", "0", "", "x"])
def test_a_body_of_no_known_type_is_refused(type: str) -> None:
    assert refused(base("Body", Type=type, Data="x"))


@pytest.mark.parametrize("value", ["3", "", "high"])
def test_an_importance_that_is_none_is_refused(value: str) -> None:
    assert refused(leaf("Email:Importance", value))


def test_a_draft_may_be_one_message_in_mime() -> None:
    # MS-ASEMAIL_R14890
    mime = (
        "From: Somebody <else@example.org>\r\nTo: Ben <ben@example.org>\r\nSubject: Plan\r\n"
        "Message-ID: <1@example.org>\r\nIn-Reply-To: <0@example.org>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n"
        "Content-Disposition: attachment; filename=a.txt\r\n\r\nA\r\n--b--\r\n"
    )
    found = change(
        leaf("Email:Read", "1"), leaf("Email:Importance", "2"), base("Body", Type="4", Data=mime)
    )
    assert found.set == {
        "to": [{"name": "Ben", "address": "ben@example.org"}],
        "subject": "Plan",
        "conversation_topic": "Plan",
        "in_reply_to": "<0@example.org>",
        "is_read": True,
        "importance": "high",
    }
    assert found.body == Body(text="Hello")
    assert [(a.name, a.content) for a in found.attachments_added] == [("a.txt", b"A")]
    assert found.client_ids == ()
    assert found.draft is not None
    assert found.draft.mime == mime.encode()


def test_attachments_beside_mime_come_first_with_their_names() -> None:
    mime = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n"
        "--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nA\r\n--b--\r\n"
    )
    found = change(
        base("Body", Type="4", Data=mime),
        attachments(base("Add", ClientId="c", Method="1", Content=b"B", DisplayName="b.txt")),
    )
    assert [attachment.name for attachment in found.attachments_added] == ["b.txt", "a.txt"]
    assert found.client_ids == ("c",)


def test_what_is_said_beside_mime_counts() -> None:
    mime = "Subject: Plan\r\nImportance: low\r\n\r\nHello\r\n"
    said = leaf("Email:Importance", "2"), base("Body", Type="4", Data=mime)
    assert change(*said).set["importance"] == change(*said[::-1]).set["importance"] == "high"


def test_attachments_come_with_the_names_that_the_device_gives_them() -> None:
    added = base(
        "Add", ClientId="c1", Method="1", ContentType="image/png", Content=b"\x00\xff",
        DisplayName="logo.png", ContentId="<logo@x>", ContentLocation="",
    )  # fmt: skip
    added.children.append(leaf("AirSyncBase:IsInline"))
    found = change(
        attachments(
            added,
            base("Delete", FileReference="1:2"),
            base("Add", ClientId="c2", Method="1", Content=b"", DisplayName="b.txt"),
        )
    )
    assert found.attachments_added == (
        AttachmentDraft(
            "file", "logo.png", "image/png", "logo@x", is_inline=True, content=b"\x00\xff"
        ),
        AttachmentDraft("file", "b.txt", content=b""),
    )
    assert found.client_ids == ("c1", "c2")
    assert found.attachments_removed == ("1:2",)


def test_a_message_may_be_attached() -> None:
    # MS-ASAIRS_R1394
    mime = b"Subject: Inner\r\n\r\nText\r\n"
    found = change(
        attachments(base("Add", ClientId="c", Method="5", Content=mime, DisplayName="Inner.eml"))
    )
    (draft,) = found.attachments_added
    assert draft.kind == "item"
    assert draft.item is not None
    assert (draft.item.properties["subject"], draft.item.mime) == ("Inner", mime)


def test_an_attachment_without_content_is_left_out() -> None:
    # iOS 16.2 sends some (grommunio-sync f0b90a8); the draft is kept all the same.
    found = change(
        leaf("Email:Subject", "s"), attachments(base("Add", ClientId="c", DisplayName="x"))
    )
    assert found == MailChange({"subject": "s"})


@pytest.mark.parametrize(
    "broken",
    [
        base("Add", Method="1", Content=b"", DisplayName="x"),
        base("Add", ClientId="c", Method="1", Content=b"x"),
        base("Add", ClientId="c", Method="6", Content=b"", DisplayName="x"),
        base("Delete"),
        base("Delete", FileReference=""),
        base("Attachment", FileReference="1:1"),
    ],
)
def test_an_attachment_that_cannot_be_named_is_refused(broken: Element) -> None:
    assert refused(attachments(broken))


# -- moments


@pytest.mark.parametrize(
    "value",
    ["2026-05-02T08:00:00.000Z", "2026-05-02T08:00:00Z", "20260502T080000Z",
     " 2026-05-02T08:00:00.000 "],
)  # fmt: skip
def test_both_forms_of_a_moment_are_read(value: str) -> None:
    assert read_moment(value) == "2026-05-02T08:00:00.000000Z"


@pytest.mark.parametrize("value", ["", "2026-05-02", "2026-13-02T08:00:00Z", "now", "0" * 400])
def test_any_other_moment_is_refused(value: str) -> None:
    with pytest.raises(EasError) as error:
        read_moment(value)
    assert error.value.status == 6


@given(st.sampled_from(EMAIL), st.text(), st.sampled_from(VERSIONS))
def test_any_value_is_read_or_refused_with_6(name: str, value: str, version: str) -> None:
    refused(leaf(name, value), version=version)


@given(st.lists(st.tuples(st.sampled_from(EMAIL), st.text()), max_size=4), st.text(), st.text())
def test_any_draft_is_read_or_refused_with_6(
    said: list[tuple[str, str]], status: str, moment: str
) -> None:
    refused(attachments(base("Add", **{name.rpartition(":")[2]: value for name, value in said})))
    refused(flag({"Status": status}, {"StartDate": moment}))
