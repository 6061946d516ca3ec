"""What SendMail, SmartReply and SmartForward share: the message handed in, and its sending."""

from __future__ import annotations

import asyncio
import hashlib
import re

import msgspec

from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.ids import read_item_id
from eas.loading import draft_of
from eas.reading.moments import read_moment
from eas.repeated_invitations import is_invitation, note_repeat, once_each
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.commands import Command, CreateItems, FetchItems, Want
from store.devices.commands import Once
from store.errors import AlreadyDone, StoreError
from store.instant import Instant
from store.mime import parse
from store.mime.headers import decode_bytes, fields, raw_block
from store.model import Item, ItemDraft, ItemId

_P = "ComposeMail"
_INVALID_XML, _INVALID_DATE, _INVALID_IDS, _BAD_MIME = 103, 104, 105, 107
_OVER_SEND_QUOTA, _NOT_MADE = 115, 121
_NOT_RECURRING, _NOT_FOUND, _NO_ACCOUNT, _NO_TEMPLATES = 146, 150, 166, 168
# 40 is what clients may send (MS-ASCMD 2.2.3.28.1); TbSync's ids of replies have 43.
_CLIENT_ID_MAX = 64
_WORDS = {
    "NotFound": _NOT_FOUND,
    "AccessDenied": _NOT_FOUND,
    "InvalidValue": _BAD_MIME,
    "TooMany": _OVER_SEND_QUOTA,
    "TooLarge": _OVER_SEND_QUOTA,
}
_WORDS_OF_ORIGINAL = {"NotFound": _NOT_FOUND, "AccessDenied": _NOT_FOUND, "Damaged": _NOT_MADE}
# Fields that two messages of the same words do not share.
_TELLING = frozenset({"date", "message-id"})
# MS-ASCMD 2.2.3.92.2: with the punctuation, which a MeetingResponse may leave out.
_INSTANCE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


class Composed(msgspec.Struct, frozen=True):
    """A message as a device hands it in. ``token``: what a repeat of it has in common;
    ``occurrence``: the one of a series that the source is."""

    mime: bytes
    token: str
    saves: bool
    replaces: bool = False
    source: ItemId | None = None
    occurrence: Instant = ""


def read_composed(ctx: Context) -> Composed:
    """The message of a request, in either form. Raises EasError 103 to 107, 150, 166, 168."""
    if ctx.is_mime:
        return _plain(ctx)
    document = ctx.document()
    token = token_of(document)
    if document.find("RightsManagement:TemplateID") is not None:
        raise EasError(_NO_TEMPLATES, "there is no rights management here")
    account = f"{_P}:AccountId"
    if document.find(account) is not None and tag_named(account).is_known_to(ctx.version):
        # Settings gives out none: there is the primary account only, which has no id.
        raise EasError(_NO_ACCOUNT, "no such account")
    mime = document.find(f"{_P}:Mime")
    source, occurrence = source_of(ctx, document)
    return Composed(
        mime=_checked(mime.as_bytes() if mime is not None else b""),
        token=token,
        saves=document.find(f"{_P}:SaveInSentItems") is not None,
        replaces=document.find(f"{_P}:ReplaceMime") is not None,
        source=source,
        occurrence=occurrence,
    )


def token_of(document: Element) -> str:
    """What a repeat of a request has in common with it: one number for all three commands, for a
    ClientId is a message's (MS-ASCMD 2.2.3.28.1). Raises EasError 103."""
    client_id = document.text(f"{_P}:ClientId")
    if not 0 < len(client_id) <= _CLIENT_ID_MAX:
        raise EasError(_INVALID_XML, f"ClientId has 1 to {_CLIENT_ID_MAX} characters")
    return f"send:{client_id}"


