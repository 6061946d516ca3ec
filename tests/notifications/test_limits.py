"""How many subscriptions, how large, and for how long."""

from __future__ import annotations

import pytest

from ews.errors import EwsError
from ews.notifications.subscriptions import FOLDERS_MAX, Subscriptions
from store.results import SubscriptionStart
from tests.notifications.conftest import House

pytestmark = pytest.mark.anyio
KINDS = frozenset({"created"})


def add(house: House, who: str = "anna", idle_s: float = 60.0, folders: int = 1) -> object:
    principal = house.people[who]
    start = SubscriptionStart(principal.mailbox_id, tuple(range(1, folders + 1)), 0)
    return house.subscriptions.add("pull", principal, start, KINDS, idle_s=idle_s)


def count(subscriptions: Subscriptions) -> int:
    return len(subscriptions._by_number)


async def test_each_account_has_its_own_limit(house: House) -> None:
    settings = house.subscriptions.settings.model_copy(update={"subscriptions_max": 3})
    house.subscriptions.settings = settings
    for _ in range(3):
        add(house)
    with pytest.raises(EwsError) as refused:
        add(house)
    assert refused.value.code == "ErrorExceededSubscriptionCount"
    add(house, "ben")
    house.clock.advance(61)
    add(house)  # the first three have expired


async def test_the_forgotten_leave_no_trace(house: House) -> None:
    for _ in range(50):
        add(house, idle_s=60)
    add(house, idle_s=600)
    house.clock.advance(61)
    add(house, "ben", idle_s=600)
    assert count(house.subscriptions) == 2
    assert len(house.subscriptions._due) == 2


async def test_who_was_asked_meanwhile_lives_on(house: House) -> None:
    kept = add(house, idle_s=60)
    house.clock.advance(50)
    house.subscriptions.touch(kept)  # type: ignore[arg-type]
    house.clock.advance(50)
    add(house, "ben")
    assert count(house.subscriptions) == 2
    house.clock.advance(20)
    add(house, "ben")
    assert not house.subscriptions.is_live(kept)  # type: ignore[arg-type]


async def test_a_subscription_names_so_many_folders(house: House) -> None:
    add(house, folders=FOLDERS_MAX)
    with pytest.raises(EwsError) as refused:
        add(house, folders=FOLDERS_MAX + 1)
    assert refused.value.code == "ErrorInvalidSubscriptionRequest"


async def test_a_folder_named_twice_is_watched_once(house: House) -> None:
    principal = house.people["anna"]
    start = SubscriptionStart(principal.mailbox_id, (4, 4, 5, 4), 0)
    assert house.subscriptions.add("pull", principal, start, KINDS).folders == (4, 5)
