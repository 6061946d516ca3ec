"""exchangelib: absence set and read, and replies to each sender once."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone, Mailbox, Message
from exchangelib.errors import ErrorInvalidScheduledOofDuration
from exchangelib.settings import OofSettings

from entrepot.testing import Person

UTC = EWSTimeZone("UTC")


def _write(sender: Any, to: Any, subject: str = "Question", **more: Any) -> None:
    Message(
        account=sender, subject=subject, body="?", to_recipients=[Mailbox(email_address=to)], **more
    ).send(save_copy=False)


def _subjects(account: Any, count: int) -> list[str]:
    """The subjects in an Inbox once it holds so many; replies come through the queue."""
    for _ in range(100):
        found = [item.subject for item in account.inbox.all()]
        if len(found) >= count:
            return sorted(found)
        time.sleep(0.1)
    raise AssertionError(f"{count} messages are due, {found}")


def _away(account: Any, **more: Any) -> None:
    values: dict[str, Any] = {
        "state": OofSettings.ENABLED,
        "external_audience": "All",
        "internal_reply": "I am away.",
        "external_reply": "We are closed.",
    }
    account.oof_settings = OofSettings(**(values | more))


def test_settings_come_back_as_they_were_set(account: Any) -> None:
    assert account.oof_settings.state == OofSettings.DISABLED
    start = EWSDateTime.now(tz=UTC).replace(microsecond=0) + dt.timedelta(days=1)
    end = start + dt.timedelta(days=3)
    _away(account, state=OofSettings.SCHEDULED, external_audience="Known", start=start, end=end)
    found = account.oof_settings
    assert (found.state, found.external_audience) == (OofSettings.SCHEDULED, "Known")
    assert (found.internal_reply, found.external_reply) == ("I am away.", "We are closed.")
    assert (found.start, found.end) == (start, end)


def test_an_absence_ends_in_the_future(account: Any) -> None:
    start = EWSDateTime.now(tz=UTC) - dt.timedelta(days=3)
    wrong = OofSettings(
        state=OofSettings.SCHEDULED, external_audience="All", internal_reply="x",
        external_reply="x", start=start, end=start + dt.timedelta(days=1),
    )  # fmt: skip
    with pytest.raises((ErrorInvalidScheduledOofDuration, ValueError)):
        account.oof_settings = wrong


def test_each_colleague_hears_once(account: Any, ben: Person) -> None:
    _away(account)
    other = ben.account()
    address = account.primary_smtp_address
    _write(other, address)
    assert _subjects(other, 1) == ["Automatic reply: Question"]
    (reply,) = other.inbox.all()
    assert reply.text_body.strip() == "I am away."
    assert "auto-replied" in str(reply.headers)
    _write(other, address, "Again")
    _away(account, internal_reply="Still away.")
    _write(other, address, "Third")
    assert _subjects(other, 2) == ["Automatic reply: Question", "Automatic reply: Third"]
    assert len(list(account.inbox.all())) == 3


def test_who_is_back_says_nothing(account: Any, ben: Person) -> None:
    _away(account)
    account.oof_settings = OofSettings(
        state=OofSettings.DISABLED, external_audience="All", internal_reply="x", external_reply="x"
    )
    other = ben.account()
    _write(other, account.primary_smtp_address)
    _write(account, ben.address, "Mark")
    assert _subjects(other, 1) == ["Mark"]


def test_two_who_are_away_do_not_write_to_each_other_for_ever(account: Any, ben: Person) -> None:
    other = ben.account()
    _away(account)
    _away(other)
    _write(other, account.primary_smtp_address)
    assert _subjects(other, 1) == ["Automatic reply: Question"]
    assert _subjects(account, 1) == ["Question"]
