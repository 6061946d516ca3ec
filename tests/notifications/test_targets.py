"""Attack A10: where a URL that a user gives may lead, and where not."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

import pytest

from ews.errors import EwsError
from ews.notifications.targets import is_public, reachable_address, read_target

pytestmark = pytest.mark.anyio


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads to these; the list returned fills with what was looked up."""
    asked: list[str] = []

    async def getaddrinfo(_loop: Any, host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.1.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.5",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
async def test_private_addresses_in_every_disguise(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert not is_public(ipaddress.ip_address(address))
    names_lead_to(monkeypatch, address)
    allowed = ("hooks.example.org",)
    target = read_target("https://hooks.example.org/told", allowed)
    assert await reachable_address(target, allowed) is None


async def test_one_private_address_among_public_ones_spoils_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names_lead_to(monkeypatch, "8.8.8.8", "10.0.0.5")
    allowed = ("hooks.example.org",)
    target = read_target("https://hooks.example.org/told", allowed)
    assert await reachable_address(target, allowed) is None


@pytest.mark.parametrize(
    ("allowed", "found"),
    [
        (("hooks.example.org",), None),
        (("hooks.example.org", "10.0.0.5"), "10.0.0.5"),
        (("hooks.example.org", "10.0.0.5:8443"), "10.0.0.5"),
        (("hooks.example.org", "10.0.0.5:443"), None),
    ],
)
async def test_the_list_may_name_a_private_address(
    monkeypatch: pytest.MonkeyPatch, allowed: tuple[str, ...], found: str | None
) -> None:
    names_lead_to(monkeypatch, "10.0.0.5")
    target = read_target("https://hooks.example.org:8443/told", allowed)
    assert await reachable_address(target, allowed) == found


async def test_the_call_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that leads elsewhere a moment later gains nothing: it is looked up once."""
    asked = names_lead_to(monkeypatch, "93.184.216.34")
    allowed = ("hooks.example.org",)
    target = read_target("https://hooks.example.org/told?a=b", allowed)
    address = await reachable_address(target, allowed)
    assert address is not None
    assert target.at(address) == "https://93.184.216.34:443/told?a=b"
    assert target.netloc == "hooks.example.org"
    assert asked == ["hooks.example.org"]


@pytest.mark.parametrize(
    ("url", "allowed", "good"),
    [
        ("http://hooks.example.org/a", ("hooks.example.org",), True),
        ("http://HOOKS.example.org/a", ("hooks.EXAMPLE.org",), True),
        ("http://hooks.example.org:8000/a", ("hooks.example.org:8000",), True),
        ("http://hooks.example.org/a", ("hooks.example.org:80",), True),
        ("http://hooks.example.org:8001/a", ("hooks.example.org:8000",), False),
        ("http://[::1]:8000/a", ("[::1]:8000",), True),
        ("http://hooks.example.org/a", (), False),
        ("http://hooks.example.org.evil.example/a", ("hooks.example.org",), False),
        ("http://hooks.example.org@evil.example/a", ("hooks.example.org",), False),
        ("http://evil.example#hooks.example.org", ("hooks.example.org",), False),
        ("http://user:word@hooks.example.org/a", ("hooks.example.org",), False),
        ("ftp://hooks.example.org/a", ("hooks.example.org",), False),
        ("//hooks.example.org/a", ("hooks.example.org",), False),
        ("http://hooks.example.org/\r\nX: y", ("hooks.example.org",), False),
        ("http://hooks.example.org:99999/a", ("hooks.example.org",), False),
        ("http:///a", ("",), False),
        ("", ("",), False),
    ],
)
def test_urls(url: str, allowed: tuple[str, ...], good: bool) -> None:
    if good:
        assert read_target(url, allowed).url == url
        return
    with pytest.raises(EwsError) as refused:
        read_target(url, allowed)
    assert refused.value.code == "ErrorInvalidPushSubscriptionUrl"
