"""The arithmetic of views: which rows of a set are a page (MS-OXWSSRCH 2.2.4)."""

import msgspec

from store.errors import InvalidPaging
from store.restriction import Page


class Cut(msgspec.Struct, frozen=True):
    """Rows ``start`` to ``stop`` of the set; ``next_offset`` as the view counts it."""

    start: int
    stop: int
    next_offset: int
    is_last: bool


def cut(page: Page, total: int, cap: int) -> Cut:
    """Rows of a page in a set of ``total``; never more than ``cap``.

    Indexed from the end: the page lies before the last ``offset`` rows and is read in normal order;
    it is the last one where it reaches the first row. Raises InvalidPaging.
    """
    limit = cap if page.limit is None else page.limit
    if limit <= 0:
        raise InvalidPaging("a page holds at least one row", role="rows")
    limit = min(limit, cap)
    if page.kind == "fraction":
        if page.denominator <= 0 or not 0 <= page.offset <= page.denominator:
            raise InvalidPaging("the fraction is not between 0 and 1", role="fraction")
        start = total * page.offset // page.denominator
        stop = min(total, start + limit)
        return Cut(start, stop, stop, stop >= total)
    if page.offset < 0:
        raise InvalidPaging("the offset is negative", role="offset")
    if page.from_end:
        stop = max(0, total - page.offset)
        start = max(0, stop - limit)
        return Cut(start, stop, page.offset + stop - start, start == 0)
    start = min(page.offset, total)
    stop = min(total, start + limit)
    return Cut(start, stop, stop, stop >= total)
