"""Date-times as devices write them (MS-ASDTYPE 2.3, 2.7.2)."""

from __future__ import annotations

from datetime import UTC, datetime

from eas.errors import EasError
from store.instant import Instant, to_instant

# Sync, MS-ASCMD 2.2.3.177.17: a value that the item cannot take.
CONVERSION = 6
_FORMS = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%S")


def read_moment(value: str) -> Instant:
    """A date-time of a device, in either form. Raises EasError 6."""
    text = value.strip().removesuffix("Z")
    for form in _FORMS:
        try:
            return to_instant(datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    raise EasError(CONVERSION, "a date that is none")
