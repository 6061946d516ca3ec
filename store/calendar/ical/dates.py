"""Series that are told by their days: RDATE, and rules that no pattern says.

They become a pattern that has all the days, and exceptions for what it has beyond them, as
MS-OXCICAL 2.1.3.1.1.20.18 makes of an RDATE and an EXDATE an occurrence that was moved.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import msgspec

from store.calendar.ical.rrule import Rule, from_rrule, says_the_start, until_of
from store.calendar.ical.rule_days import days_of, read_rule
from store.calendar.model import WEEKDAYS, ExceptionRecord, Recurrence
from store.calendar.recurrence import COUNT_MAX, Pattern, check_recurrence
from store.calendar.zones import to_utc
from store.instant import to_instant

EXCEPTIONS_MAX = 730
"""How many exceptions a pattern may need, or the days are told only so far as this many go."""
# What lies farther off is nobody's plan yet.
_HORIZON = timedelta(days=3_660)
_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
"""Start and end of an occurrence by the item's own clock."""


class Dated(msgspec.Struct, frozen=True):
    """A series in the store's words, empty where it has none. ``has_rules``, ``has_dates``: whether
    it says all that the rules, and the further dates, do."""

    recurrence: Recurrence = {}
    exceptions: list[ExceptionRecord] = []
    has_rules: bool = True
    has_dates: bool = True


def series_of(
    rules: Sequence[Rule],
    first: Span,
    deleted: Sequence[datetime],
    added: Sequence[Span],
    zone: tzinfo,
) -> Dated:
    """The series of something that takes place at ``first``, by rules, less days that are taken
    out, and at further ones.

    Raises InvalidValue for a rule that no calendar has.
    """
    recurrence = from_rrule(rules[0], first[0], zone) if len(rules) == 1 else None
    is_endless = False
    if recurrence is not None and added:
        check_recurrence(recurrence)
        is_endless = Pattern(recurrence).is_endless
        exceptions = _paired(recurrence, first, [each.date() for each in deleted], added, zone)
        if exceptions is not None:
            return Dated(recurrence, exceptions)
    if len(rules) < 2 and (recurrence is None or (added and not is_endless)):
        dated = _by_days(rules, first, frozenset(deleted), added, zone)
        if dated is not None:
            return dated
    if recurrence is None:
        return Dated({}, [], has_rules=False, has_dates=False)
    gone = [_deletion(each, zone) for each in sorted(set(deleted))]
    return Dated(recurrence, gone, has_dates=not added)


def _by_days(
    rules: Sequence[Rule],
    first: Span,
    deleted: frozenset[datetime],
    added: Sequence[Span],
    zone: tzinfo,
) -> Dated | None:
    """By each of its days; None where they make no series."""
    spans, is_all = [first], True
    for rule in rules:
        until = until_of(rule["UNTIL"][0], zone) if rule.get("UNTIL") else None
        spans, is_all = _spans_of_rule(rule, first, until)
    kept = [span for span in [*spans, *added] if span[0] not in deleted]
    return _as_series(first, kept, zone, is_all=is_all)


def _spans_of_rule(rule: Rule, first: Span, until: date | None) -> tuple[list[Span], bool]:
    """The occurrences of a rule from the first on, at most of ten years, and whether that is all;
    only the first of a rule that is not read."""
    start, end = first
    read = read_rule(rule, start.date())
    if read is None or not says_the_start(rule, start):
        return [first], False
    horizon = start.date() + _HORIZON
    last = min(until or horizon, horizon)
    days = itertools.chain([start.date()], days_of(read, start.date(), last))
    days = (day for day, _ in itertools.groupby(days))
    count = min(int(str(rule["COUNT"][0])), COUNT_MAX) if rule.get("COUNT") else None
    found = list(itertools.islice(days, count))
    is_all = (until is not None and until <= horizon) or (count is not None and len(found) == count)
    length = end - start
    starts = (datetime.combine(day, start.time()) for day in found)
    return [(each, each + length) for each in starts], is_all


def _paired(
    recurrence: Recurrence,
    first: Span,
    deleted: Sequence[date],
    added: Sequence[Span],
    zone: tzinfo,
) -> list[ExceptionRecord] | None:
    """The exceptions of a pattern of which each further date stands in place of one that was taken
    out between the same neighbours; None where one does not."""
    if max(len(deleted), len(added)) > EXCEPTIONS_MAX:
        return None
    pattern = Pattern(recurrence)
    out = {day for day in deleted if pattern.number(day) is not None}
    records: list[ExceptionRecord] = []
    for span in added:
        place = next((day for day in sorted(out) if _is_beside(pattern, day, span[0].date())), None)
        if place is None:
            return None
        out.discard(place)
        records.append(_record(datetime.combine(place, first[0].time()), span, zone))
    gone = (datetime.combine(day, first[0].time()) for day in out)
    return sorted([*records, *(_deletion(each, zone) for each in gone)], key=_original)


