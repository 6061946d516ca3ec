"""Search: a mailbox, or the address list (MS-ASCMD 2.2.1.16)."""

from __future__ import annotations

from collections.abc import Sequence

from eas.answers import Answer, length, node, root, text
from eas.classes import class_of_item
from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.finding import Query, find_items, phrase
from eas.gal import gal_entries
from eas.ids import folder_server_id, item_server_id, read_folder_id
from eas.loading import load
from eas.pictures import read_pictures
from eas.ranges import read_range
from eas.reading.mail import read_moment
from eas.reading.options import Options, read_options
from eas.registry import command
from eas.wbxml import Element
from store.errors import StoreError
from store.model import Item, ItemId
from store.restriction import Compare, Restriction

_P = "Search"
_OK, _PROTOCOL, _NOT_FOUND = 1, 2, 6
_TOO_COMPLEX, _RANGE_END, _FOLDERS = 8, 12, 11
_MAILBOX_LAST, _GAL_LAST = 99, 99
_WORDS = {
    "NotFound": _FOLDERS,
    "AccessDenied": _FOLDERS,
    "InvalidRestriction": _TOO_COMPLEX,
    "RestrictionTooLong": _TOO_COMPLEX,
}
# Their elements say what is found, not what is looked for (MS-ASTASK 3.2.5.2).
_PAGES_OF_CLASSES = frozenset(
    {"Email", "Email2", "Tasks", "Contacts", "Contacts2", "Notes", "Calendar"}
)
# Results that are loaded at once; no more are begun once the answer is as large as it may be.
_PORTION = 25


@command("Search")
async def search(ctx: Context) -> Answer:
    """Search one store; its own status stands inside it."""
    store = ctx.document().find(f"{_P}:Store")
    if store is None:
        raise EasError(_PROTOCOL, "no store is named")
    name = store.text(f"{_P}:Name").lower()
    look = {"mailbox": _mailbox, "gal": _gal}.get(name)
    try:
        if look is None:
            # A document library is not looked up, whatever it is called (attack A20).
            raise EasError(_PROTOCOL if name != "documentlibrary" else _NOT_FOUND, "no such store")
        results = await look(ctx, store)
    except (EasError, StoreError) as error:
        status = in_words_of(error, _WORDS).status
        return _answer([text(f"{_P}:Status", status)])
    return _answer([text(f"{_P}:Status", _OK), *results])


def _answer(children: Sequence[Element]) -> Element:
    return root(
        "Search",
        [text(f"{_P}:Status", _OK), node(f"{_P}:Response", node(f"{_P}:Store", *children))],
    )


def _options(store: Element) -> Element:
    return store.find(f"{_P}:Options") or Element(f"{_P}:Options")


def _results(
    found: Sequence[Element], first: int, total: int, *, is_gal: bool = False
) -> list[Element]:
    """Results with Range and Total. For none there is an empty Result in a mailbox, and nothing in
    the address list (MS-ASCMD 2.2.3.155.3)."""
    if not found:
        return [] if is_gal else [Element(f"{_P}:Result")]
    return [
        *found,
        text(f"{_P}:Range", f"{first}-{first + len(found) - 1}"),
        text(f"{_P}:Total", total),
    ]


# -- the address list --------------------------------------------------------------------------


async def _gal(ctx: Context, store: Element) -> list[Element]:
    query = store.find(f"{_P}:Query")
    if query is None or query.children:
        raise EasError(_PROTOCOL, "the query of the address list is a text")
    options = _options(store)
    asked = read_range(options.text(f"{_P}:Range"), _GAL_LAST)
    if asked is None:
        raise EasError(_PROTOCOL, "a range that is none")
    first, last = asked
    pictures = read_pictures(ctx, options, _P)
    entries, total = await gal_entries(ctx, query.as_text()[:256], first, last, pictures)
    if total and first >= total:
        raise EasError(_RANGE_END, "the range begins behind the last entry")
    found = [node(f"{_P}:Result", Element(f"{_P}:Properties", None, entry)) for entry in entries]
    return _results(found, first, total, is_gal=True)


# -- a mailbox ---------------------------------------------------------------------------------


