"""ResolveRecipients: whom a name means (MS-ASCMD 2.2.1.15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec

from eas.answers import Answer, node, root, text
from eas.certificates import Certificates
from eas.context import Context
from eas.errors import EasError
from eas.pictures import Pictures, read_pictures
from eas.reading.mail import read_moment
from eas.registry import command
from eas.wbxml import Element
from store.calendar.availability.merged import merged
from store.commands import ReadAvailability, ResolveNames
from store.errors import InvalidValue, StoreError, TooMany
from store.instant import Instant, from_instant, to_instant
from store.results import ResolvedName, ResolvedNames

_P = "ResolveRecipients"
_OK, _AMBIGUOUS, _AMBIGUOUS_MORE, _UNKNOWN, _PROTOCOL = 1, 2, 3, 4, 5
_TO_MAX, _CHARS_MAX = 100, 256
# How many suggestions a name gets unless the device says so, and how many are counted at most.
_SHOWN, _COUNTED_MAX = 20, 200
_NUMBER_MAX = 9999
_AVAILABILITY_FAILED, _TOO_MANY_MEMBERS = 163, 161
_SLOT_MINUTES = 30
_MEMBERS_MAX = 20  # of a group whose free time is told (MS-ASCMD 2.2.3.183)
_GAL, _CONTACT = 1, 2
_RANGE_S_MIN, _RANGE_S_MAX = 30 * 60, 42 * 24 * 3600


class _Options(msgspec.Struct, frozen=True):
    """What is wanted besides names and addresses."""

    ambiguous_max: int = _SHOWN
    certificates: Certificates | None = None
    window: tuple[Instant, Instant] | None = None
    pictures: Pictures | None = None


@command("ResolveRecipients")
async def resolve_recipients(ctx: Context) -> Answer:
    """One response for each name asked for, in order."""
    document = ctx.document()
    asked = [each.as_text() for each in document.all(f"{_P}:To")]
    if not asked or len(asked) > _TO_MAX or not all(0 < len(to) <= _CHARS_MAX for to in asked):
        raise EasError(_PROTOCOL, f"1 to {_TO_MAX} names are expected")
    options = _read(ctx, document.find(f"{_P}:Options"))
    found = [await _resolved(ctx, to, options) for to in asked]
    pictures = await _pictures(ctx, options, found)
    responses = [await _response(ctx, each, options, pictures) for each in found]
    return root("ResolveRecipients", [text(f"{_P}:Status", _OK), *responses])


def _read(ctx: Context, said: Element | None) -> _Options:
    """Raises EasError 5."""
    if said is None:
        return _Options()
    most = _number(said, "MaxAmbiguousRecipients", _SHOWN)
    certificates_max = _number(said, "MaxCertificates", _NUMBER_MAX)
    retrieval = said.text(f"{_P}:CertificateRetrieval", "1")
    if retrieval not in ("1", "2", "3"):
        raise EasError(_PROTOCOL, "CertificateRetrieval is 1, 2 or 3")
    availability = said.find(f"{_P}:Availability")
    window = _window(availability) if availability is not None else None
    return _Options(
        ambiguous_max=most,
        certificates=Certificates(int(retrieval), certificates_max) if retrieval != "1" else None,
        window=window if ctx.is_at_least("14.0") else None,
        pictures=read_pictures(ctx, said, _P),
    )


def _number(said: Element, name: str, default: int) -> int:
    """Raises EasError 5 for what is no number from 0 to 9999."""
    value = said.text(f"{_P}:{name}", str(default))
    if not (value.isascii() and value.isdigit() and len(value) <= 6 and int(value) <= _NUMBER_MAX):
        raise EasError(_PROTOCOL, f"{name} is a number from 0 to {_NUMBER_MAX}")
    return int(value)


def _window(availability: Element) -> tuple[Instant, Instant]:
    """From when to when free time is wanted; without an end for a week (MS-ASCMD 2.2.3.61).

    Raises EasError 5 for a time that is none, or a range that is too short or too long.
    """
    try:
        start = read_moment(availability.text(f"{_P}:StartTime"))
        said = availability.text(f"{_P}:EndTime")
        end = read_moment(said) if said else _week_after(start)
    except EasError as error:
        raise EasError(_PROTOCOL, "a time that is none") from error
    seconds = (from_instant(end) - from_instant(start)).total_seconds()
    if not _RANGE_S_MIN <= seconds <= _RANGE_S_MAX:
        raise EasError(_PROTOCOL, "30 minutes to 42 days can be asked for")
    return start, end


def _week_after(start: Instant) -> Instant:
    return to_instant(from_instant(start) + timedelta(days=7))


class _Resolved(msgspec.Struct, frozen=True):
    """Whom a name may mean: how many, and those who are told."""

    to: str
    count: int
    shown: tuple[ResolvedName, ...]

    @property
    def status(self) -> int:
        if self.count <= 1:
            return _OK if self.count else _UNKNOWN
        return _AMBIGUOUS if len(self.shown) == self.count else _AMBIGUOUS_MORE


async def _resolved(ctx: Context, to: str, options: _Options) -> _Resolved:
    try:
        found: ResolvedNames = await ctx.execute(ResolveNames(to, limit=_COUNTED_MAX))
    except InvalidValue:  # nothing in it is a word
        return _Resolved(to, 0, ())
    names = _recipients(found.names)
    shown = names if len(names) == 1 else names[: options.ambiguous_max]
    return _Resolved(to, len(names), tuple(shown))


async def _pictures(
    ctx: Context, options: _Options, found: Iterable[_Resolved]
) -> Iterator[Element | None]:
    """The Picture of each who is told, in order."""
    addresses = [name.address for each in found for name in each.shown]
    if options.pictures is None:
        return iter([None] * len(addresses))
    return iter(await options.pictures.elements(ctx, addresses, _P))


async def _response(
    ctx: Context, found: _Resolved, options: _Options, pictures: Iterator[Element | None]
) -> Element:
    return node(
        f"{_P}:Response",
        text(f"{_P}:To", found.to),
        text(f"{_P}:Status", found.status),
        text(f"{_P}:RecipientCount", found.count),
        *[
            await _recipient(ctx, name, options, next(pictures), is_one=found.count == 1)
            for name in found.shown
        ],
    )


def _recipients(names: Iterable[ResolvedName]) -> list[ResolvedName]:
    """Whom mail can be sent to, each once: somebody of the directory may be a contact as well."""
    found: dict[str, ResolvedName] = {}
    for name in names:
        if name.address:
            found.setdefault(name.address.casefold(), name)
    return list(found.values())


async def _recipient(
    ctx: Context, name: ResolvedName, options: _Options, picture: Element | None, *, is_one: bool
) -> Element:
    """One whom a name may mean. Of several, none has certificates or free time (MS-ASCMD
    2.2.3.173): which of them is meant is asked first."""
    return node(
        f"{_P}:Recipient",
        text(f"{_P}:Type", _GAL if name.account is not None else _CONTACT),
        text(f"{_P}:DisplayName", name.name or name.address),
        text(f"{_P}:EmailAddress", name.address),
        await _availability(ctx, name.address, options.window)
        if options.window is not None and is_one
        else None,
        await options.certificates.element(ctx, name.account)
        if options.certificates is not None and is_one
        else None,
        picture,
    )


async def _availability(ctx: Context, address: str, window: tuple[Instant, Instant]) -> Element:
    """Free and busy time in half hours (MS-ASCMD 2.2.3.115), or why it is not told."""
    (found,) = await ctx.execute(ReadAvailability((address,), *window, members_max=_MEMBERS_MAX))
    if isinstance(found, StoreError):
        status = _TOO_MANY_MEMBERS if isinstance(found, TooMany) else _AVAILABILITY_FAILED
        return node(f"{_P}:Availability", text(f"{_P}:Status", status))
    return node(
        f"{_P}:Availability",
        text(f"{_P}:Status", _OK),
        text(f"{_P}:MergedFreeBusy", merged(found.events, *window, _SLOT_MINUTES)),
    )
