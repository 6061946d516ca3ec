"""From when on items count: FilterType (MS-ASCMD 2.2.3.68)."""

from __future__ import annotations

from datetime import datetime

from dateutil.relativedelta import relativedelta

from eas.classes import OPEN_TASKS, class_named
from eas.errors import EasError
from eas.reading.options import Options
from store.instant import Instant, to_instant
from store.until import OPEN

_AGES = {
    1: relativedelta(days=1),
    2: relativedelta(days=3),
    3: relativedelta(days=7),
    4: relativedelta(days=14),
    5: relativedelta(months=1),
    6: relativedelta(months=3),
    7: relativedelta(months=6),
}
# MS-ASCMD 2.2.3.68: Sync says that the protocol was broken, GetItemEstimate has its own word.
SYNC, ESTIMATE = 4, 110


def cutoff(options: Options, now: datetime, status: int = SYNC) -> Instant:
    """The instant before which items of a collection are left out; "" for none.

    It moves once a day: phones ask every minute, and an item that leaves a filter is nothing
    urgent. Mail is as old as its receipt, an event as its end, a series as the end of its last
    occurrence; of tasks those are left out that are done. Raises EasError ``status`` for a filter
    that the class does not have.
    """
    kind, filter_type = class_named(options.kind), options.filter_type
    if kind.filters is None or filter_type == 0:
        return ""
    if filter_type not in kind.filters:
        raise EasError(status, f"{kind.name} has no FilterType {filter_type}")
    if filter_type == OPEN_TASKS:
        return OPEN
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return to_instant(day - _AGES[filter_type])
