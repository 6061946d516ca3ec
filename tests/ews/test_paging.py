"""Which rows are a page (survey of operations, 4.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import InvalidPaging
from store.paging import Cut, cut
from store.restriction import Page


@pytest.mark.parametrize(
    ("page", "total", "expected"),
    [
        (Page(limit=10), 15, Cut(0, 10, 10, is_last=False)),
        (Page(offset=10, limit=10), 15, Cut(10, 15, 15, is_last=True)),
        (Page(offset=20, limit=10), 15, Cut(15, 15, 15, is_last=True)),
        (Page(offset=25, limit=10, from_end=True), 100, Cut(65, 75, 35, is_last=False)),
        (Page(offset=95, limit=10, from_end=True), 100, Cut(0, 5, 100, is_last=True)),
        (Page("fraction", 2, 3, limit=100), 9, Cut(6, 9, 9, is_last=True)),
        (Page("fraction", 1, 1, limit=5), 9, Cut(9, 9, 9, is_last=True)),
        (Page("fraction", 0, 1, limit=5), 9, Cut(0, 5, 5, is_last=False)),
        (Page(), 15, Cut(0, 15, 15, is_last=True)),
        (Page(), 1500, Cut(0, 1000, 1000, is_last=False)),
        (Page(), 0, Cut(0, 0, 0, is_last=True)),
    ],
)
def test_pages(page: Page, total: int, expected: Cut) -> None:
    assert cut(page, total, 1000) == expected


@pytest.mark.parametrize(
    ("page", "role"),
    [
        (Page(offset=-1), "offset"),
        (Page(limit=0), "rows"),
        (Page("fraction", 2, 1), "fraction"),
        (Page("fraction", -1, 1), "fraction"),
        (Page("fraction", 0, 0), "fraction"),
    ],
)
def test_numbers_that_cannot_be(page: Page, role: str) -> None:
    with pytest.raises(InvalidPaging) as caught:
        cut(page, 10, 1000)
    assert caught.value.role == role


@given(st.integers(0, 200), st.integers(1, 30), st.booleans())
def test_pages_one_after_another_hold_every_row_once(
    total: int,
    limit: int,
    from_end: bool,
) -> None:
    seen: list[int] = []
    offset = 0
    while True:
        page = cut(Page(offset=offset, limit=limit, from_end=from_end), total, 1000)
        rows = list(range(page.start, page.stop))
        seen = rows + seen if from_end else seen + rows
        offset = page.next_offset
        if page.is_last:
            break
    assert seen == list(range(total))
