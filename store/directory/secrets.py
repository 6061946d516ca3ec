"""The installation's own random secrets and counters, in the ``meta`` table.

Nothing is shipped with a key: each is made on first use, so no two installations share one.
"""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, select, text, update

from store import tables
from store.commands import FetchSecret
from store.directory.names import require_system
from store.errors import InvalidValue
from store.executor import WriteTx, writes

SECRET_BYTES = 32

_meta = tables.meta
_BY_KEY = select(_meta.c.value).where(_meta.c.key == bindparam("key"))
_ADD = text("INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING")
_SET = update(_meta).where(_meta.c.key == bindparam("b_key")).values(value=bindparam("b_value"))


@writes(FetchSecret)
def fetch_secret(tx: WriteTx, command: FetchSecret) -> bytes:
    """The secret of that name: the same for ever, another in each installation."""
    require_system(tx)
    if not command.name:
        raise InvalidValue("a secret has a name", where="name")
    key = f"secret:{command.name}"
    tx.conn.execute(_ADD, {"key": key, "value": secrets.token_bytes(SECRET_BYTES)})
    return bytes(tx.conn.execute(_BY_KEY, {"key": key}).scalar_one())


def next_number(tx: WriteTx, counter: str) -> int:
    """The next number of a counter. None is ever given twice, not even after a removal, so that
    a newcomer never inherits what somebody else's number was granted."""
    key = f"counter:{counter}"
    tx.conn.execute(_ADD, {"key": key, "value": b"0"})
    statement = _BY_KEY if tx.dialect == "sqlite" else _BY_KEY.with_for_update()
    number = int(bytes(tx.conn.execute(statement, {"key": key}).scalar_one())) + 1
    tx.conn.execute(_SET, {"b_key": key, "b_value": str(number).encode()})
    return number
