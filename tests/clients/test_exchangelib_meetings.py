"""exchangelib: meetings from the invitation to the cancellation, seen by organiser and attendee."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone, FileAttachment
from exchangelib.errors import (
    ErrorCalendarIsNotOrganizer,
    ErrorCalendarIsOrganizerForAccept,
    ErrorCalendarMeetingRequestIsOutOfDate,
)
from exchangelib.items import (
    SEND_AND_SAVE_COPY,
    SEND_ONLY_TO_ALL,
    SEND_ONLY_TO_CHANGED,
    SEND_TO_ALL_AND_SAVE_COPY,
    SEND_TO_NONE,
    AcceptItem,
    CalendarItem,
    MeetingCancellation,
    MeetingRequest,
    MeetingResponse,
)
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import DailyPattern, Recurrence

from entrepot.testing import Person

BERLIN = EWSTimeZone("Europe/Berlin")


def _at(day: int, hour: int, minute: int = 0) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, minute, tzinfo=BERLIN)


def _attendee(person: Any) -> Attendee:
    return Attendee(
        mailbox=Mailbox(email_address=person.primary_smtp_address), response_type="Unknown"
    )


@pytest.fixture
def anna_account(anna: Person) -> Any:
    return anna.account()


@pytest.fixture
def ben_account(ben: Person) -> Any:
    return ben.account()


def meet(
    organizer: Any, *others: Any, invitations: str = SEND_TO_ALL_AND_SAVE_COPY, **more: Any
) -> CalendarItem:
    """A meeting to which the others are invited."""
    values = {
        "subject": "Plan",
        "start": _at(5, 10),
        "end": _at(5, 11),
        "location": "Room 1",
    } | more
    item = CalendarItem(
        account=organizer,
        folder=organizer.calendar,
        required_attendees=[_attendee(person) for person in others],
        **values,
    )
    return item.save(send_meeting_invitations=invitations)


def only(folder: Any) -> Any:
    """The one item in a folder."""
    (item,) = list(folder.all())
    return item


def _fresh(item: Any) -> Any:
    return item.account.calendar.get(id=item.id)


def test_an_invitation_reaches_inbox_and_calendar(anna_account: Any, ben_account: Any) -> None:
    item = meet(anna_account, ben_account, body="Agenda")
    request = only(ben_account.inbox)
    assert isinstance(request, MeetingRequest)
    assert (request.subject, request.location) == ("Plan", "Room 1")
    assert (request.start, request.end) == (_at(5, 10), _at(5, 11))
    assert request.item_class == "IPM.Schedule.Meeting.Request"
    assert request.meeting_request_type == "NewMeetingRequest"
    assert request.intended_free_busy_status == "Busy"
    assert request.has_been_processed and not request.is_out_of_date
    mine = only(ben_account.calendar)
    assert (mine.subject, mine.legacy_free_busy_status) == ("Plan", "Tentative")
    assert mine.appointment_state == ("Meeting", "Received")
    assert mine.my_response_type == "NoResponseReceived"
    assert mine.uid == _fresh(item).uid
    assert mine.organizer.email_address == anna_account.primary_smtp_address
    assert "Agenda" in mine.text_body
    assert request.associated_calendar_item_id.id == mine.id
    own = _fresh(item)
    assert (own.appointment_state, own.my_response_type) == (("Meeting",), "Organizer")
    assert own.meeting_request_was_sent and own.is_meeting
    assert only(anna_account.sent).subject == "Plan"
    assert list(anna_account.inbox.all()) == []


def test_nobody_hears_of_what_is_not_sent(anna_account: Any, ben_account: Any) -> None:
    item = meet(anna_account, ben_account, invitations=SEND_TO_NONE)
    assert not _fresh(item).meeting_request_was_sent
    assert list(ben_account.inbox.all()) == list(ben_account.calendar.all()) == []
    assert list(anna_account.sent.all()) == []


@pytest.mark.parametrize(
    ("answer", "response", "busy"),
    [("accept", "Accept", "Busy"), ("tentatively_accept", "Tentative", "Tentative")],
)
def test_an_answer_is_tracked(
    anna_account: Any, ben_account: Any, answer: str, response: str, busy: str
) -> None:
    item = meet(anna_account, ben_account)
    request = only(ben_account.inbox)
    getattr(request, answer)(body="I see", message_disposition=SEND_AND_SAVE_COPY)
    mine = only(ben_account.calendar)
    assert (mine.my_response_type, mine.legacy_free_busy_status) == (response, busy)
    assert mine.appointment_reply_time is not None
    assert list(ben_account.inbox.all()) == []
    assert [i.subject for i in ben_account.trash.all()] == ["Plan"]
    reply = only(anna_account.inbox)
    assert isinstance(reply, MeetingResponse)
    assert (reply.response_type, reply.has_been_processed) == (response, True)
    assert reply.associated_calendar_item_id.id == item.id
    assert "I see" in reply.text_body
    (attendee,) = _fresh(item).required_attendees
    assert attendee.response_type == response
    assert attendee.last_response_time is not None
    assert only(ben_account.sent).item_class.startswith("IPM.Schedule.Meeting.Resp.")


def test_who_declines_has_no_meeting(anna_account: Any, ben_account: Any) -> None:
    item = meet(anna_account, ben_account)
    only(ben_account.calendar).decline(message_disposition="SendOnly")
    assert list(ben_account.calendar.all()) == []
    (attendee,) = _fresh(item).required_attendees
    assert attendee.response_type == "Decline"


def test_a_change_asks_anew_and_dates_the_first_request_out(
    anna_account: Any, ben_account: Any
) -> None:
    item = meet(anna_account, ben_account)
    only(ben_account.calendar).accept(message_disposition="SendOnly")
    first = only(ben_account.inbox)
    item = _fresh(item)
    item.start, item.end = _at(6, 10), _at(6, 11)
    item.save(update_fields=["start", "end"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    own = _fresh(item)
    assert own.appointment_sequence_number == 1
    assert [a.response_type for a in own.required_attendees] == ["Unknown"]
    mine = only(ben_account.calendar)
    assert (mine.start, mine.my_response_type) == (_at(6, 10), "NoResponseReceived")
    assert mine.legacy_free_busy_status == "Tentative"
    news = {i.meeting_request_type: i for i in ben_account.inbox.all()}
    assert set(news) == {"Outdated", "FullUpdate"}
    assert news["Outdated"].id == first.id and news["Outdated"].is_out_of_date
    with pytest.raises(ErrorCalendarMeetingRequestIsOutOfDate):
        news["Outdated"].accept(message_disposition="SendOnly")


def test_other_words_leave_the_answer(anna_account: Any, ben_account: Any) -> None:
    item = meet(anna_account, ben_account)
    only(ben_account.calendar).accept(message_disposition="SendOnly")
    item = _fresh(item)
    item.subject = "Better plan"
    item.save(update_fields=["subject"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    mine = only(ben_account.calendar)
    assert (mine.subject, mine.my_response_type) == ("Better plan", "Accept")
    newest = ben_account.inbox.all().order_by("-datetime_received")[0]
    assert newest.meeting_request_type == "InformationalUpdate"
    (attendee,) = _fresh(item).required_attendees
    assert attendee.response_type == "Accept"


def test_who_is_added_is_invited_and_who_is_left_out_is_told(
    anna_account: Any, ben_account: Any, new_person: Any
) -> None:
    carla = new_person("carla").account()
    item = _fresh(meet(anna_account, ben_account))
    item.required_attendees = [_attendee(carla)]
    item.save(update_fields=["required_attendees"], send_meeting_invitations=SEND_ONLY_TO_CHANGED)
    assert isinstance(only(carla.inbox), MeetingRequest)
    assert only(carla.calendar).subject == "Plan"
    kinds = [type(i) for i in ben_account.inbox.all().order_by("datetime_received")]
    assert set(kinds) == {MeetingRequest, MeetingCancellation}
    assert only(ben_account.calendar).is_cancelled


def test_a_meeting_is_cancelled_and_removed(anna_account: Any, ben_account: Any) -> None:
    item = _fresh(meet(anna_account, ben_account))
    item.cancel(new_body="Sorry")
    assert list(anna_account.calendar.all()) == []
    (gone,) = anna_account.trash.all()
    assert (gone.appointment_state, gone.is_cancelled) == (("Meeting", "Canceled"), True)
    mine = only(ben_account.calendar)
    assert mine.subject == "Canceled: Plan"
    assert mine.appointment_state == ("Meeting", "Received", "Canceled")
    assert mine.legacy_free_busy_status == "Free"
    messages = {type(i): i for i in ben_account.inbox.all()}
    news = messages[MeetingCancellation]
    assert news.item_class == "IPM.Schedule.Meeting.Canceled"
    assert "Sorry" in news.text_body
    assert messages[MeetingRequest].is_out_of_date


def test_deleting_cancels_where_it_is_to_be_told(anna_account: Any, ben_account: Any) -> None:
    item = _fresh(meet(anna_account, ben_account))
    item.delete(send_meeting_cancellations=SEND_ONLY_TO_ALL)
    assert only(ben_account.calendar).is_cancelled
    again = _fresh(meet(anna_account, ben_account, subject="Other"))
    mine = next(i for i in ben_account.calendar.all() if i.subject == "Other")
    mine.delete(send_meeting_cancellations=SEND_ONLY_TO_ALL)
    assert [a.response_type for a in _fresh(again).required_attendees] == ["Decline"]


def test_roles_are_kept_apart(anna_account: Any, ben_account: Any) -> None:
    item = _fresh(meet(anna_account, ben_account))
    with pytest.raises(ErrorCalendarIsOrganizerForAccept):
        item.accept(message_disposition="SendOnly")
    with pytest.raises(ErrorCalendarIsNotOrganizer):
        only(ben_account.calendar).cancel()
    assert isinstance(item.required_attendees[0], Attendee)
    assert AcceptItem is not None


def test_one_occurrence_of_a_meeting_is_moved_declined_and_cancelled(
    anna_account: Any, ben_account: Any
) -> None:
    recurrence = Recurrence(pattern=DailyPattern(interval=1), start=_at(5, 10).date(), number=4)
    master = meet(anna_account, ben_account, recurrence=recurrence)

    def shown(account: Any) -> list[str]:
        view = account.calendar.view(start=_at(1, 0), end=_at(30, 0))
        return [
            f"{i.start.astimezone(BERLIN):%d %H} {i.subject} {i.my_response_type}" for i in view
        ]

    assert shown(ben_account) == [f"0{d} 10 Plan NoResponseReceived" for d in (5, 6, 7, 8)]
    only(ben_account.calendar).accept(message_disposition="SendOnly")
    assert {line.split()[-1] for line in shown(ben_account)} == {"Accept"}

    def nth(account: Any, index: int) -> Any:
        series = next(i for i in account.calendar.all() if i.type == "RecurringMaster")
        found = series.occurrence(index=index)
        found.refresh()
        return found

    second = nth(anna_account, 2)
    second.start, second.end = _at(6, 14), _at(6, 15)
    second.save(update_fields=["start", "end"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    assert shown(ben_account)[1] == "06 14 Plan NoResponseReceived"
    assert len(list(ben_account.calendar.all())) == 1  # the same series still

    nth(ben_account, 2).accept(message_disposition="SendOnly")
    assert shown(ben_account)[1] == "06 14 Plan Accept"
    (attendee,) = nth(anna_account, 2).required_attendees
    assert attendee.response_type == "Accept"

    nth(ben_account, 3).decline(message_disposition="SendOnly")
    assert [line[:2] for line in shown(ben_account)] == ["05", "06", "08"]
    (attendee,) = nth(anna_account, 3).required_attendees
    assert attendee.response_type == "Decline"
    (attendee,) = anna_account.calendar.get(id=master.id).required_attendees
    assert attendee.response_type == "Accept"

    nth(anna_account, 4).delete(send_meeting_cancellations=SEND_ONLY_TO_ALL)
    assert shown(ben_account)[-1].startswith("08 10 Canceled: Plan")
    assert [line[:2] for line in shown(anna_account)] == ["05", "06", "07"]


def test_another_time_is_proposed(anna_account: Any, ben_account: Any) -> None:
    item = meet(anna_account, ben_account)
    request = only(ben_account.inbox)
    request.tentatively_accept(
        proposed_start=_at(5, 14), proposed_end=_at(5, 15), message_disposition="SendOnly"
    )
    reply = only(anna_account.inbox)
    assert (reply.proposed_start, reply.proposed_end) == (_at(5, 14), _at(5, 15))
    (attendee,) = _fresh(item).required_attendees
    assert attendee.response_type == "Tentative"
    assert (attendee.proposed_start, attendee.proposed_end) == (_at(5, 14), _at(5, 15))


def _files(account: Any) -> dict[str, bytes]:
    item = _fresh(only(account.calendar))
    return {each.name: each.content for each in item.attachments}


def test_files_of_a_meeting_come_and_go_with_its_news(anna_account: Any, ben_account: Any) -> None:
    item = meet(anna_account, ben_account)
    item.attach([FileAttachment(name="a.txt", content=b"one")])
    assert _files(ben_account) == {}
    item = _told(item)
    assert _files(ben_account) == {"a.txt": b"one"}
    item.detach(list(item.attachments))
    item, files = _fresh(item), {"a.txt": b"two", "b.txt": b"b"}
    item.attach([FileAttachment(name=n, content=content) for n, content in files.items()])
    item = _told(item)
    assert _files(ben_account) == files
    item.detach(list(item.attachments))
    _told(item)
    assert _files(ben_account) == {}


def _told(item: CalendarItem) -> CalendarItem:
    """Everybody is sent the meeting anew."""
    fresh = _fresh(item)
    fresh.location = f"{fresh.location}!"
    fresh.save(update_fields=["location"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    return _fresh(item)
