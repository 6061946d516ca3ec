"""Subscribe, Unsubscribe, GetEvents, GetStreamingEvents (MS-OXWNTIF 3.1.4)."""

from __future__ import annotations

from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, failure, response, success
from ews.notifications.events import notification_of, read_kinds
from ews.notifications.push import Push
from ews.notifications.streaming import open_stream
from ews.notifications.targets import read_target
from ews.registry import operation
from store.commands import OpenSubscription
from store.errors import StoreError
from store.results import EventPage, SubscriptionStart

EVENTS_PER_CALL = 50


@operation("Subscribe")
async def subscribe(request: Any, ctx: Context) -> Message:
    """Watch folders by pull, push or streaming."""
    name, node = request.first(
        "PullSubscriptionRequest", "PushSubscriptionRequest", "StreamingSubscriptionRequest"
    )
    folders = tuple(ctx.folder(pair) for pair in node.FolderIds or ())
    everything = bool(node.SubscribeToAllFolders)
    if everything == bool(folders):
        raise EwsError("ErrorInvalidSubscriptionRequest")
    start: SubscriptionStart = await ctx.execute(OpenSubscription(folders, everything))
    position = await _position(ctx, node.get("Watermark"), start)
    kinds = read_kinds(node.EventTypes)
    subscriptions = ctx.services.subscriptions
    principal = ctx.session.principal
    if name == "StreamingSubscriptionRequest":
        made = subscriptions.add("streaming", principal, start, kinds)
        return response("Subscribe", [success(SubscriptionId=made.id)])
    if name == "PullSubscriptionRequest":
        made = subscriptions.add(
            "pull", principal, start, kinds, position=position, idle_s=node.Timeout * 60.0
        )
    else:
        target = read_target(node.URL, ctx.services.settings.push_allowed)
        made = subscriptions.add(
            "push", principal, start, kinds, position=position, idle_s=float("inf")
        )
        Push(subscriptions, made, ctx.session, target, node.StatusFrequency * 60.0).start()
    mark = ctx.ids.watermark(made.mailbox_id, made.seq, made.n)
    return response("Subscribe", [success(SubscriptionId=made.id, Watermark=mark)])


async def _position(
    ctx: Context, text: str | None, start: SubscriptionStart
) -> tuple[int, int] | None:
    """Where a given watermark leads; it must be this mailbox's."""
    if not text:
        return None
    mailbox_id, seq, n = ctx.ids.read_watermark(text)
    if mailbox_id != start.mailbox_id or seq > start.seq:
        raise EwsError("ErrorInvalidWatermark")
    return seq, n


@operation("Unsubscribe")
async def unsubscribe(request: Any, ctx: Context) -> Message:
    """End a subscription."""
    subscriptions = ctx.services.subscriptions
    subscriptions.remove(subscriptions.find(request.SubscriptionId, ctx.session.principal))
    return response("Unsubscribe", [success()])


@operation("GetEvents")
async def get_events(request: Any, ctx: Context) -> Message:
    """What happened after a watermark, up to fifty events; a StatusEvent where nothing did."""
    subscriptions = ctx.services.subscriptions
    found = subscriptions.find(request.SubscriptionId, ctx.session.principal)
    if found.kind != "pull":
        raise EwsError("ErrorInvalidPullSubscriptionId")
    mailbox_id, seq, n = ctx.ids.read_watermark(request.Watermark)
    if mailbox_id != found.mailbox_id:
        raise EwsError("ErrorInvalidWatermark")
    try:
        page: EventPage = await ctx.execute(found.after(seq, n, EVENTS_PER_CALL))
    except StoreError as error:
        return response("GetEvents", [failure(error)])
    subscriptions.touch(found)
    notification = notification_of(ctx.ids, found.mailbox_id, found.id, page, request.Watermark)
    return response("GetEvents", [success(Notification=notification)])


@operation("GetStreamingEvents")
async def get_streaming_events(request: Any, ctx: Context) -> Any:
    """Events as they happen, for as long as the connection lasts."""
    return open_stream(ctx, listed(request.SubscriptionIds), request.ConnectionTimeout * 60.0)
