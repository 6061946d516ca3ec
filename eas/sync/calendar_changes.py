"""A device's own changes of calendars (MS-ASCAL 3.1.4, 3.2.4).

From 16.0 on the server tells those who take part, and single occurrences are named by InstanceId;
before, a device sends its invitations itself, and the server must not (lesson 24).
"""

from __future__ import annotations

import msgspec

from eas.context import Context
from eas.errors import EasError
from eas.reading.calendar import ONES_OWN, CalendarChange, read_calendar_change
from eas.reading.calendar_values import says_zone
from eas.reading.event_times import completed
from eas.reading.moments import read_moment
from eas.sync.own import (
    NOT_FOUND,
    OwnChange,
    Reader,
    data_of,
    files_of,
    item_named,
    token_of,
    words_of,
)
from eas.sync.request import CollectionRequest
from eas.wbxml import Element
from store.calendar.model import ZoneRecord
from store.calendar.occurrences import Series, is_master
from store.calendar.settle import RECEIVED
from store.calendar.zones import to_utc, zone_of
from store.commands import (
    Command,
    CreateItems,
    DeleteItems,
    FetchHomeZone,
    FetchItems,
    FindMeeting,
    Invitations,
    ItemChange,
    UpdateItems,
    Want,
)
from store.devices.commands import DeviceChange
from store.errors import NotFound, StoreError
from store.instant import Instant, from_instant, to_instant
from store.items.fetch import as_occurrence
from store.model import Body, FolderId, Item, ItemDraft, ItemId, Properties

_P, _C = "AirSync", "Calendar"
_CLASS = "IPM.Appointment"


def _tells(ctx: Context) -> Invitations:
    return "all_and_copy" if ctx.is_at_least("16.0") else "none"


