"""From when on items count: FilterType (MS-ASCMD 2.2.3.68)."""

from __future__ import annotations

from datetime import datetime, timedelta

from eas.classes import class_named
from eas.errors import EasError
from eas.reading.options import Options
from store.instant import Instant, to_instant

_DAYS = {1: 1, 2: 3, 3: 7, 4: 14, 5: 30}
# MS-ASCMD 2.2.3.68: Sync says that the protocol was broken, GetItemEstimate has its own word.
SYNC, ESTIMATE = 4, 110


def cutoff(options: Options, now: datetime, status: int = SYNC) -> Instant:
    """The instant before which items of a collection are left out; "" for none.

    It moves once a day: phones ask every minute, and an item that leaves a filter is nothing
    urgent. Only mail is filtered by age: what a device would leave out of a calendar may recur
    tomorrow. Raises EasError ``status`` for a filter that the class does not have.
    """
    kind, filter_type = class_named(options.kind), options.filter_type
    if kind.filters is not None and filter_type not in kind.filters:
        raise EasError(status, f"{kind.name} has no FilterType {filter_type}")
    if filter_type == 0 or not kind.is_mail:
        return ""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return to_instant(day - timedelta(days=_DAYS[filter_type]))
