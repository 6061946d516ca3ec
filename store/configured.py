"""What lies in a mailbox's own folders, read without a right to ask for: the server looks it up for
the owner's sake."""

from __future__ import annotations

import base64
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from store import tables
from store.errors import Damaged
from store.executor import Tx
from store.record import decode_record

_item, _folder = tables.item, tables.folder


def lying_in(column: Any, *, associated: bool = False) -> Select[Any]:
    """A column of the items in a mailbox's folder of a role (``mailbox_id``, ``role``), the hidden
    ones or the others."""
    return (
        select(column)
        .join(
            _folder,
            and_(_folder.c.mailbox_id == _item.c.mailbox_id, _folder.c.id == _item.c.folder_id),
        )
        .where(
            _item.c.mailbox_id == bindparam("mailbox_id"),
            _folder.c.role == bindparam("role"),
            _item.c.is_associated.is_(associated),
        )
    )


_CONFIGURED = (
    lying_in(_item.c.record, associated=True)
    .where(_item.c.item_class == bindparam("item_class"))
    .limit(1)
)


def configured_xml(tx: Tx, mailbox_id: int, role: str, name: str) -> bytes | None:
    """The XML part of a configuration object (MS-OXOCFG 2.2.2); None where there is none, or it
    cannot be read."""
    keys = {"mailbox_id": mailbox_id, "role": role, "item_class": f"IPM.Configuration.{name}"}
    record = tx.conn.execute(_CONFIGURED, keys).scalar()
    if record is None:
        return None
    try:
        return base64.b64decode(decode_record(record)[0].get("configuration_xml", ""))
    except (Damaged, ValueError):
        return None
