"""What a computed element is: a function, and the properties that it reads."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ews.render.view import View
from schemas.property import P

Compute = Callable[[View, P], str]


class Computed(msgspec.Struct, frozen=True):
    """A computed element. ``needs``: the neutral properties that it reads."""

    compute: Compute
    needs: tuple[str, ...] = ()
