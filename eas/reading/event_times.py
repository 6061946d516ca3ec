"""Times of new events that a device leaves out (MS-ASCAL 3.2.4.4)."""

from __future__ import annotations

from datetime import timedelta

from eas.errors import EasError
from eas.reading.moments import CONVERSION
from store.instant import Instant, from_instant, to_instant
from store.model import Properties

_HALF_HOUR = timedelta(minutes=30)


def completed(values: Properties, now: Instant) -> Properties:
    """A new event with its start and end: what is missing is the nearest half hour, or half an
    hour behind that. Raises EasError 6 for an end that lies before it, or a start behind."""
    start, end = values.get("start"), values.get("end")
    if start and end:
        return values
    rounded = _nearest(now)
    if start and start > now:
        raise EasError(CONVERSION, "an event that is to come has an end")
    if end and end < rounded:
        raise EasError(CONVERSION, "an event that is over has a start")
    later = to_instant(from_instant(rounded) + _HALF_HOUR)
    return {**values, "start": start or rounded, "end": end or later}


def _nearest(now: Instant) -> Instant:
    moment = from_instant(now) + _HALF_HOUR / 2
    past = timedelta(
        minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond
    )
    return to_instant(moment - past)
