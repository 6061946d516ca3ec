"""Items, folders and what belongs to them as elements, their children in the contract's order.

`message("Minutes", to=[address], IsRead=False)` — what has no parameter of its own is named as in
the contract; elements of any kind may follow as positional arguments, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from lxml import etree

from conformance.xml import Content, Element, t
from schemas.ews import contract

TYPE_OF = {
    "Message": "MessageType",
    "Item": "ItemType",
    "Contact": "ContactItemType",
    "DistributionList": "DistributionListType",
    "CalendarItem": "CalendarItemType",
    "PostItem": "PostItemType",
    "Task": "TaskType",
    "Folder": "FolderType",
    "CalendarFolder": "CalendarFolderType",
    "ContactsFolder": "ContactsFolderType",
    "TasksFolder": "TasksFolderType",
    "SearchFolder": "SearchFolderType",
    "FileAttachment": "FileAttachmentType",
    "ItemAttachment": "ItemAttachmentType",
    "ReferenceAttachment": "ReferenceAttachmentType",
}


@cache
def _order(type_name: str) -> dict[str, int]:
    names = list[str]()

    def walk(particle: contract.Particle) -> None:
        if isinstance(particle, contract.Group):
            for inner in particle.particles:
                walk(inner)
        elif isinstance(particle, contract.Element):
            names.append(particle.name)

    for group in contract.effective(type_name).content:
        walk(group)
    return {name: place for place, name in enumerate(names)}


def thing(name: str, *content: Content, **values: Any) -> Element:
    """Element `name` of the types namespace, with its children put in order.

    A value None leaves its element out. KeyError for a child that the contract does not know.
    """
    children = [piece for piece in _flat(content) if piece is not None]
    children += [t(key, value) for key, value in values.items() if value is not None]
    order = _order(TYPE_OF[name])
    return t(name, sorted(children, key=lambda child: order[etree.QName(child).localname]))


def _flat(content: Iterable[Content]) -> Iterable[Element]:
    for piece in content:
        if isinstance(piece, list | tuple):
            yield from _flat(piece)
        else:
            yield piece


def message(
    subject: str,
    *content: Content,
    to: Iterable[str] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    text: str | None = None,
    html: str | None = None,
    **values: Any,
) -> Element:
    """A message. Recipients are addresses."""
    return thing(
        "Message",
        content,
        recipients("ToRecipients", to),
        recipients("CcRecipients", cc),
        recipients("BccRecipients", bcc),
        body(text=text, html=html),
        Subject=subject,
        **values,
    )


def recipients(name: str, addresses: Iterable[str]) -> Element | None:
    """A list of mailboxes, None if there are no addresses."""
    boxes = [mailbox(address) for address in addresses]
    return t(name, boxes) if boxes else None


def mailbox(address: str, name: str | None = None) -> Element:
    """One `Mailbox`."""
    return t.Mailbox(t.Name(name) if name else None, t.EmailAddress(address))


def body(*, text: str | None = None, html: str | None = None) -> Element | None:
    """A Body of one of the two kinds, None without content."""
    if html is not None:
        return t.Body(html, BodyType="HTML")
    return t.Body(text, BodyType="Text") if text is not None else None


def text_body(text: str) -> Element:
    """A Body of type Text."""
    return t.Body(text, BodyType="Text")


def categories(*names: str) -> Element:
    """Categories."""
    return t.Categories([t.String(name) for name in names])


# --- extended properties -------------------------------------------------------------------------


def extended(path: Element, *values: str) -> Element:
    """An ExtendedProperty: one value, or several for an array type."""
    if len(values) == 1:
        return t.ExtendedProperty(path, t.Value(values[0]))
    return t.ExtendedProperty(path, t.Values([t.Value(value) for value in values]))


def extended_path(kind: str = "String", **attributes: Any) -> Element:
    """An ExtendedFieldURI: `extended_path("String", PropertySetId="…", PropertyName="x")`."""
    return t.ExtendedFieldURI(**attributes, PropertyType=kind)


# --- folder permissions --------------------------------------------------------------------------


def permission_set(*permissions: Element) -> Element:
    """A PermissionSet."""
    return t.PermissionSet(t.Permissions(permissions))


def permission(address: str, level: str, **rights: Any) -> Element:
    """What one user may do; `rights` are named as in the contract, with level `Custom`."""
    return _permission("Permission", address, level, rights)


def calendar_permission_set(*permissions: Element) -> Element:
    """The PermissionSet of a calendar."""
    return t.PermissionSet(t.CalendarPermissions(permissions))


def calendar_permission(address: str, level: str, **rights: Any) -> Element:
    """What one user may do in a calendar; `rights` as in `permission`."""
    return _permission("CalendarPermission", address, level, rights)


def _permission(name: str, address: str, level: str, rights: dict[str, Any]) -> Element:
    order = (
        "CanCreateItems",
        "CanCreateSubFolders",
        "IsFolderOwner",
        "IsFolderVisible",
        "IsFolderContact",
        "EditItems",
        "DeleteItems",
        "ReadItems",
    )
    if unknown := set(rights) - set(order):
        raise TypeError(f"no such right: {unknown}")
    given = [t(right, rights[right]) for right in order if right in rights]
    user = t.UserId(t.PrimarySmtpAddress(address))
    return t(name, user, given, t(f"{name}Level", level))


# --- headers -------------------------------------------------------------------------------------


def impersonation(address: str) -> Element:
    """Act as the user with this address."""
    return t.ExchangeImpersonation(t.ConnectingSID(t.PrimarySmtpAddress(address)))


def optional_headers(address: str) -> list[Element]:
    """The headers that the public suites send with every optional element: for oneself."""
    return [
        impersonation(address),
        t.MailboxCulture("en-US"),
        t.TimeZoneContext(t.TimeZoneDefinition(Id="Eastern Standard Time")),
    ]