async def _mailbox(ctx: Context, store: Element) -> list[Element]:
    said = _options(store)
    asked = read_range(said.text(f"{_P}:Range"), _MAILBOX_LAST)
    if asked is None:
        raise EasError(_PROTOCOL, "a range that is none")
    first, last = asked
    read = _query(ctx, store.find(f"{_P}:Query"))
    options = read_options(said, ctx.version)
    deep = said.find(f"{_P}:DeepTraversal") is not None or not read.folders
    ids, total = await find_items(ctx, read, deep=deep, first=first, count=last - first + 1)
    if total and first >= total:
        raise EasError(_RANGE_END, "the range begins behind the last item")
    return _results(await _written(ctx, ids, options), first, total)


def _query(ctx: Context, element: Element | None) -> Query:
    """What is searched for: one And with everything in it; the specification calls any other form
    too complex. Raises EasError 2, 8, 11."""
    if element is None or not element.children:
        raise EasError(_PROTOCOL, "a query is expected")
    parts = element.children
    if len(parts) != 1 or parts[0].name != f"{_P}:And":
        raise EasError(_TOO_COMPLEX, "a query is one And")
    query = Query()
    for part in parts[0].children:
        _gather(ctx, part, query)
    if len(list(parts[0].all(f"{_P}:ConversationId"))) > 1:
        raise EasError(_PROTOCOL, "a message is in one conversation only")
    return query


def _gather(ctx: Context, part: Element, query: Query) -> None:
    """Take in one part of a query. Raises EasError 2, 8, 11."""
    name = part.name
    if name == f"{_P}:FreeText":
        query.words.append(phrase(part.as_text()))
    elif name == "AirSync:Class":
        query.classes.add(part.as_text())
    elif name == "AirSync:CollectionId":
        if part.as_text() not in ("", "0"):  # Outlook means all folders by 0
            query.folders.append(read_folder_id(part.as_text(), ctx.mailbox_id, _FOLDERS))
    elif name == f"{_P}:ConversationId":
        query.bounds.append(Compare("conversation_id", "eq", part.as_bytes().hex()))
    elif name in (f"{_P}:GreaterThan", f"{_P}:LessThan"):
        query.bounds.append(_bound(part))
    elif name.partition(":")[0] in _PAGES_OF_CLASSES:
        raise EasError(_PROTOCOL, "elements of items are no part of a query")
    else:
        raise EasError(_TOO_COMPLEX, "a query that this server cannot answer")


def _bound(element: Element) -> Restriction:
    if element.find("Email:DateReceived") is None:
        raise EasError(_TOO_COMPLEX, "only DateReceived can be compared")
    value = element.text(f"{_P}:Value")
    try:
        moment = read_moment(value)
    except EasError as error:
        raise EasError(_PROTOCOL, "a date that is none") from error
    return Compare("received", "gt" if element.name.endswith("GreaterThan") else "lt", moment)


async def _written(
    ctx: Context, ids: Sequence[tuple[int, ItemId]], options: Options
) -> list[Element]:
    """Results in order; fewer than asked for where they become too large (the answer's Range says
    how many there are)."""
    results: list[Element] = []
    left: int = ctx.settings.request_bytes_max
    for start in range(0, len(ids), _PORTION):
        portion = ids[start : start + _PORTION]
        items = await load(ctx, [id for _, id in portion], options)
        for (folder, id), item in zip(portion, items, strict=True):
            if isinstance(item, StoreError):
                continue
            result = _result(ctx, folder, id, item, options)
            if result is None:
                continue
            left -= length(result)
            if left < 0 and results:
                return results
            results.append(result)
    return results


def _result(ctx: Context, folder: int, id: ItemId, item: Item, options: Options) -> Element | None:
    kind = class_of_item(item, ctx.version)
    if kind is None:
        return None
    return node(
        f"{_P}:Result",
        text("AirSync:Class", kind.name),
        text(f"{_P}:LongId", item_server_id(folder, id.id)),
        text("AirSync:CollectionId", folder_server_id(folder)),
        Element(f"{_P}:Properties", None, kind.render(item, options, ctx.version)),
    )
