"""Series: viewed in windows, changed and deleted occurrence by occurrence, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from store.commands import (
    CheckIntegrity,
    CopyItems,
    CreateItems,
    DeleteItems,
    FetchItems,
    FolderRole,
    ItemChange,
    UpdateItems,
    ViewCalendar,
    Want,
)
from store.errors import InvalidValue, NotFound, NotSupported
from store.model import Body, Item, ItemDraft, ItemId
from store.store import Session, Store

pytestmark = pytest.mark.anyio

CALENDAR = FolderRole("calendar")
BERLIN = {"id": "W. Europe Standard Time"}


async def _save(session: Session, **properties: Any) -> ItemId:
    draft = ItemDraft("IPM.Appointment", properties, body=Body(text="Agenda"))
    (saved,) = await session.execute(CreateItems((draft,), CALENDAR))
    if isinstance(saved, Exception):
        raise saved
    return saved.id


async def _daily(session: Session, **more: Any) -> ItemId:
    """Five days at nine in Berlin, over the end of summer time (25 October 2026)."""
    return await _save(
        session,
        subject="Stand-up",
        start="2026-10-23T07:00:00.000000Z",
        end="2026-10-23T07:15:00.000000Z",
        start_time_zone=BERLIN,
        recurrence={"type": "daily", "interval": 1, "start": "2026-10-23", "count": 5},
        **more,
    )


async def _view(session: Session, start: str, end: str) -> list[tuple[str, str, str]]:
    names = ("start", "subject", "occurrence")
    view = ViewCalendar((CALENDAR,), start, end, names)
    (page,) = await session.execute(view)
    return [(row[5][:16], row[6], (row[7] or "")[:16]) for row in page.rows]


async def _october(session: Session) -> list[tuple[str, str]]:
    rows = await _view(session, "2026-10-01T00:00:00.000000Z", "2026-11-01T00:00:00.000000Z")
    return [(start, subject) for start, subject, _ in rows]


async def _change(session: Session, item: ItemId, **change: Any) -> Any:
    command = UpdateItems((ItemChange(item, **change),), resolution="always_overwrite")
    (saved,) = await session.execute(command)
    if isinstance(saved, Exception):
        raise saved
    return saved


async def _get(session: Session, item: ItemId) -> Item:
    (found,) = await session.execute(FetchItems((item,), Want(body=True, attachments=True)))
    if isinstance(found, Exception):
        raise found
    return found


def _on(series: ItemId, original: str) -> ItemId:
    return ItemId(series.mailbox_id, series.id, f"{original}:00.000000Z")


async def test_a_view_shows_occurrences_by_the_clock_on_the_wall(anna: Session) -> None:
    series = await _daily(anna)
    await _save(
        anna, subject="Once", start="2026-10-24T07:05:00.000000Z", end="2026-10-24T09:00:00.000000Z"
    )
    assert await _october(anna) == [
        ("2026-10-23T07:00", "Stand-up"),
        ("2026-10-24T07:00", "Stand-up"),
        ("2026-10-24T07:05", "Once"),
        ("2026-10-25T08:00", "Stand-up"),
        ("2026-10-26T08:00", "Stand-up"),
        ("2026-10-27T08:00", "Stand-up"),
    ]
    master = await _get(anna, series)
    assert master.properties["calendar_item_type"] == "recurring_master"
    assert await _view(anna, "2026-10-27T08:15:00.000000Z", "2027-10-01T00:00:00.000000Z") == []


async def test_one_occurrence_is_changed_and_its_id_stays(anna: Session) -> None:
    series = await _daily(anna)
    one = _on(series, "2026-10-24T07:00")
    assert (await _get(anna, one)).properties["calendar_item_type"] == "occurrence"
    await _change(
        anna,
        one,
        set={
            "subject": "Long one",
            "start": "2026-10-24T10:00:00.000000Z",
            "end": "2026-10-24T12:00:00.000000Z",
            "x:0x9000:String": "own",
        },
        body=Body(text="Another agenda"),
    )
    changed = await _get(anna, one)
    assert changed.id == one
    assert changed.properties["calendar_item_type"] == "exception"
    assert changed.properties["original_start"] == one.original
    assert (changed.properties["subject"], changed.body) == (
        "Long one",
        Body(text="Another agenda"),
    )
    assert changed.extended == {"0x9000:String": "own"}
    master = await _get(anna, series)
    assert (master.properties["subject"], master.body) == ("Stand-up", Body(text="Agenda"))
    assert master.change == changed.change
    assert ("2026-10-24T10:00", "Long one") in await _october(anna)
    assert len(await _october(anna)) == 5

    # What only the series says still shows in it; the next change adds to the first.
    await _change(anna, series, set={"location": "Room 1"})
    await _change(anna, one, set={"categories": ["Red"]}, append={"body_text": "!"})
    changed = await _get(anna, one)
    assert (changed.properties["location"], changed.properties["subject"]) == ("Room 1", "Long one")
    assert changed.properties["categories"] == ["Red"]
    assert changed.body == Body(text="Another agenda!")


async def test_what_an_occurrence_lost_stays_lost(anna: Session) -> None:
    series = await _daily(anna, location="Room 1")
    one = _on(series, "2026-10-24T07:00")
    await _change(anna, one, unset=("location",))
    assert "location" not in (await _get(anna, one)).properties
    assert (await _get(anna, series)).properties["location"] == "Room 1"


async def test_a_deleted_occurrence_is_gone_and_the_last_takes_the_series(anna: Session) -> None:
    series = await _daily(anna)
    days = [start for start, _ in await _october(anna)]
    assert await anna.execute(DeleteItems((_on(series, days[1]),), "hard")) == [None]
    assert [start for start, _ in await _october(anna)] == [days[0], *days[2:]]
    (again,) = await anna.execute(DeleteItems((_on(series, days[1]),), "hard"))
    assert isinstance(again, NotFound)
    with pytest.raises(NotFound):
        await _get(anna, _on(series, days[1]))
    rest = tuple(_on(series, day) for day in (days[0], *days[2:]))
    assert await anna.execute(DeleteItems(rest, "to_deleted_items")) == [None] * 4
    with pytest.raises(NotFound):
        await _get(anna, series)
    assert await _october(anna) == []


async def test_another_pattern_forgets_the_exceptions_another_subject_does_not(
    anna: Session,
) -> None:
    series = await _daily(anna)
    await _change(anna, _on(series, "2026-10-24T07:00"), set={"subject": "Long one"})
    await _change(anna, series, set={"subject": "Daily"})
    assert [s for _, s in await _october(anna)] == ["Daily", "Long one", "Daily", "Daily", "Daily"]
    await _change(anna, series, set={"end": "2026-10-23T07:30:00.000000Z"})
    assert {s for _, s in await _october(anna)} == {"Daily"}


@pytest.mark.parametrize(
    ("set", "role"),
    [
        ({"end": "2026-10-24T06:00:00.000000Z"}, "end_before_start"),
        (
            {"start": "2026-10-25T08:00:00.000000Z", "end": "2026-10-25T09:00:00.000000Z"},
            "occurrence_crossing",
        ),
        ({"start_time_zone": {"id": "Nowhere"}}, "time_zone"),
        ({"recurrence": {"type": "daily", "start": "2026-10-23"}}, ""),
    ],
)
async def test_an_occurrence_keeps_its_place(anna: Session, set: dict[str, Any], role: str) -> None:
    series = await _daily(anna)
    with pytest.raises(InvalidValue) as refused:
        await _change(anna, _on(series, "2026-10-24T07:00"), set=set)
    assert refused.value.role == role
    assert (await _get(anna, series)).properties.get("exceptions") is None


async def test_an_occurrence_is_not_copied(anna: Session) -> None:
    series = await _daily(anna)
    (refused,) = await anna.execute(CopyItems((_on(series, "2026-10-24T07:00"),), CALENDAR))
    assert isinstance(refused, NotSupported)
    assert refused.role == "occurrence"


async def test_an_endless_series_is_found_in_any_year(anna: Session, store: Store) -> None:
    await _save(
        anna,
        subject="Birthday",
        start="1970-02-27T23:00:00.000000Z",
        end="1970-02-28T23:00:00.000000Z",
        is_all_day=True,
        start_time_zone=BERLIN,
        recurrence={
            "type": "absolute_yearly", "interval": 1, "start": "1970-02-28", "month": 2,
            "day_of_month": 29,
        },
    )  # fmt: skip
    for year, day in ((1972, 29), (2027, 28), (2400, 29)):
        (row,) = await _view(
            anna, f"{year}-02-01T00:00:00.000000Z", f"{year}-04-01T00:00:00.000000Z"
        )
        assert row[0] == f"{year}-02-{day - 1}T23:00"
    assert await store.system().execute(CheckIntegrity()) == []


@pytest.mark.parametrize(
    ("properties", "role"),
    [
        ({"end": "2026-10-22T07:00:00.000000Z"}, "end_before_start"),
        ({"end": "2036-10-22T07:00:00.000000Z"}, "too_long"),
        ({"start_time_zone": {"id": "Nowhere"}}, "time_zone"),
        ({"recurrence": {"type": "hourly", "start": "2026-10-23"}}, "recurrence"),
        ({"recurrence": {"type": "daily", "interval": 1000, "start": "2026-10-23"}},
         "recurrence_range"),
        ({"recurrence": {"type": "weekly", "days": [], "start": "2026-10-23"}},
         "recurrence_days"),
        ({"recurrence": {"type": "daily", "start": "2026-10-23", "until": "4500-09-01"}},
         "recurrence_end"),
        ({"recurrence": {"type": "daily", "start": "2026-10-23", "until": "2026-10-22"}},
         "recurrence_empty"),
        ({"recurrence": {"type": "daily", "start": "2026-10-23"},
          "end": "2026-10-24T08:00:00.000000Z"}, "recurrence_overlap"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(
    anna: Session, properties: dict[str, Any], role: str
) -> None:
    times = {"start": "2026-10-23T07:00:00.000000Z", "end": "2026-10-23T07:15:00.000000Z"}
    with pytest.raises(InvalidValue) as refused:
        await _save(anna, **{**times, **properties})
    assert refused.value.role == role
