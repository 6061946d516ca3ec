"""What SendMail, SmartReply and SmartForward share: the message handed in, and its sending."""

from __future__ import annotations

import hashlib

import msgspec

from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.ids import read_item_id
from eas.loading import draft_of
from eas.wbxml import Element
from store.commands import CreateItems, FetchItems, Want
from store.devices.commands import Once
from store.errors import AlreadyDone, StoreError
from store.mime import parse
from store.model import Item, ItemDraft, ItemId

_P = "ComposeMail"
_INVALID_XML, _INVALID_IDS, _BAD_MIME = 103, 105, 107
_NOT_RECURRING, _NOT_FOUND, _NO_TEMPLATES = 146, 150, 168
_CLIENT_ID_MAX = 40
_WORDS = {
    "NotFound": _NOT_FOUND,
    "AccessDenied": _NOT_FOUND,
    "InvalidValue": _BAD_MIME,
    "TooMany": 115,
    "TooLarge": 113,
}


class Composed(msgspec.Struct, frozen=True):
    """A message as a device hands it in. ``token``: what a repeat of it has in common."""

    mime: bytes
    token: str
    saves: bool
    replaces: bool = False
    source: ItemId | None = None


def read_composed(ctx: Context) -> Composed:
    """The message of a request, in either form. Raises EasError 103 to 107, 150, 168."""
    if ctx.is_mime:
        return _plain(ctx)
    document = ctx.document()
    client_id = document.text(f"{_P}:ClientId")
    if not 0 < len(client_id) <= _CLIENT_ID_MAX:
        raise EasError(_INVALID_XML, f"ClientId has 1 to {_CLIENT_ID_MAX} characters")
    if document.find("RightsManagement:TemplateID") is not None:
        raise EasError(_NO_TEMPLATES, "there is no rights management here")
    mime = document.find(f"{_P}:Mime")
    return Composed(
        mime=_checked(mime.as_bytes() if mime is not None else b""),
        token=f"{ctx.request.command}:{client_id}",
        saves=document.find(f"{_P}:SaveInSentItems") is not None,
        replaces=document.find(f"{_P}:ReplaceMime") is not None,
        source=_source(ctx, document.find(f"{_P}:Source")),
    )


def _plain(ctx: Context) -> Composed:
    """12.1: the body is the message, the rest stands in the query string. Such a device has no
    name for a message: the same bytes again are the same message."""
    parameters = ctx.request.parameters
    digest = hashlib.blake2b(ctx.body, digest_size=16).hexdigest()
    item = parameters.get("LongId") or parameters.get("ItemId", "")
    if parameters.get("Occurrence"):
        raise EasError(_NOT_RECURRING, "no series is answered by mail here")
    return Composed(
        mime=_checked(ctx.body),
        token=f"{ctx.request.command}:{item}:{digest}",
        saves=ctx.request.saves_in_sent,
        source=read_item_id(item, ctx.mailbox_id, _NOT_FOUND)[1] if item else None,
    )


def _checked(mime: bytes) -> bytes:
    """Raises EasError 107 for bytes that begin with no header."""
    head = mime[:998].split(b"\n", 1)[0]
    if b":" not in head:
        raise EasError(_BAD_MIME, "the message has no header")
    return mime


def _source(ctx: Context, source: Element | None) -> ItemId | None:
    """The message answered or forwarded. Raises EasError 104, 105, 146, 150."""
    if source is None:
        return None
    long_id, item = source.text(f"{_P}:LongId"), source.text(f"{_P}:ItemId")
    folder = source.text(f"{_P}:FolderId")
    if source.find(f"{_P}:InstanceId") is not None:
        raise EasError(_NOT_RECURRING, "mail has no instances")
    if bool(long_id) == bool(item) or (item and not folder):
        raise EasError(_INVALID_IDS, "either LongId, or FolderId with ItemId")
    lies_in, found = read_item_id(long_id or item, ctx.mailbox_id, _NOT_FOUND)
    if folder and folder != str(lies_in):
        raise EasError(_NOT_FOUND, "the item does not lie in that folder")
    return found


async def original(ctx: Context, composed: Composed) -> tuple[Item, ItemDraft]:
    """The message answered or forwarded, with everything. Raises EasError 105, 150."""
    if composed.source is None:
        raise EasError(_INVALID_IDS, "no message is named")
    want = Want(body=True, mime=True, attachments=True)
    item = (await ctx.execute(FetchItems((composed.source,), want)))[0]
    if isinstance(item, StoreError):
        raise EasError(_NOT_FOUND, "the message is not there")
    return item, await draft_of(ctx, item)


async def send(ctx: Context, composed: Composed, draft: ItemDraft | None = None) -> None:
    """Send what the device handed in, or what was made of it; once. Raises EasError.

    A repeat is an error that the device understands from 14.0 on (118); before, the same bytes
    again are answered as the first time.
    """
    draft = draft if draft is not None else parse(composed.mime)
    disposition = "send_and_save" if composed.saves else "send"
    command = CreateItems((draft,), disposition=disposition)
    try:
        await ctx.execute(Once(ctx.device.key, composed.token[:200], command))
    except AlreadyDone:
        if not ctx.is_mime:
            raise
    except StoreError as error:
        raise in_words_of(error, _WORDS) from error
