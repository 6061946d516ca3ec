"""Waiting after wrong passwords: slow for who guesses, never in the owner's way (A13)."""

import pytest

from entrepot.lockout import LockOut
from mailflow.peers import is_loopback, network_of
from store.clock import MovableClock

OWNER = ("203.0.113.7", "anna@demo.example", "Phone/1")
STRANGER = ("198.51.100.9", "anna@demo.example", "curl")


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def lock_out(clock):
    return LockOut(clock, failures=5, network_failures=50, first_s=2, longest_s=900)


def test_five_tries_are_free_and_then_waits_double(lock_out, clock):
    for _ in range(4):
        lock_out.trying(*STRANGER)
    assert lock_out.wait_s(*STRANGER) == 0
    waits = []
    for _ in range(4):
        lock_out.trying(*STRANGER)
        waits.append(round(lock_out.wait_s(*STRANGER)))
        clock.advance(lock_out.wait_s(*STRANGER))
    assert waits == [2, 4, 8, 16]


def test_no_wait_is_longer_than_the_longest(lock_out):
    for _ in range(200):
        lock_out.trying(*STRANGER)
    assert 899 < lock_out.wait_s(*STRANGER) <= 900


def test_ten_thousand_wrong_passwords_do_not_lock_out_the_owner(lock_out):
    lock_out.trying(*OWNER)
    lock_out.succeeded(*OWNER)
    for number in range(10_000):
        lock_out.trying(f"198.51.{number % 256}.{number // 256}", OWNER[1], "spray")
        lock_out.trying("203.0.113.8", OWNER[1], "spray")  # from the owner's own network too
    assert lock_out.wait_s(*OWNER) == 0
    assert lock_out.wait_s("203.0.113.8", OWNER[1], "spray") > 0


def test_who_pretends_to_be_the_known_client_waits_as_well(lock_out):
    lock_out.trying(*OWNER)
    lock_out.succeeded(*OWNER)
    for _ in range(10):
        lock_out.trying(*OWNER)
    assert lock_out.wait_s(*OWNER) > 0


def test_one_password_on_many_accounts_slows_the_network(lock_out):
    for number in range(60):
        lock_out.trying("198.51.100.9", f"user{number}@demo.example", "spray")
    assert lock_out.wait_s("198.51.100.77", "fresh@demo.example", "spray") > 0
    assert lock_out.wait_s("203.0.113.7", "fresh@demo.example", "phone") == 0


def test_a_right_password_takes_its_try_back(lock_out):
    for number in range(200):
        client = ("198.51.100.9", f"user{number}@demo.example", "phone")
        lock_out.trying(*client)
        lock_out.succeeded(*client)
    assert lock_out.wait_s("198.51.100.9", "newcomer@demo.example", "phone") == 0


def test_a_change_of_the_account_forgets_who_is_known(lock_out):
    lock_out.trying(*OWNER)
    lock_out.succeeded(*OWNER)
    lock_out.forget(OWNER[1])
    for _ in range(5):
        lock_out.trying("203.0.113.9", OWNER[1], "other")
    assert lock_out.wait_s(*OWNER) > 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.200", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.9", True),
    ],
)
def test_networks(one, other, same):
    assert (network_of(one) == network_of(other)) is same


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("", False),
        ("localhost.evil.example", False),
    ],
)
def test_loopback(address, expected):
    assert is_loopback(address) is expected
