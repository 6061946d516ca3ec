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
from ews.render.people import persona_of_account, persona_of_contact, shaped
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
from store.results import ItemPage, ResolvedNames

_DIRECTORY = "directory"
_SEEN_MAX = 1_000
_KINDS = (Kind.CONTACT, Kind.DIST_LIST)
_MISSING = "values by their source (attributions)"


@operation("FindPeople", missing=_MISSING)
async def find_people(request: Any, ctx: Context) -> Message:
    """People of the directory by the words of a query, or contacts of a folder; in the order of
    their names unless it says another."""
    names = _names(request.PersonaShape)
    page, _ = read_page(request, "IndexedPageItemView")
    target = request.ParentFolderId
    query = (request.QueryString or "").strip()
    if target is None or _is_directory(target):
        people = await _of_directory(ctx, query, everywhere=target is None)
        people, total = _paged(people, page), len(people)
    elif query:
        people = await _by_words(ctx, query, "contacts", ctx.target(target))
        people, total = _paged(people, page), len(people)
    else:
        people, total = await _of_folder(ctx, request, ctx.target(target), page)
    return success(
        People=[("Persona", shaped(person, names)) for person in people],
        TotalNumberOfPeopleInView=total,
        FirstMatchingRowIndex=page.offset if people else 0,
        FirstLoadedRowIndex=page.offset if people else 0,
    )


def _names(shape: Any) -> frozenset[str] | None:
    """The elements that a shape wants; None for all."""
    if shape is None or shape.BaseShape != "IdOnly":
        return None
    added = [
        node.FieldURI.removeprefix("persona:")
        for name, node in shape.AdditionalProperties or ()
        if name == "FieldURI"
    ]
    return frozenset({"PersonaId", *added})


def _is_directory(target: Any) -> bool:
    if target.get("AddressListId") is not None:
        return True
    distinguished = target.get("DistinguishedFolderId")
    return distinguished is not None and distinguished.Id == _DIRECTORY


async def _of_directory(ctx: Context, query: str, *, everywhere: bool) -> list[Message]:
    """Nobody browses the directory: it is searched (survey of operations, FindPeople)."""
    if not query:
        raise EwsError("ErrorInvalidOperation", "The directory is searched by a QueryString.")
    return await _by_words(ctx, query, "directory_contacts" if everywhere else "directory", None)


async def _by_words(
    ctx: Context, query: str, scope: Any, folder: FolderRef | None
) -> list[Message]:
    try:
        found: ResolvedNames = await ctx.execute(
            ResolveNames(query, scope=scope, folder=folder, limit=_SEEN_MAX)
        )
    except InvalidValue:  # nothing in it is a word
        return []
    people: list[Message] = []
    for name in found.names:
        if name.account is not None:
            people.append(persona_of_account(ctx, name.account))
        elif name.item is not None:
            properties = {**name.properties, "subject": name.name}
            people.append(persona_of_contact(ctx, name.item, name.change, name.kind, properties))
    return people


def _paged(people: list[Message], page: Page) -> list[Message]:
    end = None if page.limit is None else page.offset + page.limit
    return people[page.offset : end]


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
    items = await ctx.execute(FetchItems(ids)) if ids else ()
    return [_of_item(ctx, item) for item in items if isinstance(item, Item)], result.total


def _of_item(ctx: Context, item: Item) -> Message:
    return persona_of_contact(ctx, item.id, item.change, item.kind, item.properties)


@operation("GetPersona", missing=_MISSING)
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
    found = await _by_words(ctx, address, "contacts", FolderRole("contacts"))
    for person in found:
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
    return _of_item(ctx, item)