def _plain(ctx: Context) -> Composed:
    """12.1: the body is the message, the rest stands in the query string. Such a device has no
    name for a message: the same bytes again are the same message; within the hour, where nothing
    in it tells one that somebody writes again."""
    parameters = ctx.request.parameters
    digest = hashlib.blake2b(ctx.body, digest_size=16).hexdigest()
    item = parameters.get("LongId") or parameters.get("ItemId", "")
    names = {name.lower() for name, _ in fields(decode_bytes(raw_block(ctx.body)))}
    when = "" if names & _TELLING else ctx.now[:13]
    occurrence = parameters.get("Occurrence")
    return Composed(
        mime=_checked(ctx.body),
        token=f"{ctx.request.command}:{item}:{digest}:{when}",
        saves=ctx.request.saves_in_sent,
        source=read_item_id(item, ctx.mailbox_id, _NOT_FOUND)[1] if item else None,
        occurrence=_occurrence(occurrence) if occurrence else "",
    )


def _checked(mime: bytes) -> bytes:
    """Raises EasError 107 for bytes that begin with no header."""
    head = mime[:998].split(b"\n", 1)[0]
    if b":" not in head:
        raise EasError(_BAD_MIME, "the message has no header")
    return mime


def source_of(ctx: Context, document: Element) -> tuple[ItemId | None, Instant]:
    """The item answered or forwarded, and which one of a series it is. Raises EasError 104, 105,
    150."""
    source = document.find(f"{_P}:Source")
    if source is None:
        return None, ""
    long_id, item = source.text(f"{_P}:LongId"), source.text(f"{_P}:ItemId")
    folder = source.text(f"{_P}:FolderId")
    instance = source.find(f"{_P}:InstanceId")
    occurrence = _occurrence(instance.as_text()) if instance is not None else ""
    if bool(long_id) == bool(item) or (item and not folder) or (long_id and instance is not None):
        raise EasError(_INVALID_IDS, "either LongId, or FolderId with ItemId")
    lies_in, found = read_item_id(long_id or item, ctx.mailbox_id, _NOT_FOUND)
    if folder and folder != str(lies_in):
        raise EasError(_NOT_FOUND, "the item does not lie in that folder")
    return found, occurrence


def _occurrence(text: str) -> Instant:
    """The moment that an InstanceId says. Raises EasError 104 for one that says none."""
    if not _INSTANCE.fullmatch(text):
        raise EasError(_INVALID_DATE, "an instance that is no moment")
    try:
        return read_moment(text)
    except EasError as error:
        raise EasError(_INVALID_DATE, "an instance that is no moment") from error


async def original(ctx: Context, composed: Composed) -> tuple[Item, ItemDraft]:
    """The message answered or forwarded, with everything. Raises EasError 105, 121, 146, 150."""
    if composed.source is None:
        raise EasError(_INVALID_IDS, "no message is named")
    want = Want(body=True, mime=True, attachments=True)
    item = (await ctx.execute(FetchItems((composed.source,), want)))[0]
    try:
        if isinstance(item, StoreError):
            raise item
        if composed.occurrence and not item.properties.get("recurrence"):
            raise EasError(_NOT_RECURRING, "the item does not recur")
        return item, await draft_of(ctx, item)
    except StoreError as error:
        raise in_words_of(error, _WORDS_OF_ORIGINAL) from error


async def send(ctx: Context, composed: Composed, draft: ItemDraft | None = None) -> None:
    """Send what the device handed in, or what was made of it; once. Raises EasError.

    A repeat is an error that the device understands from 14.0 on (118); before, the same bytes
    again are answered as the first time, and so is an invitation that was sent before.
    """
    if draft is None:
        draft = await asyncio.to_thread(parse, composed.mime)
    disposition = "send_and_save" if composed.saves else "send"
    command = CreateItems((draft,), disposition=disposition)
    sends = await asyncio.to_thread(once_each, ctx, draft, command)
    await once(ctx, composed.token, sends)


async def once(ctx: Context, token: str, command: Command) -> None:
    """Carry out what a device asks for, unless it has been done under that token. Raises EasError
    as ``send``."""
    try:
        await ctx.execute(Once(ctx.device.key, token[:200], command))
    except AlreadyDone as error:
        if is_invitation(error.where):
            await note_repeat(ctx)
        elif not ctx.is_mime:
            raise
    except StoreError as error:
        raise in_words_of(error, _WORDS) from error
