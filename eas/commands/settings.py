"""Settings: absence, the device, its password, its user (MS-ASCMD 2.2.1.18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from eas.answers import Answer, node, root, text
from eas.context import Context
from eas.errors import EasError
from eas.information import information_answer, read_information
from eas.oof import fetch_oof, oof_answer, read_body_type, read_oof, save_oof
from eas.registry import command
from eas.wbxml import Element
from store.commands import LookUpAddresses
from store.devices.commands import ChangeDevice

_P = "Settings"
_OK, _PROTOCOL, _INVALID, _POLICY = 1, 2, 5, 7
_NO_TEMPLATES = 168
_PASSWORD_MAX = 255


@command("Settings")
async def settings(ctx: Context) -> Answer:
    """Get and set what is asked; each part has its own status, in the order of the request."""
    parts = ctx.document().children
    if not parts:
        raise EasError(_PROTOCOL, "nothing is asked")
    answers: list[Element] = []
    for part in parts:
        answer = _PARTS.get(part.name)
        if answer is None:
            raise EasError(_PROTOCOL, "a part that there is not")
        try:
            answers.append(await answer(ctx, part))
        except EasError as error:
            answers.append(node(part.name, text(f"{_P}:Status", error.status)))
    return root("Settings", [text(f"{_P}:Status", _OK), *answers])


async def _oof(ctx: Context, part: Element) -> Element:
    wanted, said = part.find(f"{_P}:Get"), part.find(f"{_P}:Set")
    if wanted is not None:
        type = read_body_type(wanted)
        return node(f"{_P}:Oof", text(f"{_P}:Status", _OK), oof_answer(await fetch_oof(ctx), type))
    if said is None:
        raise EasError(_PROTOCOL, "neither Get nor Set")
    await save_oof(ctx, read_oof(said, await fetch_oof(ctx)))
    return node(f"{_P}:Oof", text(f"{_P}:Status", _OK))


async def _information(ctx: Context, part: Element) -> Element:
    said = read_information(part, ctx.device.record)
    if said is None:
        raise EasError(_PROTOCOL, "DeviceInformation without Set")
    await ctx.execute(ChangeDevice(ctx.device.key, record={"information": said}))
    return information_answer(_OK)


async def _password(ctx: Context, part: Element) -> Element:
    """The recovery password; kept only where the policies ask for it."""
    said = part.find(f"{_P}:Set")
    if said is None:
        raise EasError(_PROTOCOL, "DevicePassword without Set")
    if not ctx.settings.device_policy.get("PasswordRecoveryEnabled", False):
        raise EasError(_POLICY, "the policies do not keep recovery passwords")
    password = said.text(f"{_P}:Password")
    if len(password) > _PASSWORD_MAX:
        raise EasError(_INVALID, "the password is too long")
    kept = password or None  # an empty one removes it
    await ctx.execute(ChangeDevice(ctx.device.key, record={"recovery_password": kept}))
    return node(f"{_P}:DevicePassword", text(f"{_P}:Status", _OK))


async def _user(ctx: Context, part: Element) -> Element:
    if part.find(f"{_P}:Get") is None:
        raise EasError(_PROTOCOL, "UserInformation without Get")
    principal = ctx.session.principal
    account = (await ctx.execute(LookUpAddresses((principal.address,))))[0]
    others = account.aliases if account is not None else ()
    listed = [text(f"{_P}:SMTPAddress", each) for each in (principal.address, *others)]
    if not ctx.is_at_least("14.1"):
        told = node(f"{_P}:EmailAddresses", *listed)
    else:
        primary = text(f"{_P}:PrimarySmtpAddress", principal.address)
        told = node(
            f"{_P}:Accounts",
            node(
                f"{_P}:Account",
                text(f"{_P}:UserDisplayName", principal.name) if principal.name else None,
                node(f"{_P}:EmailAddresses", *listed, primary),
            ),
        )
    return node(f"{_P}:UserInformation", text(f"{_P}:Status", _OK), node(f"{_P}:Get", told))


async def _rights(ctx: Context, part: Element) -> Element:
    del ctx, part
    raise EasError(_NO_TEMPLATES, "there is no rights management here")


_PARTS: dict[str, Callable[[Context, Element], Awaitable[Element]]] = {
    f"{_P}:Oof": _oof,
    f"{_P}:DeviceInformation": _information,
    f"{_P}:DevicePassword": _password,
    f"{_P}:UserInformation": _user,
    f"{_P}:RightsManagementInformation": _rights,
}
