"""Handing one message to the smart host; what it said of each recipient."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Literal, Protocol

import aiosmtplib
import msgspec

_COMMAND_S_MAX = 300.0
# Below the store's lease of a taken recipient (15 minutes): a slow relay is never asked twice.
_HAND_OVER_S_MAX = 840.0

Outcome = Literal["sent", "failed", "deferred"]


class RelaySettings(Protocol):
    """The settings that name the smart host."""

    @property
    def host_name(self) -> str: ...
    @property
    def smart_host(self) -> str: ...
    @property
    def smart_host_port(self) -> int: ...
    @property
    def smart_host_tls(self) -> str: ...
    @property
    def smart_host_user(self) -> str: ...
    def smart_host_password(self) -> str: ...


class Said(msgspec.Struct, frozen=True):
    """What became of one recipient, in the smart host's words."""

    address: str
    outcome: Outcome
    reply: str


async def hand_over(
    settings: RelaySettings,
    sender: str,
    addresses: Sequence[str],
    mime: bytes,
    tls: ssl.SSLContext | None = None,
) -> list[Said]:
    """Give a message to the smart host for ``addresses``, in one session.

    Never raises for what the other side or the network does: trouble before the message is the
    relay's or our configuration's, so it is ``deferred``, never the sender's fault. Only a 5xx
    about sender, recipient or content is ``failed``.
    """
    said: dict[str, Said] = {}
    try:
        async with asyncio.timeout(_HAND_OVER_S_MAX):
            await _converse(settings, sender, addresses, mime, tls, said)
    except aiosmtplib.SMTPResponseException as error:
        reply = _words(error.code, error.message)
        _rest(said, addresses, "deferred", reply)
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ssl.SSLError) as error:
        reply = f"{settings.smart_host}: {error or type(error).__name__}"
        _rest(said, addresses, "deferred", reply)
    return [said[address] for address in addresses]


async def _converse(
    settings: RelaySettings,
    sender: str,
    addresses: Sequence[str],
    mime: bytes,
    tls: ssl.SSLContext | None,
    said: dict[str, Said],
) -> None:
    password = await asyncio.to_thread(settings.smart_host_password)
    client = aiosmtplib.SMTP(
        hostname=settings.smart_host,
        port=settings.smart_host_port,
        username=settings.smart_host_user or None,
        password=password or None,
        local_hostname=settings.host_name,
        timeout=_COMMAND_S_MAX,
        use_tls=settings.smart_host_tls == "tls",
        start_tls=settings.smart_host_tls == "starttls",
        tls_context=tls,
    )
    await client.connect()
    try:
        await _transact(client, sender, addresses, mime, said)
        await _leave(client)
    finally:
        client.close()


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Part politely; the message is taken already, whatever is said now."""
    try:
        await client.quit(timeout=5)
    except (aiosmtplib.SMTPException, OSError):
        return


async def _transact(
    client: aiosmtplib.SMTP,
    sender: str,
    addresses: Sequence[str],
    mime: bytes,
    said: dict[str, Said],
) -> None:
    await client.ehlo()
    needs_utf8 = not (sender + "".join(addresses)).isascii()
    if needs_utf8 and not client.supports_extension("smtputf8"):
        _rest(said, addresses, "failed", "550 5.6.7 the next server takes no such addresses")
        return
    try:
        await client.mail(
            sender,
            options=_options(client, mime, needs_utf8),
            encoding="utf-8" if needs_utf8 else "ascii",
        )
    except aiosmtplib.SMTPSenderRefused as error:
        _rest(said, addresses, _outcome(error.code), _words(error.code, error.message))
        return
    taken: list[str] = []
    for address in addresses:
        try:
            await client.rcpt(address, encoding="utf-8" if needs_utf8 else "ascii")
            taken.append(address)
        except aiosmtplib.SMTPRecipientRefused as error:
            words = _words(error.code, error.message)
            said[address] = Said(address, _outcome(error.code), words)
    if taken:
        await _data(client, taken, mime, said)


async def _data(
    client: aiosmtplib.SMTP, taken: Sequence[str], mime: bytes, said: dict[str, Said]
) -> None:
    try:
        response = await client.data(mime)
        _rest(said, taken, "sent", _words(response.code, response.message))
    except aiosmtplib.SMTPDataError as error:
        _rest(said, taken, _outcome(error.code), _words(error.code, error.message))


def _options(client: aiosmtplib.SMTP, mime: bytes, needs_utf8: bool) -> list[str]:
    options: list[str] = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(mime)}")
    if not mime.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    if needs_utf8:
        options.append("SMTPUTF8")
    return options


def _outcome(code: int) -> Outcome:
    return "failed" if code >= 500 else "deferred"


def _words(code: int, message: str) -> str:
    return f"{code} {message}"[:1000]


def _rest(said: dict[str, Said], addresses: Sequence[str], outcome: Outcome, reply: str) -> None:
    """The same for all of whom nothing was said yet."""
    for address in addresses:
        said.setdefault(address, Said(address, outcome, reply))
