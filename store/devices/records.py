"""The devices of a mailbox: met, changed, listed, forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, insert, select, update

from store import tables
from store.devices.commands import (
    ChangeDevice,
    FetchDevice,
    ListDevices,
    MeetDevice,
    PruneDevices,
    RemoveDevice,
)
from store.devices.model import Device
from store.devices.owner import own_mailbox
from store.devices.rounds import note
from store.directory.names import require_system
from store.errors import InvalidValue, NotFound, TooMany
from store.executor import Tx, WriteTx, reads, writes
from store.instant import from_instant

_device = tables.device
_ONE = select(_device).where(
    _device.c.mailbox_id == bindparam("mailbox_id"), _device.c.key == bindparam("key")
)
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
# How exactly it is known when a device was last seen.
_SEEN_S = 3600
_CHARS_MAX = 256
# Tables that hold something of a device.
OF_A_DEVICE = (
    tables.device_collection,
    tables.device_tree,
    tables.device_own,
    tables.device_round,
    tables.device_once,
    _device,
)


def key_of(device_id: str) -> str:
    """A device's id as it is compared: devices write it in either case."""
    return device_id.casefold()


def device_of(row: Row[Any]) -> Device:
    """A device from its row."""
    values = dict(row._mapping)  # pyright: ignore[reportPrivateUsage]
    values["record"] = _decode(values["record"])
    return Device(**values)


def find_device(tx: Tx, mailbox_id: int, key: str) -> Device | None:
    """A mailbox's device."""
    row = tx.conn.execute(_ONE, {"mailbox_id": mailbox_id, "key": key}).first()
    return None if row is None else device_of(row)


def _fetch(tx: Tx, command: MeetDevice) -> Device | None:
    return find_device(tx, own_mailbox(tx), key_of(command.device_id))


@reads(FetchDevice, small=lambda _: True)
def fetch_device(tx: Tx, command: FetchDevice) -> Device | None:
    """The device, None where it never called."""
    return find_device(tx, own_mailbox(tx), command.device)


@writes(MeetDevice)
def meet_device(tx: WriteTx, command: MeetDevice) -> Device:
    """Make the device or note what it says of itself now. Raises TooMany, NoSuchMailbox."""
    mailbox_id = own_mailbox(tx)
    tx.lock(mailbox_id)
    known = _fetch(tx, command)
    said: dict[str, Any] = {
        "type": command.type[:_CHARS_MAX],
        "agent": command.agent[:_CHARS_MAX],
        "protocol": command.protocol,
        "seen": tx.now,
    }
    if known is None:
        _check_room(tx, mailbox_id)
        device = Device(
            mailbox_id=mailbox_id,
            key=key_of(command.device_id),
            device_id=command.device_id,
            created=tx.now,
            **said,
        )
        row = msgspec.structs.asdict(device)
        tx.conn.execute(insert(_device), [{**row, "record": "{}"}])
        return device
    _write(tx, known, said)
    return msgspec.structs.replace(known, **said)


def is_worth_noting(device: Device, command: MeetDevice, now: str) -> bool:
    """Whether ``meet_device`` would keep anything new."""
    if (device.type, device.agent, device.protocol) != (
        command.type[:_CHARS_MAX],
        command.agent[:_CHARS_MAX],
        command.protocol,
    ):
        return True
    return from_instant(now) - from_instant(device.seen) >= timedelta(seconds=_SEEN_S)


def _check_room(tx: Tx, mailbox_id: int) -> None:
    count = len(
        tx.conn.execute(select(_device.c.key).where(_device.c.mailbox_id == mailbox_id)).all()
    )
    if count >= tx.limits.devices_max:
        raise TooMany(
            f"a mailbox has at most {tx.limits.devices_max} devices",
            remedy="remove some that are no longer used",
        )


def _write(tx: WriteTx, device: Device, values: dict[str, Any]) -> None:
    tx.conn.execute(
        update(_device)
        .where(_device.c.mailbox_id == device.mailbox_id, _device.c.key == device.key)
        .values(values)
    )


_PLAIN = (
    "access",
    "reason",
    "wipe",
    "wipe_state",
    "policy_key",
    "pending_key",
    "policy_mark",
)


@writes(ChangeDevice)
def change_device(tx: WriteTx, command: ChangeDevice) -> Device:
    """Change a device; a blocked one hears so at its next call."""
    mailbox_id = own_mailbox(tx, command.mailbox_id)
    tx.lock(mailbox_id)
    device = find_device(tx, mailbox_id, command.device)
    if device is None:
        raise NotFound("no such device", where=command.device, role="device")
    values = {name: getattr(command, name) for name in _PLAIN if getattr(command, name) is not None}
    changed: dict[str, Any] = dict(values)
    if command.record is not None:
        record = {**device.record, **command.record}
        record = {name: value for name, value in record.items() if value is not None}
        changed["record"] = record
        values["record"] = _encode(record).decode()
        if len(values["record"]) > _RECORD_CHARS_MAX:
            raise InvalidValue("what a device says of itself is too long", where="record")
    if values:
        _write(tx, device, values)
    if command.note:
        note(tx, mailbox_id, device.key, "device", note=command.note)
    if "access" in values or "wipe" in values:
        tx.hurried.append((mailbox_id, device.key))
    return msgspec.structs.replace(device, **changed)


_RECORD_CHARS_MAX = 64 * 1024


@reads(ListDevices)
def list_devices(tx: Tx, command: ListDevices) -> list[Device]:
    """Devices by mailbox and id."""
    statement = select(_device).order_by(_device.c.mailbox_id, _device.c.key)
    if command.mailbox_id or tx.principal.role != "system":
        mailbox_id = own_mailbox(tx, command.mailbox_id)
        statement = statement.where(_device.c.mailbox_id == mailbox_id)
    return [device_of(row) for row in tx.conn.execute(statement)]


@writes(RemoveDevice)
def remove_device(tx: WriteTx, command: RemoveDevice) -> None:
    """Forget a device."""
    mailbox_id = own_mailbox(tx, command.mailbox_id)
    tx.lock(mailbox_id)
    if find_device(tx, mailbox_id, command.device) is None:
        raise NotFound("no such device", where=command.device, role="device")
    drop_device(tx, mailbox_id, command.device)
    tx.hurried.append((mailbox_id, command.device))


def drop_device(tx: WriteTx, mailbox_id: int, key: str) -> None:
    """Remove everything that is kept of a device."""
    for table in OF_A_DEVICE:
        tx.conn.execute(delete(table).where(table.c.mailbox_id == mailbox_id, table.c.key == key))


# -- housekeeping ------------------------------------------------------------------------------


@writes(PruneDevices)
def prune_devices(tx: WriteTx, command: PruneDevices) -> int:
    """Drop old log lines and tokens, then devices that have not called for long."""
    require_system(tx)
    pruned = 0
    for table in (tables.device_round, tables.device_once):
        keys = list(table.primary_key.columns)
        old = tx.conn.execute(
            select(*keys).where(table.c.at < command.log_before).limit(command.limit)
        ).all()
        for row in old:
            tx.conn.execute(
                delete(table).where(
                    *(column == value for column, value in zip(keys, row, strict=True))
                )
            )
        pruned += len(old)
    gone = tx.conn.execute(
        select(_device.c.mailbox_id, _device.c.key)
        .where(_device.c.seen < command.seen_before)
        .limit(command.limit)
    ).all()
    for row in gone:
        drop_device(tx, row.mailbox_id, row.key)
    return pruned + len(gone)
