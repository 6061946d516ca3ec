"""exchangelib: meetings passed on, and mail about them."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib.errors import ErrorInvalidOperation, ErrorInvalidRecipients
from exchangelib.items import (
    SEND_ONLY_TO_ALL,
    CalendarItem,
    MeetingRequest,
    ReplyAllToItem,
    ReplyToItem,
)
from exchangelib.properties import ReferenceItemId

from entrepot.testing import Person
from tests.clients.test_exchangelib_meetings import meet, only


def _meet(organizer: Person, *people: Person) -> CalendarItem:
    others = [person.account() for person in people]
    return meet(organizer.account(), *others, invitations=SEND_ONLY_TO_ALL, body="Bring figures")


def _only(person: Person) -> Any:
    account = person.account()
    return account.calendar.get(id=only(account.calendar).id)


def _mail(kind: Any, about: Any, subject: str, words: str) -> None:
    reference = ReferenceItemId(id=about.id, changekey=about.changekey)
    kind(account=about.account, reference_item_id=reference, subject=subject, new_body=words).send()


@pytest.fixture
def cara(new_person: Any) -> Person:
    """Whom nobody has invited."""
    return new_person("cara")


def test_an_attendee_passes_a_meeting_on(anna: Person, ben: Person, cara: Person) -> None:
    _meet(anna, ben)
    _only(ben).forward(subject="FW: Plan", body="Come, too", to_recipients=[cara.address])
    (request,) = cara.account().inbox.all()
    assert isinstance(request, MeetingRequest) and request.subject == "FW: Plan"
    assert request.organizer.email_address == anna.address
    request.decline()
    guests = _only(anna).optional_attendees
    assert [(g.mailbox.email_address, g.response_type) for g in guests] == [
        (cara.address, "Decline")
    ]
    sent = [item.subject for item in ben.account().sent.all()]
    assert sent == ["FW: Plan"]


def test_whom_an_organizer_forwards_to_is_invited(anna: Person, ben: Person, cara: Person) -> None:
    _meet(anna, ben)
    _only(anna).forward(subject="FW: Plan", body="", to_recipients=[cara.address])
    assert [g.mailbox.email_address for g in _only(anna).optional_attendees] == [cara.address]
    assert "Bring figures" in _only(cara).text_body


def test_news_reach_whoever_was_brought_along(anna: Person, ben: Person, cara: Person) -> None:
    _meet(anna, ben)
    _only(ben).forward(subject="FW: Plan", body="", to_recipients=[cara.address])
    item = _only(anna)
    item.location = "Room 2"
    item.save(update_fields=["location"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    assert _only(cara).location == "Room 2"


def test_a_draft_of_a_forward_invites_nobody_yet(anna: Person, ben: Person, cara: Person) -> None:
    _meet(anna, ben)
    item = _only(ben)
    forward = item.create_forward(subject="FW: Plan", body="", to_recipients=[cara.address])
    forward.save(item.account.drafts)
    assert [i.subject for i in item.account.drafts.all()] == ["FW: Plan"]
    assert not cara.account().inbox.all().count()


def test_nobody_is_named(anna: Person, ben: Person) -> None:
    _meet(anna, ben)
    with pytest.raises(ErrorInvalidRecipients):
        _only(ben).forward(subject="FW: Plan", body="", to_recipients=[])


def test_a_cancelled_meeting_is_not_passed_on(anna: Person, ben: Person, cara: Person) -> None:
    _meet(anna, ben).cancel()
    with pytest.raises(ErrorInvalidOperation):
        _only(ben).forward(subject="FW: Plan", body="", to_recipients=[cara.address])


def test_mail_about_a_meeting_goes_to_all_who_take_part(
    anna: Person, ben: Person, cara: Person
) -> None:
    _meet(anna, ben, cara)
    _mail(ReplyAllToItem, _only(ben), "RE: Plan", "Which figures?")
    for person in (anna, cara):
        mail = next(i for i in person.account().inbox.all() if i.subject == "RE: Plan")
        assert mail.item_class == "IPM.Note" and "Which figures?" in mail.text_body
    _mail(ReplyToItem, _only(ben), "RE: Plan 2", "Only for you")
    assert any(i.subject == "RE: Plan 2" for i in anna.account().inbox.all())
    assert not any(i.subject == "RE: Plan 2" for i in cara.account().inbox.all())
