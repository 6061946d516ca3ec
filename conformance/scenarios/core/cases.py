"""Which kind of item a topic's scenarios are about: the public suite has one scenario per kind."""

from __future__ import annotations

from conformance.kinds import (
    APPOINTMENT,
    CONTACT,
    DISTRIBUTION_LIST,
    ITEM,
    MESSAGE,
    POST,
    TASK,
    Kind,
)

SPEC = "MS-OXWSCORE"


def cases(
    *,
    item: int | None = None,
    contact: int | None = None,
    distribution_list: int | None = None,
    message: int | None = None,
    appointment: int | None = None,
    post: int | None = None,
    task: int | None = None,
) -> dict[str, Kind]:
    """Names of a topic's scenarios by kind, from the numbers of their test cases."""
    numbers = {
        ITEM: (1, item),
        CONTACT: (2, contact),
        DISTRIBUTION_LIST: (3, distribution_list),
        MESSAGE: (4, message),
        APPOINTMENT: (5, appointment),
        POST: (6, post),
        TASK: (7, task),
    }
    return {
        f"S{suite:02}_TC{number:02}": kind
        for kind, (suite, number) in numbers.items()
        if number is not None
    }