async def _add(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    """A new event; or one that is there: who taps an invitation before the calendar has come adds
    what the server put there when it arrived (devices, 9)."""
    said = data_of(element)
    tells_uid = ctx.is_at_least("16.0")
    there = await _there(ctx, folder, said)
    if there is not None:
        edit = _edited(ctx, asked, element, there)
        change = DeviceChange(f"add:{name}", edit.commands, there.id, adopts=True)
        return OwnChange("Add", name, change, client_ids=edit.client_ids, tells_uid=tells_uid)
    data = read_calendar_change(said, ctx.version, home=await _home(ctx, said))
    draft = ItemDraft(
        _CLASS,
        completed(data.set, ctx.now),
        body=data.body or Body(),
        attachments=data.attachments_added,
    )
    command = CreateItems((draft,), folder=folder, invitations=_tells(ctx))
    return OwnChange(
        "Add",
        name,
        DeviceChange(f"add:{name}", (command,), says=words_of(element)),
        client_ids=data.client_ids,
        tells_uid=tells_uid,
    )


async def _there(ctx: Context, folder: FolderId, said: Element) -> Item | None:
    """The event of that folder which has the UID that a device gives a new one."""
    uid = said.text(f"{_C}:UID") or said.text(f"{_C}:ClientUid")
    if not uid:
        return None
    known: ItemId | None = await ctx.execute(FindMeeting(ctx.mailbox_id, uid))
    if known is None:
        return None
    found = await _before(ctx, known, Want(body=_tells(ctx) != "none"))
    return found if found.folder == folder else None


async def _home(ctx: Context, said: Element) -> ZoneRecord | None:
    """The zone of a new event whose device names none: it is at home (lesson 19)."""
    return None if says_zone(said) else await ctx.execute(FetchHomeZone())


async def _before(ctx: Context, item: ItemId, want: Want = Want()) -> Item:
    """The item as it is. Raises EasError 8."""
    (found,) = await ctx.execute(FetchItems((item,), want))
    if isinstance(found, StoreError):
        raise EasError(NOT_FOUND, "the event was not found")
    return found


def _instance(element: Element, properties: Properties) -> str:
    """The occurrence that a command is about, by its original start; empty for all of the series.

    Raises EasError 8 for one that the series does not have.
    """
    inner = element.find(f"{_P}:ApplicationData")
    text = element.text("AirSyncBase:InstanceId")
    if not text and inner is not None:
        text = inner.text("AirSyncBase:InstanceId")
    if not text:
        return ""
    if not is_master(properties):
        raise EasError(NOT_FOUND, "the event does not recur")
    moment = read_moment(text)
    if properties.get("is_all_day"):  # a day that floats
        wall = from_instant(moment).replace(tzinfo=None)
        moment = to_instant(to_utc(wall, zone_of(properties.get("start_time_zone"))))
    found = Series(properties).near(moment)
    if found is None:
        raise EasError(NOT_FOUND, "the series has no such occurrence")
    return found.original


class _Edit(msgspec.Struct, frozen=True):
    """What the store is asked to change in an event. ``tells_back``: of another's meeting not all
    is changed, and the device is told how it still is. ``client_ids``: the device's names of the
    attachments that it adds."""

    commands: tuple[Command, ...]
    tells_back: bool
    client_ids: tuple[str, ...]


async def _change(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    item = item_named(ctx, folder, name)
    found = await _before(ctx, item, Want(body=_tells(ctx) != "none"))
    original = _instance(element, found.properties) if ctx.is_at_least("16.0") else ""
    edit = _edited(ctx, asked, element, found, original)
    change = DeviceChange(
        token_of(element), edit.commands, item, ("content",), tells_back=edit.tells_back
    )
    return OwnChange("Change", name, change, client_ids=edit.client_ids)


def _edited(
    ctx: Context, asked: CollectionRequest, element: Element, found: Item, original: Instant = ""
) -> _Edit:
    """What a command says of an event that there is, or of one occurrence of it."""
    supported = asked.options.supported if asked.options is not None else None
    if original:
        try:
            found = as_occurrence(found, original)
        except NotFound as error:
            raise EasError(NOT_FOUND, "the occurrence was deleted") from error
    before = found.properties
    data = read_calendar_change(
        data_of(element),
        ctx.version,
        before,
        frozenset(supported) if supported is not None else None,
        is_occurrence=bool(original),
        own=ctx.session.principal.address,
    )
    item = ItemId(found.id.mailbox_id, found.id.id)
    files = files_of(ctx, item, data.attachments_added, data.attachments_removed)
    edit = ItemChange(found.id, set=data.set, unset=data.unset, body=data.body)
    tells = _tells(ctx) if _is_news(data, before, found.body or Body()) else "none"
    update = UpdateItems((edit,), resolution="always_overwrite", invitations=tells)
    return _Edit(
        (*files, update),
        bool(int(before.get("appointment_state") or 0) & RECEIVED),
        data.client_ids,
    )


def _is_news(data: CalendarChange, before: Properties, body: Body) -> bool:
    """Whether a change of a meeting concerns anybody else: what is one's own does not, nor does
    what was said already, as devices do that say all of an event when they change a part."""
    if data.attachments_added or data.attachments_removed:
        return True
    if data.body is not None and _words(data.body) != _words(body):
        return True
    other = {name for name, value in data.set.items() if before.get(name) != value}
    return bool((other | (before.keys() & set(data.unset))) - ONES_OWN)


def _words(body: Body) -> str:
    text = body.html if body.html is not None else body.text
    return (text or "").replace("\r\n", "\n").strip()


async def _delete(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    """An event goes, or (16.x) one occurrence of it; the others are told by the server then."""
    item = item_named(ctx, folder, name)
    how = "to_deleted_items" if asked.deletes_as_moves else "soft"
    if ctx.is_at_least("16.0") and element.find("AirSyncBase:InstanceId") is not None:
        found = await _before(ctx, item)
        original = _instance(element, found.properties)
        target = ItemId(item.mailbox_id, item.id, original)
        command = DeleteItems((target,), how, cancellations=_tells(ctx))
        change = DeviceChange(token_of(element), (command,), item, ("content",))
        return OwnChange("Delete", name, change)
    command = DeleteItems((item,), how, cancellations=_tells(ctx))
    change = DeviceChange(token_of(element), (command,), item, is_deletion=True)
    return OwnChange("Delete", name, change)


READERS: dict[str, Reader] = {"Add": _add, "Change": _change, "Delete": _delete}
