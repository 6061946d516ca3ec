"""Where push notifications may go: to hosts that the administrator lists (attack A10).

A name that a user gives must not make the server call whatever it can reach. The name is resolved
once, all its addresses are judged, and the call goes to the very address that was judged, so that a
name which leads elsewhere a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit, urlunsplit

import msgspec

from ews.errors import EwsError

URL_CHARS_MAX = 2083
_PORTS = {"http": 80, "https": 443}
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses here stand for others, of the v4 net, that are not looked at.
_TRANSLATED = tuple(
    ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)


class Target(msgspec.Struct, frozen=True):
    """A URL in its parts, host in lower case, port always given."""

    url: str
    host: str
    port: int

    def at(self, address: str) -> str:
        """The URL with an address for its host."""
        parts = urlsplit(self.url)
        netloc = f"[{address}]" if ":" in address else address
        path = parts.path or "/"
        return urlunsplit((parts.scheme, f"{netloc}:{self.port}", path, parts.query, ""))

    @property
    def netloc(self) -> str:
        """What the Host header says."""
        return urlsplit(self.url).netloc


def read_target(url: str, allowed: Collection[str]) -> Target:
    """A push URL that may be called. Raises EwsError ErrorInvalidPushSubscriptionUrl."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise EwsError("ErrorInvalidPushSubscriptionUrl") from error
    host = (parts.hostname or "").lower()
    is_plain = url.isascii() and url.isprintable() and len(url) < URL_CHARS_MAX
    if not is_plain or not host or not port or "@" in parts.netloc:
        raise EwsError("ErrorInvalidPushSubscriptionUrl")
    if not _is_listed(host, port, allowed):
        raise EwsError("ErrorInvalidPushSubscriptionUrl", "This server may not call that host.")
    return Target(url, host, port)


def _is_listed(host: str, port: int, allowed: Collection[str]) -> bool:
    shown = f"[{host}]" if ":" in host else host
    listed = {entry.strip().lower() for entry in allowed}
    return not listed.isdisjoint((host, shown, f"{shown}:{port}"))


async def reachable_address(target: Target, allowed: Collection[str]) -> str | None:
    """The address to call, or None where the name leads to none that may be called.

    A public address may be; one of a private net, or of this machine, only where the list names
    that address too (``localhost`` names this machine).
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError):
        return None
    addresses = [str(entry[4][0]) for entry in found]
    is_local = target.host == "localhost" and _is_listed("localhost", target.port, allowed)
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        if is_public(parsed) or (is_local and parsed.is_loopback):
            continue
        if not _is_listed(address, target.port, allowed):
            return None
    return addresses[0] if addresses else None


def is_public(address: _Address) -> bool:
    """Whether an address lies in the public net, in whatever form it is written."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in net for net in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
