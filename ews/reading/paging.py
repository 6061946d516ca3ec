"""Views: which rows a find answers with, and how the answer says where it stands."""

from __future__ import annotations

from typing import Any

from ews.errors import EwsError
from store.restriction import Page

_INDEXED = ("IndexedPageItemView", "IndexedPageFolderView", "ContactsView")
_FRACTIONAL = ("FractionalPageItemView", "FractionalPageFolderView")


def read_page(request: Any, *names: str) -> tuple[Page, str]:
    """The page that a view asks for, and the kind of view: ``indexed``, ``fraction`` or nothing.

    Raises EwsError for numbers that cannot be.
    """
    for name in names or (*_INDEXED, *_FRACTIONAL):
        view = request.get(name)
        if view is None:
            continue
        limit = view.MaxEntriesReturned
        if limit is not None and limit <= 0:
            raise EwsError("ErrorInvalidPagingMaxRows")
        if name in _FRACTIONAL:
            if view.Denominator <= 0 or not 0 <= view.Numerator <= view.Denominator:
                raise EwsError("ErrorInvalidFractionalPagingParameters")
            page = Page("fraction", view.Numerator, view.Denominator, limit=limit)
            return page, "fraction"
        if view.Offset is not None and view.Offset < 0:
            raise EwsError("ErrorInvalidIndexedPagingParameters")
        page = Page(offset=view.Offset or 0, from_end=view.BasePoint == "End", limit=limit)
        return page, "indexed"
    return Page(), ""


def read_folder_page(request: Any) -> tuple[Page, str]:
    """The page of a FindFolder."""
    return read_page(request, "IndexedPageFolderView", "FractionalPageFolderView")


def root_folder(view: str, page: Any) -> dict[str, Any]:
    """A RootFolder without its items: counts, and the next offset in the view's terms."""
    root: dict[str, Any] = {
        "TotalItemsInView": page.total,
        "IncludesLastItemInRange": page.is_last,
    }
    if view == "indexed" or (not view and not page.is_last):
        root["IndexedPagingOffset"] = page.next_offset
    elif view == "fraction":
        root["NumeratorOffset"] = page.next_offset
        root["AbsoluteDenominator"] = page.total
    return root
