"""One SMTP, submission or LMTP session: aiosmtpd's loop and STARTTLS, our own commands.

The commands are our own where the library's would add what we must not have: a message read line
by line, bare line ends taken, replies that name exceptions (RFC 5321, 2033, 3207, 4954, 6409).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import collections
import ssl
from typing import Protocol

import structlog
from aiosmtpd.smtp import SMTP

from mailflow import message
from mailflow.paths import Path, is_address, parse_path
from mailflow.peers import is_loopback
from store.model import Principal

_log = structlog.get_logger("smtp")

_END = b"\r\n.\r\n"
# A message may take an hour, and 5 minutes for each 64 KiB: slower peers are let go.
_MESSAGE_S_MAX = 3600
# Refused commands in a session before it ends: who guesses addresses or passwords gets no further.
_REFUSALS_MAX = 30
_COMMANDS_MAX = {
    "NOOP": 200,
    "EHLO": 20,
    "HELO": 20,
    "LHLO": 20,
    "AUTH": 5,
    "STARTTLS": 2,
    "VRFY": 20,
    "HELP": 20,
    "EXPN": 20,
    "*": 1_000_000,
}


class Host(Protocol):
    """What a session needs of the door it came through."""

    host_name: str
    message_bytes_max: int
    idle_s: float
    is_closing: bool
    tls: ssl.SSLContext | None

    def admit(self, session: Conversation) -> bool: ...
    def leave(self, session: Conversation) -> None: ...
    def recipients_max(self, session: Conversation) -> int: ...
    async def sign_in(self, login: str, password: str, peer: str) -> Principal | None: ...
    def may_send(self, session: Conversation) -> bool: ...
    async def check(self, session: Conversation, address: str) -> str: ...
    async def take(self, session: Conversation, mime: bytes) -> list[str]: ...


class Mail:
    """The transaction under way."""

    def __init__(self) -> None:
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.is_utf8 = False


class _Handler:
    """What aiosmtpd calls for errors in our own code; everything else we override."""

    async def handle_exception(self, error: Exception) -> str:
        _log.error("failed", error=type(error).__name__, exc_info=error)
        return "451 4.3.0 the server could not do this: try again later"


_HANDLER = _Handler()


class Conversation(SMTP):
    """``kind``: ``smtp``, ``submission`` or ``lmtp``."""

    line_length_limit = 64 * 1024
    command_size_limit = 2048
    command_size_limits = collections.defaultdict(lambda: 2048)

    def __init__(self, host: Host, kind: str, *, offers_auth: bool) -> None:
        super().__init__(
            _HANDLER,
            data_size_limit=host.message_bytes_max,
            enable_SMTPUTF8=True,
            hostname=host.host_name,
            ident="LMTP" if kind == "lmtp" else "ESMTP",
            tls_context=host.tls,
            timeout=host.idle_s,
            command_call_limit=_COMMANDS_MAX,
            loop=asyncio.get_running_loop(),
        )
        self.host = host
        self.kind = kind
        self.mail = Mail()
        self.principal: Principal | None = None
        self.is_busy = False
        self._offers_auth = offers_auth
        self._refusals = 0

    # -- session

    @property
    def peer(self) -> str:
        """The other side's IP address."""
        peer = self.session.peer if self.session is not None else None
        return str(peer[0]) if isinstance(peer, tuple) and peer else ""

    @property
    def helo(self) -> str:
        """What the other side calls itself."""
        return (self.session.host_name if self.session is not None else None) or ""

    @property
    def is_secure(self) -> bool:
        """Whether the session is encrypted."""
        return self._tls_protocol is not None

    @property
    def protocol(self) -> str:
        """The ``with`` word of a trace (RFC 3848)."""
        name = "LMTP" if self.kind == "lmtp" else "ESMTP"
        return name + ("S" if self.is_secure else "") + ("A" if self.principal else "")

    async def _handle_client(self) -> None:
        if not self.host.admit(self):
            await self.push("421 4.3.2 too many connections, try again later")
            if self.transport is not None:
                self.transport.close()
            return
        await super()._handle_client()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        task = self._handler_coroutine
        if task is not None:  # a peer that goes in the middle is no error of ours
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def connection_lost(self, error: Exception | None) -> None:
        self.host.leave(self)
        super().connection_lost(error)

    def _set_rset_state(self) -> None:
        super()._set_rset_state()
        self.mail = Mail()

    async def push(self, status: str | bytes) -> None:
        line = status.encode() if isinstance(status, str) else status
        await super().push(line)
        if line[:1] in (b"4", b"5"):
            self._refusals += 1
            if self._refusals == _REFUSALS_MAX:
                await self.end("421 4.7.0 too many errors")

    async def end(self, reply: str) -> None:
        """Say a last word and close."""
        await super().push(reply)
        if self.transport is not None:
            self.transport.close()

    # -- greeting

    async def smtp_HELO(self, hostname: str) -> None:
        """The old greeting, without extensions."""
        if self.kind == "lmtp":
            await self.push("500 5.5.1 this is LMTP: begin with LHLO")
        elif not hostname:
            await self.push("501 5.5.4 HELO needs a name")
        else:
            self._greeted(hostname, extended=False)
            await self.push(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str) -> None:
        """The greeting, answered with what we offer, in one write."""
        if self.kind == "lmtp":
            await self.push("500 5.5.1 this is LMTP: begin with LHLO")
        else:
            await self._greet(hostname)

    async def smtp_LHLO(self, hostname: str) -> None:
        """LMTP's greeting (RFC 2033 4.1)."""
        if self.kind != "lmtp":
            await self.push("500 5.5.1 this is SMTP: begin with EHLO")
        else:
            await self._greet(hostname)

    def _greeted(self, hostname: str, *, extended: bool) -> None:
        self._set_rset_state()
        assert self.session is not None
        self.session.extended_smtp = extended
        self.session.host_name = hostname[:255]

    async def _greet(self, hostname: str) -> None:
        if not hostname:
            await self.push("501 5.5.4 a name is needed")
            return
        self._greeted(hostname, extended=True)
        offers = [self.hostname, f"SIZE {self.host.message_bytes_max}", "8BITMIME", "SMTPUTF8"]
        if self.tls_context is not None and not self.is_secure:
            offers.append("STARTTLS")
        if self.may_sign_in and self.principal is None:
            offers.append("AUTH PLAIN LOGIN")
        offers += ["PIPELINING", "ENHANCEDSTATUSCODES"]
        lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
        await self.push("\r\n".join(lines))

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Whether the greeting is missing; says so."""
        if self.helo:
            return False
        await self.push("503 5.5.1 greet first")
        return True

    # -- sign-in

    @property
    def may_sign_in(self) -> bool:
        """Passwords travel over TLS or inside this machine only."""
        return self._offers_auth and (self.is_secure or is_loopback(self.peer))

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Sign in with PLAIN or LOGIN (RFC 4954)."""
        words = (arg or "").split()
        if await self.check_helo_needed():
            return
        if not self._offers_auth:
            await self.push("502 5.5.1 no sign-in here")
        elif not self.may_sign_in:
            await self.push("538 5.7.11 sign-in needs STARTTLS first")
        elif self.principal is not None or self.mail.sender is not None:
            await self.push("503 5.5.1 not now")
        elif not 1 <= len(words) <= 2:
            await self.push("501 5.5.4 AUTH needs a mechanism")
        elif words[0].upper() not in ("PLAIN", "LOGIN"):
            await self.push("504 5.5.4 use PLAIN or LOGIN")
        else:
            pair = await self._credentials(words[0].upper(), words[1] if words[1:] else None)
            if pair is not None:
                await self._sign_in(*pair)

    async def _credentials(self, mechanism: str, initial: str | None) -> tuple[str, str] | None:
        """Name and password; None where a reply has been given already."""
        if mechanism == "PLAIN":
            blob = await self._response(b"", initial)
            if blob is None:
                return None
            parts = blob.split(b"\0")
            if len(parts) != 3:
                await self.push("501 5.5.2 malformed credentials")
                return None
            name, password = parts[1], parts[2]
        else:
            given = await self._response(b"Username:", initial)
            secret = None if given is None else await self._response(b"Password:", None)
            if given is None or secret is None:
                return None
            name, password = given, secret
        return name.decode("utf-8", "replace"), password.decode("utf-8", "replace")

    async def _response(self, challenge: bytes, initial: str | None) -> bytes | None:
        if initial is None:
            await super().push(b"334 " + base64.b64encode(challenge))
            line = (await self._reader.readline()).strip()
        else:
            line = b"" if initial == "=" else initial.encode("utf-8", "replace")
        if line == b"*":
            await self.push("501 5.7.0 sign-in abandoned")
            return None
        try:
            return base64.b64decode(line, validate=True)
        except binascii.Error:
            await self.push("501 5.5.2 that is no base64")
            return None

    async def _sign_in(self, login: str, password: str) -> None:
        self.principal = await self.host.sign_in(login, password, self.peer)
        if self.principal is None:
            await self.push("535 5.7.8 wrong name or password")
        else:
            await self.push("235 2.7.0 signed in")

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Whether the submission door still needs a sign-in; says so."""
        if self.kind != "submission" or self.principal is not None:
            return False
        await self.push("530 5.7.0 sign in first")
        return True

    # -- transaction

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a message (RFC 5321 4.1.1.2)."""
        if await self.check_helo_needed() or await self.check_auth_needed("MAIL"):
            return
        path = parse_path("FROM", arg)
        if path is None:
            await self.push("501 5.5.4 write MAIL FROM:<address>")
        elif self.mail.sender is not None:
            await self.push("503 5.5.1 a message is under way already")
        else:
            refusal = self._refused(path)
            if refusal:
                await self.push(refusal)
                return
            self.mail.sender = path.address
            self.mail.is_utf8 = "SMTPUTF8" in path.parameters
            await self.push("250 2.1.0 go on")

    def _refused(self, path: Path) -> str:
        """Why MAIL is refused, empty where it is not."""
        size = path.parameters.get("SIZE", "0")
        if path.parameters.keys() - {"SIZE", "BODY", "SMTPUTF8", "AUTH"}:
            return "555 5.5.4 that parameter is not known here"
        if path.parameters.get("BODY", "7BIT").upper() not in ("7BIT", "8BITMIME"):
            return "501 5.5.4 BODY is 7BIT or 8BITMIME"
        if not size.isdigit() or len(size) > 20:
            return "501 5.5.4 SIZE is a number of bytes"
        if int(size) > self.host.message_bytes_max:
            return self._too_large
        if path.address and not is_address(path.address):
            return "553 5.1.7 that is no mail address"
        if not path.address.isascii() and "SMTPUTF8" not in path.parameters:
            return "553 5.6.7 such an address needs SMTPUTF8"
        if not self.host.may_send(self):
            return "450 4.7.1 too many messages: come back in a minute"
        return ""

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Add a recipient (RFC 5321 4.1.1.3)."""
        if await self.check_helo_needed() or await self.check_auth_needed("RCPT"):
            return
        path = parse_path("TO", arg)
        if self.mail.sender is None:
            await self.push("503 5.5.1 MAIL comes first")
        elif path is None or path.parameters:
            await self.push("501 5.5.4 write RCPT TO:<address>")
        elif len(self.mail.recipients) >= self.host.recipients_max(self):
            await self.push("452 4.5.3 enough recipients: send the rest in another message")
        elif not is_address(path.address) and path.address.lower() != "postmaster":
            await self.push("553 5.1.3 that is no mail address")
        elif not path.address.isascii() and not self.mail.is_utf8:
            await self.push("553 5.6.7 such an address needs SMTPUTF8")
        else:
            reply = await self.host.check(self, path.address)
            await self.push(reply or "250 2.1.5 go on")

    async def smtp_DATA(self, arg: str | None) -> None:
        """Receive the message; answered only once it is safely stored (RFC 5321 4.1.1.4)."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if arg:
            await self.push("501 5.5.4 DATA has no argument")
            return
        if not self.mail.recipients:
            await self.push("503 5.5.1 there is no recipient")
            return
        self.is_busy = True
        try:
            await super().push("354 end with a line that holds a dot")
            data = await self._read_message()
            replies = await self._answer(data)
            self.mail = Mail()
            self._reset_timeout()
            for reply in replies:
                await self.push(reply)
        finally:
            self.is_busy = False
        if self.host.is_closing and self.transport is not None:
            await self.end("421 4.3.2 the server is stopping")

    @property
    def _too_large(self) -> str:
        return f"552 5.3.4 a message has at most {self.host.message_bytes_max} bytes here"

    async def _answer(self, data: bytes | None) -> list[str]:
        """One reply, or with LMTP one for each recipient."""
        count = len(self.mail.recipients) if self.kind == "lmtp" else 1
        if data is None:
            return [self._too_large] * count
        if message.bare_line_end(data):
            return ["550 5.6.11 a line ends with CR LF, never with one of them alone"] * count
        mime = message.unstuffed(data)
        if len(mime) > self.host.message_bytes_max:
            return [self._too_large] * count
        refusal = message.refusal_of(mime, self.hostname)
        if refusal is not None:
            return [refusal.reply] * count
        return await self.host.take(self, mime)

    async def _read_message(self) -> bytes | None:
        """All up to the final dot, with a line end in front; None where it is too large.

        Only CR LF . CR LF ends a message. What is too large is read to its end and dropped, up to
        four times the limit; then the session ends.
        """
        limit = self.host.message_bytes_max
        # The line end of DATA belongs to the first line's ``.`` too.
        self._reader._buffer[:0] = b"\r\n"  # pyright: ignore[reportAttributeAccessIssue]
        parts: list[bytes] = []
        size, is_whole = 0, False
        until = self.loop.time() + _MESSAGE_S_MAX
        while not is_whole:
            self._reset_timeout()
            try:
                part = await self._reader.readuntil(_END)
                is_whole = True
            except asyncio.LimitOverrunError as over:
                part = await self._reader.readexactly(over.consumed)
            except asyncio.IncompleteReadError as error:
                raise ConnectionResetError("the client went in the middle of DATA") from error
            size += len(part)
            parts.append(part)
            if size > limit + limit // 2:  # transparency dots are a third of it at most
                parts.clear()
            if size > 4 * limit or self.loop.time() > until:
                await self.end("421 4.3.4 this message has no end")
                raise ConnectionResetError("a message without an end")
        return b"".join(parts) if parts else None

    # -- the rest

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Says nothing about who is here (RFC 5321 7.3)."""
        await self.push("252 2.1.5 send the message and see")

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Lists tell nobody their members."""
        await self.push("502 5.5.1 not here")

    async def smtp_HELP(self, arg: str | None) -> None:
        """Where to read on."""
        await super().push("214 2.0.0 see RFC 5321")


def set_log_level(is_debug: bool) -> None:
    """aiosmtpd logs every line, addresses included, at ``info``: off unless debugging."""
    import logging

    logging.getLogger("mail.log").setLevel(logging.DEBUG if is_debug else logging.ERROR)
