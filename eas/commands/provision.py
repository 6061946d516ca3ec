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
# Until a device says that it erased what it was told to, each Provision tells it again.
_WIPING = ("asked", "sent", "failed")
_WIPES = {"full": f"{_P}:RemoteWipe", "account": f"{_P}:AccountOnlyRemoteWipe"}
_TAKEN, _PARTLY, _NOT, _ELSEWHERE = 1, 2, 3, 4


@command("Provision", needs_policy=False)
async def provision(ctx: Context) -> Answer:
    """Offer the policies under a key for now; give the lasting one once they are taken.

    A device that is to be wiped hears nothing else.
    """
    document = ctx.root if ctx.root is not None else Element(f"{_P}:{_P}")
    if ctx.device.wipe_state in _WIPING:
        return await _wipe(ctx, document)
    told = document.find("Settings:DeviceInformation")
    policy = _policy(document)
    _check(ctx, document, told, policy)
    answers = await _noted(ctx, told)
    answers.append(text(f"{_P}:Status", _OK))
    if policy is not None:
        answers.append(node(f"{_P}:Policies", await _answered(ctx, policy)))
    return root("Provision", answers)


def _policy(document: Element) -> Element | None:
    policies = document.find(f"{_P}:Policies")
    return None if policies is None else policies.find(f"{_P}:Policy")


def _check(ctx: Context, document: Element, told: Element | None, policy: Element | None) -> None:
    """Raises EasError 2 for what is no request, 165 where DeviceInformation is missing.

    It belongs into the first phase from 14.1 on, and nowhere before (MS-ASPROV 2.2.2.53). Devices
    that do otherwise are let in unless requests are judged strictly.
    """
    if policy is None and told is None:
        raise EasError(_PROTOCOL, "neither policies nor what the device is")
    if document.find(f"{_P}:Policy") is not None:
        raise EasError(_PROTOCOL, "a Policy that is not below Policies")
    if policy is not None and not policy.text(f"{_P}:PolicyType"):
        raise EasError(_PROTOCOL, "a Policy without PolicyType")
    if not ctx.settings.strict_requests:
        return
    knows = ctx.is_at_least("14.1")
    if told is not None and not knows:
        raise EasError(_PROTOCOL, "this version has no DeviceInformation in Provision")
    is_first = policy is not None and policy.find(f"{_P}:PolicyKey") is None
    if told is None and knows and is_first and "information" not in ctx.device.record:
        raise EasError(_UNNAMED, "a device says what it is when it first asks for policies")


async def _noted(ctx: Context, told: Element | None) -> list[Element]:
    """Keep what the device says of itself; the answer to that, in versions that have one."""
    if told is None:
        return []
    said = read_information(told, ctx.device.record)
    if said is not None:
        await _change(ctx, record={"information": said})
    if not ctx.is_at_least("14.1"):
        return []
    return [information_answer(_OK if said is not None else _PROTOCOL)]


async def _change(ctx: Context, **changes: Any) -> None:
    ctx.device = await ctx.execute(ChangeDevice(ctx.device.key, **changes))


async def _answered(ctx: Context, policy: Element) -> Element:
    """The Policy element: an offer, or the answer to an acknowledgement."""
    kind = policy.text(f"{_P}:PolicyType")
    if kind != POLICY_TYPE:
        return node(
            f"{_P}:Policy",
            text(f"{_P}:PolicyType", kind),
            text(f"{_P}:Status", _UNKNOWN_TYPE),
        )
    key = policy.find(f"{_P}:PolicyKey")
    if key is None or key.as_text() in ("", "0"):
        return await _offer(ctx)
    return await _acknowledged(ctx, key.as_text(), policy.text(f"{_P}:Status"))


async def _offer(ctx: Context) -> Element:
    """The policies, and a key for now. What is offered is kept with the key: settings may change
    before the device takes it, or it may go on in another version."""
    key = new_key()
    offered = mark_of(ctx.settings, ctx.version)
    await _change(ctx, pending_key=key, record={"offered": offered})
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
    lasting = device.policy_key
    if device.record.get("taken") != device.pending_key:
        lasting = new_key()
        how = {_TAKEN: "all", _PARTLY: "a part", _NOT: "none", _ELSEWHERE: "elsewhere"}[said]
        await _change(
            ctx,
            policy_key=lasting,
            policy_mark=device.record.get("offered", ""),
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
    if answer is not None and device.wipe_state != "asked":
        return await _wiped(ctx, name, answer.text(f"{_P}:Status") == "1")
    if device.wipe_state == "asked":
        await _change(ctx, wipe_state="sent", note=f"{device.wipe} wipe: the device was told")
    return _directive(name, _OK)


async def _wiped(ctx: Context, name: str, is_done: bool) -> Element:
    """Note what a device made of a wipe. One that failed is told again (MS-ASPROV 3.2.5.1.2.2)."""
    wipe = ctx.device.wipe
    outcome = "erased what it was told to" if is_done else "could not erase"
    await _change(
        ctx,
        wipe_state="done" if is_done else "failed",
        access="blocked",
        reason=f"it {outcome}; remove it to let it in again",
        policy_key=0,
        note=f"{wipe} wipe: the device {outcome}",
    )
    return _directive(name, _OK if is_done else _PROTOCOL)


def _directive(name: str, status: int) -> Element:
    return root("Provision", [text(f"{_P}:Status", status), Element(name)])
