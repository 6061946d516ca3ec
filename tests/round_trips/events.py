"""What an event can say, by property: how the desktop says it, and which other sides can."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

PHONES = frozenset({"14.1", "16.1"})
EVERYWHERE = PHONES | {"file"}
Said = dict[str, str]
Values = st.SearchStrategy[Said]


@dataclass(frozen=True)
class Row:
    """``values``: the elements with which the desktop says it; ``sides``: who else can; ``shown``:
    what must be the same everywhere, where that is more or less than those elements."""

    name: str
    values: Values
    sides: frozenset[str] = EVERYWHERE
    shown: frozenset[str] = frozenset()


# Letters, digits, punctuation, symbols: no separator but the space, which texts do not begin,
# end or double (an element's text is trimmed by some, and lines are lines).
WORDS = st.lists(
    st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
).map(" ".join)


def element(name: str, inner: str = "", **attributes: str) -> str:
    """An element as XML; ``inner`` is XML."""
    more = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<t:{name}{more}>{inner}</t:{name}>"


def elements(**texts: str) -> str:
    """Elements with texts."""
    return "".join(element(name, escape(text)) for name, text in texts.items())


def said(name: str, values: st.SearchStrategy[str]) -> Values:
    """One element with a text."""
    return values.map(lambda value: {name: element(name, escape(value))})


def among(name: str, *values: str) -> Values:
    """One element with one of these texts."""
    return said(name, st.sampled_from(values))


CATEGORIES: Values = st.lists(WORDS, min_size=1, max_size=4, unique_by=str.lower).map(
    lambda names: {
        "Categories": element("Categories", "".join(elements(String=name) for name in names))
    }
)


def body(kind: str, text: str) -> Said:
    """A Body."""
    return {"Body": element("Body", escape(text), BodyType=kind)}


_LINES = st.lists(WORDS, min_size=1, max_size=4)
BODIES: Values = st.one_of(
    _LINES.map(lambda lines: body("Text", "\n".join(lines))),
    _LINES.map(
        lambda lines: body("HTML", f"<html><body>{'<br>'.join(map(escape, lines))}</body></html>")
    ),
)

ZONES = (
    "W. Europe Standard Time", "Romance Standard Time", "GMT Standard Time",
    "Eastern Standard Time", "Pacific Standard Time", "US Mountain Standard Time",
    "Tokyo Standard Time", "India Standard Time", "Nepal Standard Time", "UTC",
    "AUS Eastern Standard Time", "New Zealand Standard Time", "Newfoundland Standard Time",
    "E. South America Standard Time", "South Africa Standard Time", "Israel Standard Time",
)  # fmt: skip
_DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2029, 12, 31))
_MINUTES = st.integers(0, 24 * 60 - 1)


def _moment(name: str, moment: dt.datetime) -> Said:
    return {name: elements(**{name: f"{moment:%Y-%m-%dT%H:%M:%SZ}"})}


def _times(day: dt.date, minute: int, length: int) -> Said:
    start = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    return _moment("Start", start) | _moment("End", start + dt.timedelta(minutes=length))


TIMES: Values = st.builds(_times, _DAYS, _MINUTES, st.integers(0, 3_000))


def zones(zone: str) -> Said:
    """Start and end by one clock."""
    return {name: element(name, Id=zone) for name in ("StartTimeZone", "EndTimeZone")}


ZONED: Values = st.builds(lambda t, z: t | zones(z), TIMES, st.sampled_from(ZONES))


def _whole_days(day: dt.date, days: int, zone: str) -> Said:
    # Noon to noon: the server makes whole days of it by the zone's clock.
    times = _times(day, 12 * 60, days * 24 * 60)
    return {**times, "IsAllDayEvent": elements(IsAllDayEvent="true"), **zones(zone)}


WHOLE_DAYS: Values = st.builds(_whole_days, _DAYS, st.integers(0, 5), st.sampled_from(ZONES))

REMINDERS: Values = st.one_of(
    st.just({"ReminderIsSet": elements(ReminderIsSet="false")}),
    st.integers(0, 40_320).map(
        lambda minutes: {
            "ReminderIsSet": elements(ReminderIsSet="true"),
            "ReminderMinutesBeforeStart": elements(ReminderMinutesBeforeStart=str(minutes)),
        }
    ),
)


def _people(name: str) -> Values:
    def people(names: list[str]) -> Said:
        listed = [
            element(
                "Attendee",
                element("Mailbox", elements(Name=each, EmailAddress=f"p{n}@elsewhere.example")),
            )
            for n, each in enumerate(names)
        ]
        return {name: element(name, "".join(listed))}

    return st.lists(WORDS, min_size=1, max_size=3).map(people)


def _place(name: str, annotation: str, parts: dict[str, str], where: tuple[int, int]) -> Said:
    ordered = {name: parts[name] for name in _PARTS if name in parts}
    degrees = {"Latitude": str(where[0] / 100), "Longitude": str(where[1] / 100)}
    address = elements(**ordered, Type="Business", **degrees)
    inner = elements(DisplayName=name, Annotation=annotation) + element("PostalAddress", address)
    return {"EnhancedLocation": element("EnhancedLocation", inner)}


_PARTS = ("Street", "City", "State", "Country", "PostalCode")
PLACES: Values = st.builds(
    _place, WORDS, WORDS, st.fixed_dictionaries({}, optional=dict.fromkeys(_PARTS, WORDS)),
    st.tuples(st.integers(-9_000, 9_000), st.integers(-18_000, 18_000)),
)  # fmt: skip

EVENTS: tuple[Row, ...] = (
    Row("Subject", said("Subject", WORDS)),
    Row("Body", BODIES),
    Row("Sensitivity", among("Sensitivity", "Normal", "Personal", "Private", "Confidential")),
    Row("Importance", among("Importance", "Low", "Normal", "High"), frozenset({"file"})),
    Row("Categories", CATEGORIES),
    Row("Reminder", REMINDERS),
    Row("Times", TIMES),
    Row("Zone", ZONED),
    Row("WholeDays", WHOLE_DAYS, frozenset({"14.1", "file"})),
    # A phone of 16.x lets them float: it names no zone.
    Row(
        "Days",
        WHOLE_DAYS,
        EVERYWHERE,
        frozenset({"StartWallClock", "EndWallClock", "IsAllDayEvent"}),
    ),
    Row(
        "LegacyFreeBusyStatus",
        among("LegacyFreeBusyStatus", "Free", "Tentative", "Busy", "OOF", "WorkingElsewhere"),
    ),
    Row("Location", said("Location", WORDS)),
    Row("EnhancedLocation", PLACES, frozenset({"16.1"})),
    Row("RequiredAttendees", _people("RequiredAttendees"), PHONES),
    Row("OptionalAttendees", _people("OptionalAttendees"), PHONES),
    Row("Resources", _people("Resources"), PHONES),
    Row("IsResponseRequested", among("IsResponseRequested", "true", "false"), PHONES),
    Row("AllowNewTimeProposal", among("AllowNewTimeProposal", "true", "false")),
)
