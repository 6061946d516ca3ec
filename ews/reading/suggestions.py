"""What a request wants of suggested times (MS-OXWAVLS SuggestionsViewOptionsType)."""

from __future__ import annotations

from typing import Any

import msgspec

from ews.context import Context
from ews.errors import EwsError
from ews.reading.availability import read_window
from store.calendar.availability.suggest import QUALITIES, Rules
from store.instant import Instant


class SuggestionOptions(msgspec.Struct, frozen=True):
    """The window of days, and how meetings are looked for in it."""

    start: Instant
    end: Instant
    rules: Rules


def read_suggestion_options(ctx: Context, node: Any) -> SuggestionOptions:
    """Raises EwsError for what is out of bounds."""
    start, end = read_window(ctx, node.DetailedSuggestionsWindow)
    rules = Rules(
        good_threshold=_within(node.GoodThreshold, 25, 1, 49, "GoodThreshold"),
        by_day_max=_within(node.MaximumResultsByDay, 10, 0, 48, "MaximumResultsByDay"),
        outside_hours_max=_within(
            node.MaximumNonWorkHourResultsByDay, 0, 0, 48, "MaximumNonWorkHourResultsByDay"
        ),
        minutes=_within(node.MeetingDurationInMinutes, 60, 30, 1440, "MeetingDurationInMinutes"),
        quality_min=node.MinimumSuggestionQuality or "Fair",
    )
    if rules.quality_min not in QUALITIES:
        raise EwsError("ErrorInvalidArgument", "MinimumSuggestionQuality is no quality.")
    return SuggestionOptions(start, end, rules)


def _within(value: int | None, default: int, low: int, high: int, name: str) -> int:
    if value is None:
        return default
    if not low <= value <= high:
        raise EwsError("ErrorInvalidArgument", f"{name} is from {low} to {high}.")
    return value
