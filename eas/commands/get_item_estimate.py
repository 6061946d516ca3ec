"""GetItemEstimate: how much a Sync would tell (MS-ASCMD 2.2.1.9)."""

from __future__ import annotations

import msgspec

from eas.answers import Answer, node, root, text
from eas.classes import class_named
from eas.context import Context
from eas.errors import EasError
from eas.ids import read_folder_id
from eas.reading.options import TOGETHER, Options, read_options
from eas.registry import command
from eas.render.mail import blind_to
from eas.sync.entries import options_of
from eas.sync.filters import ESTIMATE, cutoff
from eas.sync.request import read_key, read_mode
from eas.wbxml import Element
from schemas.eas.status import COMMON_FIRST
from store.commands import FetchFolders
from store.devices.commands import PeekCollections
from store.errors import StoreError

_P = "GetItemEstimate"
_OK, _BAD_COLLECTION, _NOT_PRIMED, _BAD_KEY, _PROTOCOL = 1, 2, 3, 4, 103
# Beyond this a device only needs to know that there is much.
_COUNT_MAX = 100_000
_COLLECTIONS_MAX = 300


@command("GetItemEstimate")
async def get_item_estimate(ctx: Context) -> Answer:
    """The number of items that were added, changed or removed in each collection."""
    collections = ctx.document().find(f"{_P}:Collections")
    asked = list(collections.all(f"{_P}:Collection")) if collections is not None else []
    if not asked or len(asked) > _COLLECTIONS_MAX:
        raise EasError(_PROTOCOL, "no collection, or too many")
    for each in asked:
        _check_classes(each)
    return root("GetItemEstimate", [await _response(ctx, each) for each in asked])


def _check_classes(element: Element) -> None:
    """Mail and text messages alone are said together (MS-ASCMD 2.2.3.27.2). Raises EasError 4."""
    classes = {each.text("AirSync:Class") for each in element.all("AirSync:Options")} - {""}
    if len(classes) > 1 and not classes <= TOGETHER:
        raise EasError(_BAD_KEY, "classes that are not synchronised together")


async def _response(ctx: Context, element: Element) -> Element:
    id = element.text(f"{_P}:CollectionId")[:64]
    try:
        count = await _count(ctx, element, id)
    except EasError as error:
        # 12.1 has no common codes, and one collection is no HTTP status.
        is_known = error.status < COMMON_FIRST or ctx.is_at_least("14.0")
        status = error.status if is_known else _BAD_COLLECTION
        return node(f"{_P}:Response", text(f"{_P}:Status", status))
    return node(
        f"{_P}:Response",
        text(f"{_P}:Status", _OK),
        node(
            f"{_P}:Collection",
            text(f"{_P}:CollectionId", id),
            text(f"{_P}:Estimate", count),
        ),
    )


async def _count(ctx: Context, element: Element, id: str) -> int:
    folder = read_folder_id(id, ctx.mailbox_id, _BAD_COLLECTION)
    if isinstance((await ctx.execute(FetchFolders((folder,))))[0], StoreError):
        raise EasError(_BAD_COLLECTION, "no such folder")
    said = element.text("AirSync:SyncKey")
    if said in ("", "0"):
        raise EasError(_NOT_PRIMED, "the folder was not synchronised yet")
    key = read_key(said)
    if key is None:
        raise EasError(_BAD_KEY, "a SyncKey that this server never gave")
    options = _options(ctx, element)
    looked = PeekCollections(ctx.device.key, ((folder.id, *key),))
    state = (await ctx.execute(looked))[0].state
    if state is None:
        raise EasError(_BAD_KEY, "the device does not hold the folder under that key")
    kept = options_of(state.options)
    mode = read_mode(element)
    if not class_named(kept.kind).is_mail and mode is not None:
        raise EasError(_PROTOCOL, "only mail has conversations")
    options = msgspec.structs.replace(options, kind=kept.kind) if options is not None else kept
    since = cutoff(options, ctx.clock.now(), ESTIMATE)
    looked = PeekCollections(
        ctx.device.key,
        ((folder.id, *key),),
        {folder.id: since},
        gathers={folder.id: kept.converses if mode is None else mode},
        limit=_COUNT_MAX,
        blind=blind_to(ctx.version),
    )
    return (await ctx.execute(looked))[0].count


def _options(ctx: Context, element: Element) -> Options | None:
    """The options said; 12.1 says the filter beside them."""
    options = element.find("AirSync:Options")
    if options is not None:
        return read_options(options, ctx.version)
    if element.find("AirSync:FilterType") is not None:
        return read_options(element, ctx.version)
    return None