def _is_beside(pattern: Pattern, day: date, moved: date) -> bool:
    """Whether an occurrence may move to a day: it stays between its neighbours."""
    number = pattern.number(day)
    if number is None or (pattern.number(moved) is not None and moved != day):
        return False
    before, after = pattern.nth(number - 1), pattern.nth(number + 1)
    return (before is None or before < moved) and (after is None or moved < after)


def _as_series(first: Span, spans: Iterable[Span], zone: tzinfo, *, is_all: bool) -> Dated | None:
    """The series that has these occurrences and no other. ``first``: by what it starts, itself
    one of them or not. None where two of them share a day, or reach into the next."""
    by_day: dict[date, Span] = {}
    for span in spans:
        if by_day.setdefault(span[0].date(), span) != span:
            return None
    begin = first[0].date()
    if any(day < begin for day in by_day):
        return None
    days = sorted(day for day in by_day if day <= begin + _HORIZON)
    is_whole = is_all and len(days) == len(by_day)
    while len(days) > 1:
        found = _fewest(begin, days, first[1] - first[0])
        if found is None:
            return None
        recurrence, pattern_days = found
        if len(pattern_days) - len(days) <= EXCEPTIONS_MAX:
            kept = {day: by_day[day] for day in days}
            exceptions = list(_exceptions(first, pattern_days, kept, zone))
            return Dated(recurrence, exceptions, is_whole, is_whole)
        days, is_whole = days[: len(days) * 9 // 10], False
    return None


def _fewest(
    begin: date, days: Sequence[date], length: timedelta
) -> tuple[Recurrence, list[date]] | None:
    """The pattern with the fewest days beyond those that are wanted."""
    best: tuple[Recurrence, list[date]] | None = None
    for recurrence in _patterns(begin, days):
        told = list(Pattern(recurrence).between(begin, days[-1]))
        gap = min((b - a for a, b in itertools.pairwise(told)), default=_DAY)
        if gap < length or not set(days) <= set(told):
            continue
        if best is None or len(told) < len(best[1]):
            best = recurrence, told
    return best


def _patterns(begin: date, days: Sequence[date]) -> Iterator[Recurrence]:
    """Patterns that may have all the days, the plainest first."""
    ends = {"start": begin.isoformat(), "until": days[-1].isoformat()}
    every = [begin, *days]
    months = [day.year * 12 + day.month for day in every]
    if len({day.day for day in every}) == 1:
        yield {
            "type": "absolute_monthly",
            "day_of_month": begin.day,
            "interval": _step(months, 99),
            **ends,
        }
    monday = begin - timedelta(days=begin.weekday())
    yield {
        "type": "weekly",
        "days": [name for n, name in enumerate(WEEKDAYS) if n in {d.weekday() for d in every}],
        "first_day": "monday",
        "interval": _step([(day - monday).days // 7 for day in every], 99),
        **ends,
    }
    yield {"type": "daily", "interval": _step([(d - begin).days for d in every], 999), **ends}


def _step(numbers: Sequence[int], high: int) -> int:
    """The greatest interval, within its bound, that reaches all of the numbers from the first."""
    step = math.gcd(*(number - numbers[0] for number in numbers)) or 1
    return next(n for n in range(min(step, high), 0, -1) if step % n == 0)


def _exceptions(
    first: Span, pattern_days: Iterable[date], wanted: Mapping[date, Span], zone: tzinfo
) -> Iterator[ExceptionRecord]:
    length = first[1] - first[0]
    for day in pattern_days:
        natural = datetime.combine(day, first[0].time())
        span = wanted.get(day)
        if span is None:
            yield _deletion(natural, zone)
        elif span != (natural, natural + length):
            yield _record(natural, span, zone)


def _deletion(natural: datetime, zone: tzinfo) -> ExceptionRecord:
    return {"original": to_instant(to_utc(natural, zone)), "is_deleted": True}


def _record(natural: datetime, span: Span, zone: tzinfo) -> ExceptionRecord:
    start, end = (to_instant(to_utc(wall, zone)) for wall in span)
    original = to_instant(to_utc(natural, zone))
    return {"original": original, "properties": {"start": start, "end": end}}


def _original(record: ExceptionRecord) -> Any:
    return record["original"]
