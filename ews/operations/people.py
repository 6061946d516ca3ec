"""FindPeople, GetPersona (MS-OXWSPERS 3.1.4): people of the directory and contacts in one form."""

from __future__ import annotations

from typing import Any

from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, success
from ews.reading.paging import read_page
from ews.reading.people import read_persona_path
from ews.reading.restrictions import read_order, read_restriction_by
from ews.registry import operation
from ews.render.people import OWN, persona_of_account, persona_of_contact, shaped
from schemas.property import Kind
from store.commands import (
    FetchFolders,
    FetchItems,
    FindItems,
    FolderRef,
    FolderRole,
    LookUpAddresses,
    ResolveNames,
)
from store.errors import InvalidValue, StoreError
from store.model import Folder, Item, ItemId
from store.restriction import Order, Page
from store.results import ItemPage, ResolvedName, ResolvedNames

_DIRECTORY = "directory"
_SEEN_MAX = 1_000
_KINDS = (Kind.CONTACT, Kind.DIST_LIST)


@operation("FindPeople")
async def find_people(request: Any, ctx: Context) -> Message:
    """People of the directory by the words of a query, or contacts of a folder; in the order of
    their names unless it says another."""
    names = _names(request.PersonaShape)
    page, _ = read_page(request, "IndexedPageItemView")
    target = request.ParentFolderId
    query = (request.QueryString or "").strip()
    if target is None or _is_directory(target):
        found = await _of_directory(ctx, query, everywhere=target is None)
        people, total = await _people(ctx, _paged(found, page)), len(found)
    elif query:
        found = await _by_words(ctx, query, "contacts", ctx.target(target))
        people, total = await _people(ctx, _paged(found, page)), len(found)
    else:
        people, total = await _of_folder(ctx, request, ctx.target(target), page)
    return success(
        People=[("Persona", shaped(person, names)) for person in people],
        TotalNumberOfPeopleInView=total,
        FirstMatchingRowIndex=page.offset if people else 0,
        FirstLoadedRowIndex=page.offset if people else 0,
    )


def _names(shape: Any) -> frozenset[str] | None:
    """The elements that a shape wants; None for all. By their source values come where they are
    asked for."""
    if shape is not None and shape.BaseShape == "AllProperties":
        return None
    if shape is None:
        return frozenset(OWN)
    added = [
        node.FieldURI.removeprefix("persona:")
        for name, node in shape.AdditionalProperties or ()
        if name == "FieldURI"
    ]
    base = ("PersonaId",) if shape.BaseShape == "IdOnly" else OWN
    return frozenset({*base, *added})


def _is_directory(target: Any) -> bool:
    if target.get("AddressListId") is not None:
        return True
    distinguished = target.get("DistinguishedFolderId")
    return distinguished is not None and distinguished.Id == _DIRECTORY


async def _of_directory(ctx: Context, query: str, *, everywhere: bool) -> list[ResolvedName]:
    """Nobody browses the directory: it is searched (survey of operations, FindPeople)."""
    if not query:
        raise EwsError("ErrorInvalidOperation", "The directory is searched by a QueryString.")
    return await _by_words(ctx, query, "directory_contacts" if everywhere else "directory", None)


async def _by_words(
    ctx: Context, query: str, scope: Any, folder: FolderRef | None
) -> list[ResolvedName]:
    try:
        found: ResolvedNames = await ctx.execute(
            ResolveNames(query, scope=scope, folder=folder, limit=_SEEN_MAX)
        )
    except InvalidValue:  # nothing in it is a word
        return []
    return list(found.names)


async def _people(ctx: Context, names: list[ResolvedName]) -> list[Message]:
    """The personas of names, in their order, without contacts that are gone since."""
    contacts = await _contacts(ctx, tuple(name.item for name in names if name.item is not None))
    people: list[Message] = []
    for name in names:
        if name.account is not None:
            people.append(persona_of_account(ctx, name.account))
        elif name.item in contacts:
            people.append(contacts[name.item])
    return people


async def _contacts(ctx: Context, ids: tuple[ItemId, ...]) -> dict[ItemId, Message]:
    """The personas of contacts by their ids, without those that are not there."""
    found = await ctx.execute(FetchItems(ids)) if ids else ()
    items = [item for item in found if isinstance(item, Item)]
    places = tuple({item.folder: None for item in items})
    folders = await ctx.execute(FetchFolders(places)) if places else ()
    known = {folder.id: folder for folder in folders if isinstance(folder, Folder)}
    return {item.id: persona_of_contact(ctx, item, known.get(item.folder)) for item in items}


def _paged(names: list[ResolvedName], page: Page) -> list[ResolvedName]:
    end = None if page.limit is None else page.offset + page.limit
    return names[page.offset : end]


async def _of_folder(
    ctx: Context, request: Any, folder: FolderRef, page: Page
) -> tuple[list[Message], int]:
    """Contacts of a folder, and how many fit."""
    (found,) = await ctx.execute(FetchFolders((folder,)))
    if isinstance(found, StoreError):
        raise found
    assert isinstance(found, Folder)
    if not found.folder_class.startswith("IPF.Contact"):
        raise EwsError("ErrorInvalidOperation", "People are found in folders of contacts.")
    restriction = read_restriction_by(ctx, request.Restriction, read_persona_path)
    order = read_order(ctx, request.SortOrder, read_persona_path)
    (result,) = await ctx.execute(
        FindItems(
            (folder,),
            restriction=restriction,
            order=order or (Order("display_name"),),
            page=page,
        )
    )
    if isinstance(result, StoreError):
        raise result
    assert isinstance(result, ItemPage)
    ids = tuple(ItemId(result.mailbox_id, row[0]) for row in result.rows)
    people = await _contacts(ctx, ids)
    return [people[id] for id in ids if id in people], result.total


@operation("GetPersona")
async def get_persona(request: Any, ctx: Context) -> Message:
    """One of them, by its id or by an address; of the directory before one's contacts."""
    if request.PersonaId is not None:
        return success(Persona=await _named(ctx, ctx.ids.read_person(request.PersonaId.Id)))
    if request.EmailAddress is None:
        raise EwsError("ErrorInvalidArgument", "Neither an id nor an address names anybody.")
    address = (request.EmailAddress.EmailAddress or "").strip()
    (account,) = await ctx.execute(LookUpAddresses((address,)))
    if account is not None:
        return success(Persona=persona_of_account(ctx, account))
    names = await _by_words(ctx, address, "contacts", FolderRole("contacts"))
    for person in await _people(ctx, names):
        listed_ones = person.get("EmailAddresses", {}).get("Address", ())
        if any(each["EmailAddress"].lower() == address.lower() for each in listed_ones):
            return success(Persona=person)
    raise EwsError("ErrorItemNotFound")


async def _named(ctx: Context, named: ItemId | str) -> Message:
    """Raises EwsError, StoreError."""
    if isinstance(named, str):
        (account,) = await ctx.execute(LookUpAddresses((named,)))
        if account is None:
            raise EwsError("ErrorItemNotFound")
        return persona_of_account(ctx, account)
    (item,) = await ctx.execute(FetchItems((named,)))
    if isinstance(item, StoreError):
        raise item
    if item.kind not in _KINDS:
        raise EwsError("ErrorItemNotFound")
    return (await _contacts(ctx, (item.id,)))[item.id]
