"""Find: mail and people as somebody types (16.1; MS-ASCMD 2.2.1.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eas.answers import Answer, node, root, text
from eas.classes import EMAIL
from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.finding import ROWS_MAX, Query, find_items
from eas.gal import gal_entries
from eas.ids import folder_server_id, item_server_id, read_folder_id
from eas.pictures import read_pictures
from eas.ranges import read_range
from eas.registry import command
from eas.render.mail import when
from eas.render.people import names
from eas.render.text import clean
from eas.wbxml import Element
from store.commands import FetchItems
from store.errors import StoreError
from store.model import Item

_P = "Find"
_OK, _INVALID, _FOLDERS, _RANGE = 1, 2, 3, 4
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_LAST = 99
_PREVIEW_MAX = 255
_IMPORTANCE = {"low": "0", "normal": "1", "high": "2"}
_STORES = {"MailBoxSearchCriterion": "Mailbox", "GALSearchCriterion": "GAL"}
_WORDS = {
    "NotFound": _FOLDERS,
    "AccessDenied": _FOLDERS,
    "InvalidRestriction": _INVALID,
    "RestrictionTooLong": _INVALID,
}


@command("Find", since="16.1")
async def find(ctx: Context) -> Answer:
    """Search one store; what is wrong with the search is told with the results."""
    document = ctx.document()
    search = document.find(f"{_P}:ExecuteSearch")
    if not _GUID.fullmatch(document.text(f"{_P}:SearchId")) or search is None:
        raise EasError(_INVALID, "a SearchId, and what is searched, are expected")
    if len(search.children) != 1:
        raise EasError(_INVALID, "one criterion is expected")
    criterion = search.children[0]
    store = _STORES.get(criterion.name.removeprefix(f"{_P}:"))
    if store is None:
        raise EasError(_INVALID, "a criterion that there is not")
    try:
        span = _range(criterion)
        asked = _named(document, criterion)
        if span[0] and ctx.services.last_finds.find(ctx) != asked:
            raise EasError(_RANGE, "a search begins with its first result")
        results = await (_mail if store == "Mailbox" else _people)(ctx, criterion, *span)
        ctx.services.last_finds.keep(ctx, asked)
    except (EasError, StoreError) as error:
        refusal = in_words_of(error, _WORDS)
        if refusal.status == _FOLDERS:
            raise refusal from error  # it concerns the device, not the search
        results = [text(f"{_P}:Status", refusal.status)]
    return root(
        "Find",
        [
            text(f"{_P}:Status", _OK),
            node(f"{_P}:Response", text("ItemOperations:Store", store), *results),
        ],
    )


def _range(criterion: Element) -> tuple[int, int]:
    """First and last, 0 to 999. Raises EasError 2."""
    options = criterion.find(f"{_P}:Options") or Element(f"{_P}:Options")
    asked = read_range(options.text(f"{_P}:Range"), _LAST)
    if asked is None or asked[1] >= ROWS_MAX:
        raise EasError(_INVALID, "a range that is none")
    return asked


def _named(document: Element, criterion: Element) -> tuple[str, ...]:
    """What makes a search the same as another one: all but which results are asked for."""
    query = criterion.find(f"{_P}:Query") or Element(f"{_P}:Query")
    words = query.text(f"{_P}:FreeText") or query.as_text()
    folder = query.text("AirSync:CollectionId")
    return (document.text(f"{_P}:SearchId").lower(), criterion.name, words[:1_000], folder[:64])


def _results(found: Sequence[Element], first: int, total: int) -> list[Element]:
    return [
        text(f"{_P}:Status", _OK),
        *found,
        *([text(f"{_P}:Range", f"{first}-{first + len(found) - 1}")] if found else []),
        text(f"{_P}:Total", total),
    ]


async def _people(ctx: Context, criterion: Element, first: int, last: int) -> list[Element]:
    query = criterion.text(f"{_P}:Query")
    if not query.strip():
        raise EasError(_INVALID, "an empty query")
    options = criterion.find(f"{_P}:Options")
    pictures = read_pictures(ctx, options, _P)
    entries, total = await gal_entries(ctx, query[:256], first, last, pictures)
    found = [node(f"{_P}:Result", Element(f"{_P}:Properties", None, entry)) for entry in entries]
    return _results(found, first, total)


async def _mail(ctx: Context, criterion: Element, first: int, last: int) -> list[Element]:
    said = criterion.find(f"{_P}:Query")
    if said is None or said.text("AirSync:Class") != EMAIL.name:
        raise EasError(_INVALID, "mail is what can be found")
    words = said.text(f"{_P}:FreeText").strip()
    if not words:
        raise EasError(_INVALID, "an empty query")
    options = criterion.find(f"{_P}:Options") or Element(f"{_P}:Options")
    query = Query(words=[words[:1_000]], folders=[], classes={EMAIL.name})
    folder = said.text("AirSync:CollectionId")
    if folder not in ("", "0"):
        query.folders.append(read_folder_id(folder, ctx.mailbox_id, _FOLDERS))
    deep = options.find(f"{_P}:DeepTraversal") is not None or not query.folders
    count = last - first + 1
    ids, total = await find_items(ctx, query, deep=deep, first=first, count=count)
    items = await ctx.execute(FetchItems(tuple(id for _, id in ids))) if ids else []
    found = [_result(item) for item in items if not isinstance(item, StoreError)]
    return _results(found, first, total)


def _result(item: Item) -> Element:
    p = item.properties
    received = p.get("received")
    people = {
        "Email:DisplayTo": names(p.get("to") or ()),
        f"{_P}:DisplayCc": names(p.get("cc") or ()),
        f"{_P}:DisplayBcc": names(p.get("bcc") or ()),
    }
    properties = [
        text("Email:Subject", clean(p.get("subject") or "")),
        text("Email:DateReceived", when(received)) if received else None,
        *(text(name, value) for name, value in people.items() if value),
        text("Email:Importance", _IMPORTANCE.get(p.get("importance", "normal"), "1")),
        text("Email:Read", "1" if p.get("is_read") else "0"),
        text("Email2:IsDraft", "1" if p.get("is_draft") else "0"),
        text(f"{_P}:Preview", clean(p.get("preview") or "")[:_PREVIEW_MAX]),
        text(f"{_P}:HasAttachments", "1" if p.get("has_attachments") else "0"),
        text("Email:From", names([p["from"]])) if p.get("from") else None,
    ]
    return node(
        f"{_P}:Result",
        text("AirSync:Class", EMAIL.name),
        text("AirSync:ServerId", item_server_id(item.folder.id, item.id.id)),
        text("AirSync:CollectionId", folder_server_id(item.folder.id)),
        node(f"{_P}:Properties", *properties),
    )
