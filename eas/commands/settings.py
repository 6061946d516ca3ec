"""Settings: absence, the device, its password, its user (MS-ASCMD 2.2.1.18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from eas.answers import Answer, node, root, text
from eas.context import Context
from eas.errors import EasError
from eas.information import information_answer, read_information
from eas.oof import oof_answer, read_body_type, read_oof
from eas.registry import command
from eas.wbxml import Element
from store.commands import FolderRole, LookUpAddresses
from store.devices.commands import ChangeDevice
from store.oof import fetch_oof, save_oof

_P = "Settings"
_INBOX = FolderRole("inbox")
_OK, _PROTOCOL, _INVALID, _POLICY = 1, 2, 5, 7
_NO_RIGHTS = 168
_PASSWORD_MAX = 255


@command("Settings")
async def settings(ctx: Context) -> Answer:
    """Get and set what is asked; each part has its own status, in the order of the request.

    A request that is none is refused as a whole, before anything is done (MS-ASCMD 2.2.1.18).
    """
    parts = ctx.document().children
    for part in parts:
        _check(part)
    answers: list[Element] = []
    for part in parts:
        try:
            answers.append(await _PARTS[part.name](ctx, part))
        except EasError as error:
            answers.append(node(part.name, text(f"{_P}:Status", error.status)))
    return root("Settings", [text(f"{_P}:Status", _OK), *answers])


def _check(part: Element) -> None:
    """Raises EasError 2 for a part that there is not, or that does not say what it must."""
    verbs = _VERBS.get(part.name)
    if verbs is None:
        raise EasError(_PROTOCOL, "a part that there is not")
    said = next((found for verb in verbs if (found := part.find(verb)) is not None), None)
    if said is None:
        raise EasError(_PROTOCOL, f"{part.name} asks for nothing")
    if part.name == f"{_P}:DevicePassword" and said.find(f"{_P}:Password") is None:
        raise EasError(_PROTOCOL, "DevicePassword without Password")


async def _oof(ctx: Context, part: Element) -> Element:
    wanted, said = part.find(f"{_P}:Get"), part.find(f"{_P}:Set")
    if wanted is not None:
        type = read_body_type(wanted)
        return node(
            f"{_P}:Oof",
            text(f"{_P}:Status", _OK),
            oof_answer(await fetch_oof(ctx.execute, _INBOX), type),
        )
    if said is not None:
        before = await fetch_oof(ctx.execute, _INBOX)
        await save_oof(ctx.execute, _INBOX, read_oof(said, before), before, ctx.now)
    return node(f"{_P}:Oof", text(f"{_P}:Status", _OK))


async def _information(ctx: Context, part: Element) -> Element:
    said = read_information(part, ctx.device.record)
    ctx.device = await ctx.execute(ChangeDevice(ctx.device.key, record={"information": said}))
    return information_answer(_OK)


async def _password(ctx: Context, part: Element) -> Element:
    """The recovery password; kept only where the policies ask for it."""
    said = part.find(f"{_P}:Set")
    password = said.text(f"{_P}:Password") if said is not None else ""
    if len(password) > _PASSWORD_MAX:
        raise EasError(_INVALID, "the password is too long")
    if not ctx.settings.device_policy.get("PasswordRecoveryEnabled", False):
        raise EasError(_POLICY, "the policies do not keep recovery passwords")
    kept = password or None  # an empty one removes it
    await ctx.execute(ChangeDevice(ctx.device.key, record={"recovery_password": kept}))
    return node(f"{_P}:DevicePassword", text(f"{_P}:Status", _OK))


async def _user(ctx: Context, part: Element) -> Element:
    del part
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
    """There is no rights management here; that there are no templates has to be said, too."""
    del ctx
    none = node(f"{_P}:Get", node("RightsManagement:RightsManagementTemplates"))
    return node(part.name, text(f"{_P}:Status", _NO_RIGHTS), none)


_PARTS: dict[str, Callable[[Context, Element], Awaitable[Element]]] = {
    f"{_P}:Oof": _oof,
    f"{_P}:DeviceInformation": _information,
    f"{_P}:DevicePassword": _password,
    f"{_P}:UserInformation": _user,
    f"{_P}:RightsManagementInformation": _rights,
}
# What can be done with each part.
_VERBS = {
    f"{_P}:Oof": (f"{_P}:Get", f"{_P}:Set"),
    f"{_P}:DeviceInformation": (f"{_P}:Set",),
    f"{_P}:DevicePassword": (f"{_P}:Set",),
    f"{_P}:UserInformation": (f"{_P}:Get",),
    f"{_P}:RightsManagementInformation": (f"{_P}:Get",),
}
