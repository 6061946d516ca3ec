"""From a request to its answer: judge, decode, command, encode; errors in the version's words."""

from __future__ import annotations

import msgspec
import structlog

from eas.answers import MULTIPART, WBXML, Answer, Multipart, Raw, multipart, refusal
from eas.context import Context
from eas.devices import judge
from eas.errors import EasError, HttpError, eas_status
from eas.grammar import check_request
from eas.registry import Registered, find_command
from eas.request import EasRequest
from eas.wbxml import Limits, WbxmlError, decode, encode, without_foreign
from schemas.eas.codepages import tag_named
from schemas.eas.grammar import ROOT_PAGES
from schemas.eas.status import COMMON_FIRST, http_before_14
from store.errors import StoreError

_log = structlog.get_logger("eas")
_MIME = "message/rfc822"
# A switch to WindowsLive: what it says there is passed over.
_FOREIGN = b"\x00\xfe"
_RETRY_S = "60"
# Where the specification names no HTTP status: a device that is shut out is forbidden.
_HTTP_BEFORE_14 = {129: 403}
_INVALID_WBXML, _INVALID_XML, _UNKNOWN_COMMAND, _NOT_IN_VERSION = 102, 103, 137, 138


class Reply(msgspec.Struct):
    """An answer as HTTP. ``describes``: it carries the headers of OPTIONS, for a device that
    begins anew (MS-ASHTTP 2.2.2.1.2). ``eas_status``: the refusal, for the log."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = {}
    describes: bool = False
    eas_status: int | None = None


async def answer(ctx: Context) -> Reply:
    """The answer to a request; never raises for what a device sent, but HttpError."""
    command = ctx.request.command
    try:
        registered = _registered(ctx)
        judge(ctx, needs_policy=registered.needs_policy)
        _decode(ctx, registered)
        return _written(ctx, await registered.handler(ctx))
    except (EasError, StoreError) as error:
        status = eas_status(error)
        _log.info("refused", command=command, status=status, reason=str(error))
        return refused(ctx.request, status)


def _registered(ctx: Context) -> Registered:
    registered = find_command(ctx.request.command)
    if registered is None:
        raise EasError(_UNKNOWN_COMMAND, "this command is not available on this server")
    newest = registered.last
    if not ctx.is_at_least(registered.since) or (newest != ctx.version and ctx.is_at_least(newest)):
        raise EasError(_NOT_IN_VERSION, "this version of the protocol has no such command")
    return registered


def _decode(ctx: Context, registered: Registered) -> None:
    """Read the body. Raises EasError 102, 103."""
    media = ctx.content_type.partition(";")[0].strip().lower()
    if registered.takes_mime and media == _MIME:
        ctx.is_mime = True
        return
    if not ctx.body:
        return
    try:
        root = decode(ctx.body, Limits(bytes_max=ctx.settings.request_bytes_max))
    except WbxmlError as error:
        raise EasError(_INVALID_WBXML, str(error)) from error
    if _FOREIGN in ctx.body:
        root = without_foreign(root)
    name = ctx.request.command
    page = ROOT_PAGES.get(name)
    if page is None or root.name != f"{page}:{name}":
        raise EasError(_INVALID_XML, f"the document is no {name}")
    ctx.root = root
    if ctx.settings.log_level != "debug":
        return
    for violation in check_request(root, name, ctx.version):
        # Devices differ from the specification in many harmless ways.
        _log.debug("differs", command=name, rule=violation.rule, path=violation.path[:200])


def _written(ctx: Context, result: Answer) -> Reply:
    headers = ctx.headers
    describes = ctx.describes
    if result is None:
        return Reply(200, headers=headers, describes=describes)
    if isinstance(result, Raw):
        return Reply(200, result.data, result.content_type, headers)
    if isinstance(result, Multipart):
        return Reply(200, multipart(result), MULTIPART, headers)
    return Reply(200, encode(result), WBXML, headers, describes)


def refused(request: EasRequest, status: int) -> Reply:
    """A refusal of the whole request: by a status from 14.0 on. Raises HttpError before, and for
    commands whose answers have no document."""
    name = request.command
    is_sayable = name in ROOT_PAGES and tag_named(f"{ROOT_PAGES[name]}:{name}").is_known_to(
        request.version
    )
    is_old = status >= COMMON_FIRST and not request.is_at_least("14.0")
    if not is_sayable or is_old:
        http = _HTTP_BEFORE_14.get(status) or http_before_14(status) or 400
        headers = {"Retry-After": _RETRY_S} if http == 503 else {}
        raise HttpError(http, f"Status {status}.", headers)
    return Reply(200, encode(refusal(name, status)), WBXML, eas_status=status)
