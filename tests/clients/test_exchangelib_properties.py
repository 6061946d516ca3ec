"""exchangelib: extended properties, by every way to name them and of every type."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from exchangelib import UTC, EWSDateTime, ExtendedProperty
from exchangelib.items import Message

GUID = "c11ff724-aa03-4555-9952-8fa248a11c3e"
MOMENT = EWSDateTime(2029, 2, 3, 4, 5, 6, tzinfo=UTC)

NAMES: dict[str, dict[str, Any]] = {
    "tag in hex": {"property_tag": "0x3a45", "property_type": "String"},
    "tag as a number": {"property_tag": 0x3A46, "property_type": "String"},
    "well-known set, name": {
        "distinguished_property_set_id": "PublicStrings",
        "property_name": "Favourite colour",
        "property_type": "String",
    },
    "well-known set, number": {
        "distinguished_property_set_id": "Common",
        "property_id": 0x8570,
        "property_type": "String",
    },
    "internet header": {
        "distinguished_property_set_id": "InternetHeaders",
        "property_name": "X-Colour",
        "property_type": "String",
    },
    "own set, name": {
        "property_set_id": GUID,
        "property_name": "Colour",
        "property_type": "String",
    },
    "own set, number": {"property_set_id": GUID, "property_id": 7, "property_type": "String"},
}
TYPES: dict[str, Any] = {
    "ApplicationTime": Decimal("1.5"),
    "Binary": b"\x00\x01binary",
    "BinaryArray": [b"one", b"\xff"],
    "Boolean": True,
    "CLSID": "{0bd4e2d4-35a0-4a0e-9d3b-0123456789ab}",
    "CLSIDArray": ["{0bd4e2d4-35a0-4a0e-9d3b-0123456789ab}"],
    "Currency": 12345,
    "CurrencyArray": [1, 2],
    "Double": Decimal("0.25"),
    "DoubleArray": [Decimal("0.5"), Decimal("0.25")],
    "Float": Decimal("1.5"),
    "FloatArray": [Decimal("1.5"), Decimal("2.5")],
    "Integer": -2_000_000_000,
    "IntegerArray": [1, -1, 0],
    "Long": 2**40,
    "LongArray": [2**40, -1],
    "Short": 32_000,
    "ShortArray": [1, 2],
    "String": "Größe <&> 日本",
    "StringArray": ["a", "b, c"],
    "SystemTime": MOMENT,
    "SystemTimeArray": [MOMENT, MOMENT + dt.timedelta(days=1)],
}


@contextmanager
def registered(**attributes: Any) -> Iterator[None]:
    """``message.own`` is that extended property while this lasts."""
    own = type("Own", (ExtendedProperty,), attributes)
    Message.register("own", own)
    try:
        yield
    finally:
        Message.deregister("own")


@pytest.mark.parametrize("name", NAMES)
def test_by_every_way_to_name_them(account: Any, name: str) -> None:
    with registered(**NAMES[name]):
        saved = Message(account=account, folder=account.inbox, subject="A", own="red").save()
        Message(account=account, folder=account.inbox, subject="B").save()
        item = account.inbox.get(id=saved.id, changekey=saved.changekey)
        assert item.own == "red"
        assert [i.own for i in account.inbox.all().order_by("subject").only("own")] == ["red", None]
        assert [i.subject for i in account.inbox.filter(own="red").only("subject")] == ["A"]
        assert [i.subject for i in account.inbox.filter(own__exists=False)] == ["B"]
        item.own = "blue"
        item.save(update_fields=["own"])
        item.refresh()
        assert item.own == "blue"
        item.own = None
        item.save(update_fields=["own"])
        item.refresh()
        assert item.own is None


@pytest.mark.parametrize("type_", [t for t in TYPES if t in ExtendedProperty.PROPERTY_TYPES])
def test_of_every_type(account: Any, type_: str) -> None:
    value = TYPES[type_]
    with registered(property_set_id=GUID, property_name=f"Of{type_}", property_type=type_):
        saved = Message(account=account, folder=account.inbox, subject="A", own=value).save()
        item = account.inbox.get(id=saved.id, changekey=saved.changekey)
        assert _plain(item.own) == _plain(value)
        found = account.inbox.all().only("own")[0]
        assert _plain(found.own) == _plain(value)


def _plain(value: Any) -> Any:
    """CLSIDs are written with and without braces."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        return value.strip("{}").lower()
    return base64.b64encode(value) if isinstance(value, bytes) else value


def test_no_type_is_left_out() -> None:
    kinds = {t for t in ExtendedProperty.PROPERTY_TYPES if t not in ("Null", "NullArray")}
    skipped = {"Error", "Object", "ObjectArray", "ApplicationTimeArray"}  # the contract forbids,
    assert kinds - skipped <= set(TYPES)  # or exchangelib has no value for them


def test_the_flag_is_the_property_that_clients_write(account: Any) -> None:
    with registered(property_tag=0x1090, property_type="Integer"):
        item = Message(account=account, folder=account.inbox, subject="Flag me", own=2).save()
        assert account.inbox.filter(own=2).count() == 1
        item.own = 1
        item.save(update_fields=["own"])
        item.refresh()
        assert item.own == 1


def test_categories_are_the_keywords_that_clients_write(account: Any) -> None:
    with registered(
        distinguished_property_set_id="PublicStrings",
        property_name="Keywords",
        property_type="StringArray",
    ):
        item = Message(account=account, folder=account.inbox, subject="A", categories=["Red"])
        item.save()
        item.refresh()
        assert list(item.own) == ["Red"]
        item.own = ["Blue", "Green"]
        item.save(update_fields=["own"])
        item.refresh()
        assert set(item.categories) == {"Blue", "Green"}


def test_the_transport_headers(account: Any, anna: Any) -> None:
    anna.receives(subject="Headers", headers={"X-Ticket": "1234"})
    with registered(property_tag=0x007D, property_type="String"):
        item = account.inbox.filter(subject="Headers").only("own", "headers")[0]
        assert "X-Ticket: 1234" in item.own
    assert {h.name: h.value for h in item.headers}["X-Ticket"] == "1234"
    with registered(
        distinguished_property_set_id="InternetHeaders",
        property_name="X-Ticket",
        property_type="String",
    ):
        assert account.inbox.filter(own="1234").count() == 1
