"""ConvertId (MS-OXWSCVTID 3.1.4.1)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from ews.codec import Node
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, each, failure, response, success
from ews.registry import operation

# Formats other than our own are the same bytes written in another way: what they name is ours.
_HEX = frozenset({"HexEntryId"})
_URL = frozenset({"OwaId"})


@operation("ConvertId", missing="ids of public folders; EWS ids of Exchange 2007")
async def convert_id(request: Any, ctx: Context) -> Message:
    """Ids from one format to another; the answer names the real mailbox (trap 52)."""
    target = request.DestinationFormat

    async def convert(sources: tuple[str, ...]) -> Any:
        return [_alternate(ctx, text, target) for text in sources]

    results = await each(request.SourceIds, lambda pair: _source(ctx, *pair), convert)
    return response(
        "ConvertId",
        (
            failure(r)
            if isinstance(r, EwsError)
            else success(AlternateId=Node(r, type="AlternateIdType"))
            for r in results
        ),
    )


def _source(ctx: Context, name: str, node: Any) -> str:
    """The EWS id that a source id stands for. Raises EwsError ErrorInvalidIdMalformed."""
    if name != "AlternateId":
        raise EwsError("ErrorInvalidIdMalformed")
    text = node.Id
    try:
        if node.Format in _HEX:
            text = base64.b64encode(bytes.fromhex(text)).decode()
        elif node.Format in _URL:
            text = text.replace("-", "+").replace("_", "/")
        elif node.Format != "EwsId":
            base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise EwsError("ErrorInvalidIdMalformed") from error
    if "@" not in node.Mailbox and node.Format != "EwsId":
        raise EwsError("ErrorInvalidSmtpAddress")
    ctx.ids.read_any(text)
    return text


def _alternate(ctx: Context, text: str, target: str) -> Message:
    if target in _HEX:
        text = base64.b64decode(text).hex().upper()
    elif target in _URL:
        text = text.replace("+", "-").replace("/", "_")
    return {"Format": target, "Id": text, "Mailbox": ctx.session.principal.address}
