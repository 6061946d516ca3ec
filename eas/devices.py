"""The device that a request comes from: met, and judged before its command is carried out."""

from __future__ import annotations

from eas.context import Context
from eas.errors import EasError, HttpError
from eas.policy import mark_of
from eas.request import EasRequest
from store.devices.commands import FetchDevice, MeetDevice
from store.devices.model import Device
from store.devices.records import is_worth_noting, key_of
from store.errors import NoSuchMailbox, TooMany
from store.store import Session

# The id under which Android first tries its credentials: nothing is kept for it.
_VALIDATES = "validate"
_BLOCKED, _WIPE, _NOT_PROVISIONED, _REFRESH, _WRONG_KEY = 129, 140, 142, 143, 144


async def meet(session: Session, request: EasRequest, agent: str) -> Device:
    """The device as it is kept, noted where it is new. Raises HttpError 403."""
    asked = MeetDevice(request.device_id, request.device_type, agent, request.version)
    key = key_of(request.device_id)
    now = session.store.clock.instant()
    try:
        known = await session.execute(FetchDevice(key))
        if known is None and key == _VALIDATES:
            mailbox_id = session.principal.mailbox_id
            return Device(mailbox_id, key, key, key, agent, request.version, now, now)
        if known is None or is_worth_noting(known, asked, now):
            return await session.execute(asked)
    except NoSuchMailbox as error:
        raise HttpError(403, "This account has no mailbox.") from error
    except TooMany as error:
        raise HttpError(403, f"{error.message}: {error.remedy}.") from error
    return known


def judge(ctx: Context, *, needs_policy: bool) -> None:
    """Whether the device may go on. Raises EasError 129, 140, 142, 143, 144 (MS-ASPROV 3.1.5)."""
    device = ctx.device
    is_provision = ctx.request.command == "Provision"
    if device.wipe_state in ("asked", "sent"):
        if device.wipe == "account" and not ctx.is_at_least("16.1"):
            raise EasError(_BLOCKED, "this version cannot erase an account alone")
        if not is_provision:
            raise EasError(_WIPE, f"{device.wipe} wipe")
        return
    if is_provision and device.wipe_state == "failed":
        return  # it may yet erase what it could not
    if device.access == "blocked":
        raise EasError(_BLOCKED, device.reason)
    if is_provision:
        return
    if not needs_policy or not ctx.settings.device_provisioning or device.key == _VALIDATES:
        return
    if not device.policy_key or not ctx.request.policy_key:
        raise EasError(_NOT_PROVISIONED)
    if ctx.request.policy_key != device.policy_key:
        raise EasError(_WRONG_KEY)
    if device.policy_mark != mark_of(ctx.settings, ctx.version):
        raise EasError(_REFRESH)
