"""Provision: policies offered and taken; wiping (MS-ASPROV 3.1.5.1, 3.2.5.1)."""

from __future__ import annotations

from typing import Any

from eas.answers import Answer, node, root, text
from eas.context import Context
from eas.errors import EasError
from eas.information import information_answer, read_information
from eas.policy import POLICY_TYPE, mark_of, new_key, provision_doc
from eas.registry import command
from eas.wbxml import Element
from store.devices.commands import ChangeDevice

_P = "Provision"
_OK, _PROTOCOL = 1, 2
_UNKNOWN_TYPE, _WRONG_KEY = 3, 5
_NOT_ALL, _MANAGED_ELSEWHERE, _UNNAMED = 139, 145, 165
_WIPES = {"full": f"{_P}:RemoteWipe", "account": f"{_P}:AccountOnlyRemoteWipe"}
_TAKEN, _PARTLY, _NOT, _ELSEWHERE = 1, 2, 3, 4


@command("Provision", needs_policy=False)
async def provision(ctx: Context) -> Answer:
    """Offer the policies under a key for now; give the lasting one once they are taken.

    A device that is to be wiped hears nothing else.
    """
    document = ctx.root if ctx.root is not None else Element(f"{_P}:{_P}")
    if ctx.device.wipe_state in ("asked", "sent"):
        return await _wipe(ctx, document)
    told = document.find("Settings:DeviceInformation")
    policy = _policy(document)
    answers: list[Element] = []
    if told is not None:
        said = read_information(told)
        if said is not None:
            await _change(ctx, record={"information": said})
        answers.append(information_answer(_OK if said is not None else _PROTOCOL))
    elif _must_say(ctx, policy):
        raise EasError(_UNNAMED, "a device says what it is when it first asks for policies")
    if policy is None and told is None:
        return root("Provision", [text(f"{_P}:Status", _PROTOCOL)])
    answers.append(text(f"{_P}:Status", _OK))
    if policy is not None:
        answers.append(node(f"{_P}:Policies", await _answered(ctx, policy)))
    return root("Provision", answers)


def _policy(document: Element) -> Element | None:
    policies = document.find(f"{_P}:Policies")
    return None if policies is None else policies.find(f"{_P}:Policy")


def _must_say(ctx: Context, policy: Element | None) -> bool:
    """Whether DeviceInformation is missing: from 14.1 on, with the first phase."""
    if not ctx.settings.strict_requests or not ctx.is_at_least("14.1"):
        return False
    is_first = policy is not None and policy.find(f"{_P}:PolicyKey") is None
    return is_first and "information" not in ctx.device.record


async def _change(ctx: Context, **changes: Any) -> None:
    ctx.device = await ctx.execute(ChangeDevice(ctx.device.key, **changes))


async def _answered(ctx: Context, policy: Element) -> Element:
    """The Policy element: an offer, or the answer to an acknowledgement."""
    kind = policy.text(f"{_P}:PolicyType")
    if kind != POLICY_TYPE:
        return node(
            f"{_P}:Policy",
            text(f"{_P}:PolicyType", kind or POLICY_TYPE),
            text(f"{_P}:Status", _UNKNOWN_TYPE),
        )
    key = policy.find(f"{_P}:PolicyKey")
    if key is None or key.as_text() in ("", "0"):
        return await _offer(ctx)
    return await _acknowledged(ctx, key.as_text(), policy.text(f"{_P}:Status"))


async def _offer(ctx: Context) -> Element:
    key = new_key()
    await _change(ctx, pending_key=key)
    return node(
        f"{_P}:Policy",
        text(f"{_P}:PolicyType", POLICY_TYPE),
        text(f"{_P}:Status", _OK),
        text(f"{_P}:PolicyKey", key),
        node(f"{_P}:Data", provision_doc(ctx.settings, ctx.version)),
    )


async def _acknowledged(ctx: Context, key: str, status: str) -> Element:
    """The lasting key. The same acknowledgement again, its answer having been lost, gets the same
    key again."""
    device = ctx.device
    taken = text(f"{_P}:PolicyType", POLICY_TYPE)
    if not device.pending_key or key != str(device.pending_key):
        return node(f"{_P}:Policy", taken, text(f"{_P}:Status", _WRONG_KEY))
    said = int(status) if status in ("1", "2", "3", "4") else 0
    if said == 0:
        return node(f"{_P}:Policy", taken, text(f"{_P}:Status", _PROTOCOL))
    if said != _TAKEN and ctx.settings.device_policy_strict:
        raise EasError(_MANAGED_ELSEWHERE if said == _ELSEWHERE else _NOT_ALL)
    mark = mark_of(ctx.settings, ctx.version)
    lasting = device.policy_key
    if device.record.get("taken") != device.pending_key or device.policy_mark != mark:
        lasting = new_key()
        how = {_TAKEN: "all", _PARTLY: "a part", _NOT: "none", _ELSEWHERE: "elsewhere"}[said]
        await _change(
            ctx,
            policy_key=lasting,
            policy_mark=mark,
            record={"taken": device.pending_key},
            note=f"the policies were taken: {how}",
        )
    return node(f"{_P}:Policy", taken, text(f"{_P}:Status", _OK), text(f"{_P}:PolicyKey", lasting))


async def _wipe(ctx: Context, document: Element) -> Answer:
    """Tell a device to erase, and note what it answers. Raises EasError 129 where its version
    cannot be told to erase the account alone: that never becomes a full wipe."""
    device = ctx.device
    name = _WIPES[device.wipe]
    if device.wipe == "account" and not ctx.is_at_least("16.1"):
        raise EasError(129, "this version cannot erase an account alone")
    answer = document.find(name)
    if answer is not None and device.wipe_state == "sent":
        is_done = answer.text(f"{_P}:Status") == "1"
        outcome = "erased what it was told to" if is_done else "could not erase"
        await _change(
            ctx,
            wipe_state="done" if is_done else "failed",
            access="blocked",
            reason=f"it {outcome}; remove it to let it in again",
            policy_key=0,
            note=f"{device.wipe} wipe: the device {outcome}",
        )
    elif device.wipe_state == "asked":
        await _change(ctx, wipe_state="sent", note=f"{device.wipe} wipe: the device was told")
    return root("Provision", [text(f"{_P}:Status", _OK), Element(name)])
