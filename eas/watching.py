"""Waiting for changes in folders that a device holds: what Ping and a waiting Sync share.

Both ask the very question that Sync answers (lesson 9), so neither wakes a device in vain.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from eas.classes import folder_classes
from eas.context import Context
from eas.render.mail import blind_to
from store.devices.commands import PeekCollections, PeekTree
from store.instant import Instant


class Watched(msgspec.Struct, frozen=True):
    """How a wait ended: folders that have something; ``tree``: the tree of folders has."""

    folders: tuple[int, ...] = ()
    tree: bool = False

    def __bool__(self) -> bool:
        return bool(self.folders) or self.tree


async def watch(
    ctx: Context,
    kind: str,
    folders: Sequence[tuple[int, str, int]],
    seconds: float,
    *,
    cutoffs: dict[int, Instant] | None = None,
    tree: bool = True,
) -> Watched:
    """Wait until a folder (id, token and number; an empty token is the newest state) or the tree
    has something for the device, at most ``seconds``."""
    key = (ctx.mailbox_id, ctx.device.key, kind)
    clock = ctx.clock
    deadline = clock.monotonic() + seconds
    waiting = ctx.services.waiting
    account_id = ctx.session.principal.account_id
    with waiting.watch(key, account_id, frozenset(id for id, _, _ in folders)) as wait:
        touched = {id for id, _, _ in folders}
        tree_touched = tree
        while True:
            asked = tuple(each for each in folders if each[0] in touched)
            found = await _look(ctx, asked, cutoffs or {}, tree=tree_touched)
            left = deadline - clock.monotonic()
            if found or wait.ended or left <= 0:
                return found
            if not await clock.wait_for(wait.event, left) or wait.ended:
                return Watched()
            touched, tree_touched = set(wait.touched), wait.tree_touched and tree
            wait.clear()


async def _look(
    ctx: Context,
    folders: tuple[tuple[int, str, int], ...],
    cutoffs: dict[int, Instant],
    *,
    tree: bool,
) -> Watched:
    changed: tuple[int, ...] = ()
    if folders:
        blind = blind_to(ctx.version)
        found = await ctx.execute(PeekCollections(ctx.device.key, folders, cutoffs, blind=blind))
        changed = tuple(each.folder_id for each in found if each.state is not None and each.count)
    moved = tree and await ctx.execute(PeekTree(ctx.device.key, folder_classes(ctx.version)))
    return Watched(changed, bool(moved))
