"""Whom a peer's address counts with: what limits, waits and sign-in ask of it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address


def network_of(address: str) -> str:
    """The network of an address: its /24 (IPv4) or /64 (IPv6); the text where it is none."""
    ip = _read(address)
    if ip is None:
        return address
    if ip.version == 4:
        return str(IPv4Network((int(ip), 24), strict=False))
    return str(IPv6Network((int(ip), 64), strict=False))


def is_loopback(address: str) -> bool:
    """Whether a peer is this machine itself (a Unix socket's peer has no address)."""
    ip = _read(address)
    return ip is not None and ip.is_loopback


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one also where it comes in the form of an IPv6 one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip
