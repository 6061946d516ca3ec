"""Calendar and contacts views: a window of time, or a stretch of names (MS-OXWSSRCH 2.2.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from ews.context import Context
from ews.errors import EwsError
from store.instant import Instant, from_instant
from store.restriction import And, Compare, Order, Page, Restriction

# Wider windows are refused (survey of operations, 4.5).
_DAYS_MAX = 2 * 366
_NOT_BESIDE = ("Restriction", "SortOrder", "QueryString", "GroupBy", "DistinguishedGroupBy")
_YEARS = ("0001", "9999")


class View(msgspec.Struct, frozen=True):
    """What a contacts view adds to a search. ``folder_class``: where alone it makes sense."""

    restriction: Restriction | None
    order: tuple[Order, ...]
    page: Page
    folder_class: str = "IPF.Contact"
    wrong_folder: str = "ErrorInvalidOperation"


class Window(msgspec.Struct, frozen=True):
    """The window of a calendar view, and how many items it shows at most (None: no bound)."""

    start: Instant
    end: Instant
    limit: int | None
    folder_class: str = "IPF.Appointment"
    wrong_folder: str = "ErrorCalendarFolderIsInvalidForCalendarView"


def read_view(ctx: Context, request: Any) -> View | Window | None:
    """The CalendarView or ContactsView of a FindItem; None for the other views. Raises EwsError."""
    if request.CalendarView is not None:
        if any(request.get(name) is not None for name in _NOT_BESIDE):
            raise EwsError("ErrorInvalidOperation", "A CalendarView stands alone.")
        return _calendar(ctx, request.CalendarView)
    if request.ContactsView is not None:
        return _contacts(request.ContactsView)
    return None


def _calendar(ctx: Context, node: Any) -> Window:
    """What overlaps the window: what ends at its start or starts at its end is outside, unless it
    has no length."""
    start, end = ctx.to_instant(node.StartDate), ctx.to_instant(node.EndDate)
    if start[:4] in _YEARS or end[:4] in _YEARS:
        raise EwsError("ErrorValueOutOfRange")
    if end < start:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate")
    if from_instant(end) - from_instant(start) > timedelta(days=_DAYS_MAX):
        raise EwsError("ErrorCalendarViewRangeTooBig")
    return Window(start, end, node.MaxEntriesReturned)


def _contacts(node: Any) -> View:
    """Contacts whose name lies between two names, both included where they exist."""
    tests: list[Restriction] = []
    if node.InitialName:
        tests.append(Compare("display_name", "ge", node.InitialName))
    if node.FinalName:
        tests.append(Compare("display_name", "le", node.FinalName))
    return View(
        restriction=And(tuple(tests)) if tests else None,
        order=(Order("display_name"),),
        page=Page(limit=node.MaxEntriesReturned),
    )
