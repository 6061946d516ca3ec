"""Rooms by their policy: accepting, holding, leaving it to a person; outsiders are answered too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from store.calendar.ical.read import read_calendar
from store.commands import (
    AddAccount,
    AddDomain,
    DeliverMail,
    FetchItems,
    FindItems,
    FolderRole,
    TakeOutbound,
    Want,
)
from store.mime import parse, parse_all
from store.model import Item, ItemId, Principal
from store.store import Session, Store

pytestmark = pytest.mark.anyio
CARLA = "carla@elsewhere.example"
ROOM = "blue@demo.example"


def _invitation(start: str, uid: str = "u1") -> bytes:
    calendar = "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "METHOD:REQUEST", "BEGIN:VEVENT",
            f"UID:{uid}", "DTSTAMP:20260901T080000Z", f"DTSTART:{start}", "DURATION:PT1H",
            "SUMMARY:Plan", "DESCRIPTION:Wages", f"ORGANIZER:mailto:{CARLA}",
            f"ATTENDEE;CUTYPE=ROOM:mailto:{ROOM}", "END:VEVENT", "END:VCALENDAR", "",
        ]
    )  # fmt: skip
    return (
        f"From: <{CARLA}>\r\nTo: <{ROOM}>\r\nSubject: Plan\r\nMessage-ID: <{uid}{start}@x>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n"
        f"\r\n{calendar}"
    ).encode()


class _World:
    """A room, and who writes to it from elsewhere."""

    def __init__(self, store: Store, session: Session) -> None:
        self.store, self.session = store, session

    async def invite(self, start: str, uid: str = "u1") -> None:
        deliver = DeliverMail(
            draft=parse(_invitation(start, uid)), sender=CARLA, recipients=(ROOM,)
        )
        (outcome,) = await self.store.system().execute(deliver)
        assert not isinstance(outcome, Exception), outcome

    async def held(self) -> list[tuple[str, str]]:
        """Start and busy status of what lies in the room's calendar."""
        (page,) = await self.session.execute(FindItems((FolderRole("calendar"),), ("subject",)))
        ids = tuple(ItemId(self.session.principal.mailbox_id, row[0]) for row in page.rows)
        items = await self.session.execute(FetchItems(ids, Want()))
        found = [item.properties for item in items if isinstance(item, Item)]
        return sorted((p["start"][:16], p["busy_status"]) for p in found)

    async def answers(self) -> list[str]:
        """What is queued for Carla, oldest first: how the room answers."""
        queued = await self.store.system().execute(TakeOutbound())
        assert all(mail.recipients[0][0] == CARLA and not mail.sender for mail in queued)
        events = [read_calendar(parse_all(mail.mime).calendar).events[0] for mail in queued]
        return [event.properties["required_attendees"][0]["response"] for event in events]

    async def kept(self) -> list[tuple[str, str]]:
        """Subject and text of what lies in the room's calendar."""
        (page,) = await self.session.execute(FindItems((FolderRole("calendar"),), ("subject",)))
        ids = tuple(ItemId(self.session.principal.mailbox_id, row[0]) for row in page.rows)
        items = await self.session.execute(FetchItems(ids, Want(body=True)))
        return [(item.properties["subject"], (item.body.text or "").strip()) for item in items]


@pytest.fixture(params=["automatic", "tentative", "by_hand", "unheard of"])
def policy(request: pytest.FixtureRequest) -> str:
    """What the room's account says."""
    return request.param


@pytest.fixture
async def world(tmp_path: Path, policy: str) -> AsyncIterator[_World]:
    """A room with that policy."""
    async with _opened(tmp_path, {"booking": policy}) as world:
        yield world


@asynccontextmanager
async def _opened(tmp_path: Path, said: dict[str, str]) -> AsyncIterator[_World]:
    """A room whose account says so."""
    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    await store.system().execute(AddDomain("demo.example", is_default=True))
    account = await store.system().execute(
        AddAccount(ROOM, "Blue Room", role="room", properties=said)
    )
    principal = Principal(account.id, account.address, account.name, account.mailbox_id)
    yield _World(store, store.session(principal))
    await store.close()


async def test_a_room_answers_by_its_policy(world: _World, policy: str) -> None:
    await world.invite("20261005T100000Z")
    await world.invite("20261005T103000Z", "u2")
    answers = await world.answers()
    first, second = ("2026-10-05T10:00", "2026-10-05T10:30")
    expected = {
        "automatic": (["accept", "decline"], [(first, "busy")]),
        "tentative": (["tentative", "decline"], [(first, "tentative")]),
        "by_hand": ([], [(first, "tentative"), (second, "tentative")]),
    }
    assert (answers, await world.held()) == expected.get(policy, expected["automatic"])


@pytest.mark.parametrize(
    ("keeps", "kept"),
    [
        ("", (CARLA, "")),
        ("unheard of", (CARLA, "")),
        ("organizer", (CARLA, "")),
        ("subject", ("Plan", "")),
        ("everything", ("Plan", "Wages")),
    ],
)
async def test_a_room_keeps_who_booked_it_and_what_it_is_told_to(
    tmp_path: Path, keeps: str, kept: tuple[str, str]
) -> None:
    """(Exchange: DeleteSubject, AddOrganizerToSubject, DeleteComments.)"""
    said = {"booking_keeps": keeps} if keeps else {}
    async with _opened(tmp_path, said) as world:
        await world.invite("20261005T100000Z")
        assert await world.kept() == [kept]
        await world.invite("20261005T110000Z")
        assert (await world.held(), await world.kept()) == ([("2026-10-05T11:00", "busy")], [kept])


async def test_what_is_left_to_a_person_is_kept_whole(tmp_path: Path) -> None:
    async with _opened(tmp_path, {"booking": "by_hand", "booking_keeps": "organizer"}) as world:
        await world.invite("20261005T100000Z")
        assert await world.kept() == [("Plan", "Wages")]
