"""How the calendar's records stand in an item's properties (plain values that JSON can hold).

``start_time_zone``, ``end_time_zone``: ``{"id": Windows or IANA name or a client's own, "name": as
shown}``. A zone that no tz database knows carries its ``rules`` as well: a list, oldest first, of
``{"from": first year (0: always), "standard": minutes east of UTC, "daylight": the same in summer,
"to_standard": change, "to_daylight": change}``, the last three only where there is a summer time. A
change is ``{"month": 1-12, "day": weekday name, "occurrence": 1-4 or -1 for the last, "minutes":
after midnight by the clock before it}``, or with ``"day_of_month"`` in place of day and occurrence.

``recurrence``, on masters and recurring tasks: ``{"type": daily | weekly | absolute_monthly |
relative_monthly | absolute_yearly | relative_yearly, "interval": int, "start": "YYYY-MM-DD"}``
with ``"until": "YYYY-MM-DD"`` (inclusive) or ``"count": int`` where it ends, and by type:
``"days"``: list of weekday names (weekly; relative ones: all seven for any day, five for a weekday,
two for a day of the weekend); ``"first_day"``: weekday name (weekly, ``sunday`` where absent);
``"day_of_month"``: 1-31, clipped to the month's last day; ``"index"``: first, second, third,
fourth, last (relative); ``"month"``: 1-12 (yearly). Kept as they came: ``"calendar_type"`` (int),
``"is_leap_month"``. Of tasks: ``"regenerates": true`` (a new one so long after the last was done),
``"occurrence"``, ``"dead_occur"``. Dates are those of the item's own zone.

``exceptions``, on masters: a list sorted by ``original``, the instant at which the occurrence would
have started: ``{"original": instant, "is_deleted": true}``, or ``{"original": instant,
"properties": what is other than in the master, "removed": [names that the master has and this has
not], "body": {"html": …, "text": …}, "extended": {key: value, None where only the master has
it}}`` (the last three only where there are any). A file that only an exception has is an attachment
of the master whose properties say ``original``.

``required_attendees``, ``optional_attendees``, ``resources``: lists of ``{"mailbox": {"name",
"address"}}`` with ``"response": unknown | organizer | tentative | accept | decline |
no_response_received`` and ``"time": instant`` of the answer where there was one, and
``"proposed_start"``, ``"proposed_end"`` (instants) where another time was proposed.

``inbox_reminders``: reminders that come by mail, a list of ``{"id": GUID, "minutes": before the
start, "message": text, "is_organizer": bool, "change": none | added | override | deleted (how an
occurrence changes that of its series; what is deleted does not remind), "send_option": user |
all_attendees, "is_imported": bool}``. All have ``id`` and ``send_option``, all that are not deleted
``minutes``; the rest only where it was said. The list of an exception stands in place of the
series'.

``location`` is the place as shown; ``places``, where more is known, is the list of the parts of an
enhanced location: ``{"name", "annotation", "uri", "source", "street", "city", "state", "country",
"postal_code", "latitude", "longitude", "accuracy", "altitude", "altitude_accuracy"}``, each part
only where there is one; the first is the one that ``location`` names.
"""

from __future__ import annotations

from typing import Any

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = ("first", "second", "third", "fourth", "last")

Recurrence = dict[str, Any]
ZoneRecord = dict[str, Any]
ExceptionRecord = dict[str, Any]

# Of a master alone: no occurrence has them.
OF_SERIES = ("recurrence", "exceptions")
