"""GetAttachment: an attachment as the body of the answer, for old devices (MS-ASCMD 2.2.1.7)."""

from __future__ import annotations

import re

from eas.answers import Answer, Raw
from eas.context import Context
from eas.errors import EasError, HttpError
from eas.ids import read_file_reference
from eas.loading import attachment_bytes
from eas.registry import command
from store.commands import FetchAttachments
from store.errors import StoreError

_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")
_NOT_FOUND = 150


@command("GetAttachment", last="12.1")
async def get_attachment(ctx: Context) -> Answer:
    """The attachment that the query string names. Raises HttpError 404 for no name of one,
    500 for one that is not there any more."""
    name = ctx.request.parameters.get("AttachmentName", "")
    if not name:
        raise HttpError(400, "No attachment is named.")
    try:
        id = read_file_reference(name, ctx.mailbox_id, _NOT_FOUND)
    except EasError as error:
        raise HttpError(404, "The attachment is not there.") from error
    loaded = (await ctx.execute(FetchAttachments((id,))))[0]
    if isinstance(loaded, StoreError):
        raise HttpError(500, "The attachment is not there any more.")
    kind = loaded.attachment.content_type
    return Raw(
        kind if _TYPE.fullmatch(kind) else "application/octet-stream",
        await attachment_bytes(ctx, loaded),
    )
