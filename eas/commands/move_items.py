"""MoveItems: items from folder to folder (MS-ASCMD 2.2.1.12)."""

from __future__ import annotations

from eas.answers import Answer, node, root, text
from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.ids import item_server_id, read_folder_id, read_item_id
from eas.registry import command
from eas.wbxml import Element
from store.devices.commands import MoveForDevice
from store.devices.model import Moved
from store.errors import StoreError
from store.model import ItemId

_P = "Move"
_SOURCE, _TARGET, _OK, _SAME, _FAILED = 1, 2, 3, 4, 5
_PROTOCOL = 103
_MOVES_MAX = 1_000
_WORDS = {
    "NotFound": _SOURCE,
    "NotFound target": _TARGET,
    "AccessDenied target": _TARGET,
    "AccessDenied": _SOURCE,
    "IntoItself": _SAME,
    "NotSupported": _FAILED,
    "QuotaReached": _FAILED,
}


@command("MoveItems")
async def move_items(ctx: Context) -> Answer:
    """Move items; each has its own status, and its new id. A repeat of a move whose answer was
    lost gives the same answer."""
    moves = list(ctx.document().all(f"{_P}:Move"))
    if not moves or len(moves) > _MOVES_MAX:
        raise EasError(_PROTOCOL, f"1 to {_MOVES_MAX} moves are expected")
    read = _once([_read(ctx, move) for move in moves])
    asked = [each for each in read if not isinstance(each, EasError)]
    done = iter(await ctx.execute(MoveForDevice(ctx.device.key, tuple(asked))) if asked else ())
    responses: list[Element] = []
    for move, each in zip(moves, read, strict=True):
        result = each if isinstance(each, EasError) else next(done)
        target = each[2] if not isinstance(each, EasError) else 0
        responses.append(_response(move.text(f"{_P}:SrcMsgId")[:64], result, target))
    return root("MoveItems", responses)


def _read(ctx: Context, move: Element) -> tuple[ItemId, int, int] | EasError:
    """Item, folder it lies in, target; or why not."""
    try:
        lies_in, item = read_item_id(move.text(f"{_P}:SrcMsgId"), ctx.mailbox_id, _SOURCE)
        source = read_folder_id(move.text(f"{_P}:SrcFldId"), ctx.mailbox_id, _SOURCE)
        target = read_folder_id(move.text(f"{_P}:DstFldId"), ctx.mailbox_id, _TARGET)
    except EasError as error:
        return error
    if source.id != lies_in:
        return EasError(_SOURCE, "the item does not lie in that folder")
    return item, source.id, target.id


def _once(
    read: list[tuple[ItemId, int, int] | EasError],
) -> list[tuple[ItemId, int, int] | EasError]:
    """The moves with a refusal for each that names a second target for an item (MS-ASCMD
    2.2.3.177.10, status 5)."""
    targets: dict[ItemId, int] = {}
    return [
        EasError(_FAILED, "the item goes elsewhere already")
        if not isinstance(each, EasError) and targets.setdefault(each[0], each[2]) != each[2]
        else each
        for each in read
    ]


def _response(source: str, result: Moved | StoreError | EasError, target: int) -> Element:
    moved = isinstance(result, Moved)
    status = _OK if isinstance(result, Moved) else in_words_of(result, _WORDS).status
    return node(
        f"{_P}:Response",
        text(f"{_P}:SrcMsgId", source),
        text(f"{_P}:Status", status if moved or status <= _FAILED else _FAILED),
        text(f"{_P}:DstMsgId", item_server_id(target, result.item.id))
        if isinstance(result, Moved)
        else None,
    )
