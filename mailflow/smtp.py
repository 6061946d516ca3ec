"""The doors that mail comes in by: SMTP from other servers, submission and LMTP."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog

from mailflow.conversation import Conversation, set_log_level
from mailflow.message import author_is_doubtful
from mailflow.peers import is_loopback, network_of
from mailflow.rates import Rates
from schemas.errors import smtp_reply
from store.clock import Clock
from store.commands import CheckRecipients, DeliverMail, ListDomains, SubmitMail
from store.errors import StoreError
from store.instant import Instant
from store.mime.parse import parse
from store.model import ItemDraft, Principal
from store.store import Store

_log = structlog.get_logger("smtp")

# Recipients of one message from another server; it sends the rest in a second one (RFC 5321
# 4.5.3.1.10 asks for 100 at least). One transaction fills so many mailboxes quickly.
_RECIPIENTS_FROM_OUTSIDE_MAX = 100
_BACKLOG = 512
_PARSERS = 2
# Messages whose senders went before our answer, remembered so that a second try is none.
_UNANSWERED_MAX = 1000
# One network may hold a quarter of all sessions.
_NETWORK_SHARE = 4


class Authenticator(Protocol):
    """Checks passwords; ``entrepot.authentication.Authenticator`` is one."""

    async def password(
        self, login: str, password: str, address: str, device: str = ""
    ) -> object: ...


class MailSettings(Protocol):
    """The settings that the mail doors read (``entrepot.settings.Settings``)."""

    @property
    def host_name(self) -> str: ...
    @property
    def smtp_listen(self) -> tuple[str, ...]: ...
    @property
    def submission_listen(self) -> tuple[str, ...]: ...
    @property
    def certificate(self) -> Path: ...
    @property
    def key(self) -> Path: ...
    @property
    def message_bytes_max(self) -> int: ...
    @property
    def recipients_max(self) -> int: ...
    @property
    def smtp_connections_max(self) -> int: ...
    @property
    def smtp_messages_per_minute(self) -> int: ...
    @property
    def smtp_idle_s(self) -> int: ...
    @property
    def stop_s(self) -> int: ...
    @property
    def log_level(self) -> str: ...


class SmtpDoor:
    """SMTP, submission and LMTP on the sockets that the settings name.

    ``sockets``: bound ones by listen address, used instead of binding. ``spares_loopback``: peers
    on this machine are not counted against the rates. The LMTP addresses are an argument, as no
    setting has them yet.
    """

    def __init__(
        self,
        store: Store,
        authenticate: Authenticator,
        settings: MailSettings,
        clock: Clock,
        *,
        sockets: Mapping[str, socket.socket] | None = None,
        lmtp_listen: Sequence[str] = (),
        spares_loopback: bool = True,
    ) -> None:
        self.host_name = settings.host_name
        self.message_bytes_max = settings.message_bytes_max
        self.idle_s = float(settings.smtp_idle_s)
        self.is_closing = False
        self.tls: ssl.SSLContext | None = None
        self.addresses: list[str] = []
        self.submission_addresses: list[str] = []
        self.lmtp_addresses: list[str] = []
        self._store = store
        self._system = store.system("smtp")
        self._authenticate = authenticate
        self._settings = settings
        self._clock = clock
        self._sockets = dict(sockets or {})
        self._lmtp_listen = tuple(lmtp_listen)
        self._spares_loopback = spares_loopback
        self._rates = Rates(clock, settings.smtp_messages_per_minute)
        self._sessions: set[Conversation] = set()
        self._by_network: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []
        # A message of before this instant may be one that we did not live to answer.
        self._opened = clock.instant()
        self._unanswered: OrderedDict[bytes, None] = OrderedDict()
        self._parsers = ThreadPoolExecutor(_PARSERS, thread_name_prefix="smtp-parse")
        set_log_level(settings.log_level == "debug")

    async def start(self) -> list[int]:
        """Listen; the ports, SMTP's first. Raises OSError where an address cannot be had."""
        self.tls = await asyncio.to_thread(_tls_context, self._settings)
        submission = self._settings.submission_listen
        try:
            for address in self._settings.smtp_listen:
                # Without a submission door people hand in mail here.
                self.addresses.append(await self._listen(address, "smtp", not submission))
            for address in submission:
                bound = await self._listen(address, "submission", True)
                self.submission_addresses.append(bound)
            for address in self._lmtp_listen:
                self.lmtp_addresses.append(await self._listen(address, "lmtp", False))
        except BaseException:
            await self.stop()
            raise
        listened = [*self.addresses, *self.submission_addresses, *self.lmtp_addresses]
        return [int(address.rpartition(":")[2]) for address in listened]

    async def _listen(self, address: str, kind: str, offers_auth: bool) -> str:
        sock = self._sockets.pop(address, None) or _bind(address)
        server = await asyncio.get_running_loop().create_server(
            lambda: Conversation(self, kind, offers_auth=offers_auth),
            sock=sock,
            backlog=_BACKLOG,
        )
        self._servers.append(server)
        host, port = sock.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def stop(self) -> None:
        """Take no more sessions, let messages under way be finished and answered, and close."""
        self.is_closing = True
        for server in self._servers:
            server.close()
        for session in list(self._sessions):
            if not session.is_busy:
                await _say_goodbye(session)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.stop_s
        while any(s.is_busy for s in self._sessions) and loop.time() < until:
            await asyncio.sleep(0.02)
        for session in list(self._sessions):
            if session.transport is not None:
                session.transport.close()
        self._parsers.shutdown(wait=False, cancel_futures=True)

    # -- what sessions ask

    def admit(self, session: Conversation) -> bool:
        """Whether there is room for one more session, here and from its network."""
        network = network_of(session.peer)
        of_network = self._by_network.get(network, 0)
        share = max(10, self._settings.smtp_connections_max // _NETWORK_SHARE)
        if self._spares_loopback and is_loopback(session.peer):
            share = self._settings.smtp_connections_max
        is_full = len(self._sessions) >= self._settings.smtp_connections_max
        if self.is_closing or is_full or of_network >= share:
            return False
        self._sessions.add(session)
        self._by_network[network] = of_network + 1
        return True

    def leave(self, session: Conversation) -> None:
        """The session is over."""
        if session not in self._sessions:
            return
        self._sessions.discard(session)
        network = network_of(session.peer)
        left = self._by_network.get(network, 1) - 1
        if left > 0:
            self._by_network[network] = left
        else:
            self._by_network.pop(network, None)

    def recipients_max(self, session: Conversation) -> int:
        """Recipients that one message of the session may have."""
        if session.principal is not None:
            return self._settings.recipients_max
        return min(_RECIPIENTS_FROM_OUTSIDE_MAX, self._settings.recipients_max)

    async def sign_in(self, login: str, password: str, peer: str) -> Principal | None:
        """The account behind name and password."""
        result = await self._authenticate.password(login, password, peer, "smtp")
        return result if isinstance(result, Principal) else None

    def may_send(self, session: Conversation) -> bool:
        """Count one message against the network's rate, or the account's."""
        if session.principal is not None:
            return self._rates.allow(f"account {session.principal.account_id}")
        if self._spares_loopback and is_loopback(session.peer):
            return True
        return self._rates.allow(network_of(session.peer))

    async def check(self, session: Conversation, address: str) -> str:
        """Add a recipient; why not, where it is refused."""
        if "@" not in address:
            domains = await self._system.execute(ListDomains())
            address = f"{address}@{domains[0][0] if domains else 'localhost'}"
        taken = (await self._system.execute(CheckRecipients((address,))))[0]
        if isinstance(taken, StoreError):
            return _reply_of(taken)
        if not taken and session.principal is None:
            return "550 5.7.1 this server relays nothing: sign in to send elsewhere"
        session.mail.recipients.append(address)
        return ""

    async def take(self, session: Conversation, mime: bytes) -> list[str]:
        """Store a message; the reply (with LMTP one for each recipient), given after the commit."""
        try:
            return await self._take(session, mime)
        except asyncio.CancelledError:  # the peer has gone; it may be stored all the same
            self._unanswered[_digest(mime)] = None
            if len(self._unanswered) > _UNANSWERED_MAX:
                self._unanswered.popitem(last=False)
            raise

    async def _take(self, session: Conversation, mime: bytes) -> list[str]:
        try:
            if session.principal is not None:
                return [await self._submit(session, session.principal, mime)]
            draft = await self._draft(session, mime)
            if session.kind == "lmtp":
                return await self._deliver_each(session, draft)
            return [await self._deliver(session, draft)]
        except StoreError as error:
            return [_reply_of(error)]

    async def _submit(self, session: Conversation, principal: Principal, mime: bytes) -> str:
        mail = session.mail
        command = SubmitMail(mime, tuple(mail.recipients), mail.sender or "")
        await self._store.session(principal, "submission").execute(command)
        _note("submitted", session, len(mime), len(mail.recipients))
        return "250 2.0.0 sent"

    async def _draft(self, session: Conversation, mime: bytes) -> ItemDraft:
        """The message as an item, with where it came from. Its bytes stay as they are."""
        loop = asyncio.get_running_loop()
        draft, is_doubtful = await loop.run_in_executor(self._parsers, _parsed, mime)
        trace: dict[str, Any] = {"received_trace": self._trace(session)}
        if is_doubtful:
            trace["from_is_doubtful"] = True
        return msgspec.structs.replace(draft, properties={**draft.properties, **trace})

    def _trace(self, session: Conversation) -> str:
        """What a Received line would say (RFC 5321 4.4)."""
        helo = "".join(c if c.isprintable() else "?" for c in session.helo)
        date = format_datetime(self._clock.now().replace(microsecond=0))
        return f"from {helo} ([{session.peer}]) by {self.host_name} with {session.protocol}; {date}"

    async def _deliver(self, session: Conversation, draft: ItemDraft) -> str:
        mail = session.mail
        recipients = tuple(dict.fromkeys(mail.recipients))
        command = DeliverMail(draft, recipients, mail.sender or "", self._seen_before(draft))
        outcomes = await self._system.execute(command)
        refused = [outcome for outcome in outcomes if isinstance(outcome, StoreError)]
        _note("received", session, len(draft.mime or b""), len(recipients), len(refused))
        if len(refused) < len(outcomes):
            return "250 2.0.0 stored"
        replies = sorted(_reply_of(error) for error in refused)
        return replies[0]  # 4xx before 5xx: later is better than never

    def _seen_before(self, draft: ItemDraft) -> Instant:
        """Until when the same message may have come without an answer of ours."""
        is_known = bool(self._unanswered) and _digest(draft.mime or b"") in self._unanswered
        return self._clock.instant() if is_known else self._opened

    async def _deliver_each(self, session: Conversation, draft: ItemDraft) -> list[str]:
        """LMTP answers for each recipient (RFC 2033 4.2), so nobody is bounced by us."""
        mail = session.mail
        seen_before = self._seen_before(draft)
        commands = [
            DeliverMail(draft, (r,), mail.sender or "", seen_before) for r in mail.recipients
        ]
        results = await asyncio.gather(*(self._system.execute(command) for command in commands))
        _note("received", session, len(draft.mime or b""), len(commands))
        return [
            _reply_of(outcome) if isinstance(outcome, StoreError) else "250 2.0.0 stored"
            for (outcome,) in results
        ]


def _digest(mime: bytes) -> bytes:
    return hashlib.blake2b(mime, digest_size=20).digest()


def _parsed(mime: bytes) -> tuple[ItemDraft, bool]:
    return parse(mime), author_is_doubtful(mime)


def _reply_of(error: StoreError) -> str:
    words = "".join(c if c.isprintable() else " " for c in error.message)[:300]
    return f"{smtp_reply(type(error).__name__, error.role)} {words}"


def _note(event: str, session: Conversation, size: int, recipients: int, refused: int = 0) -> None:
    _log.info(
        event,
        peer=session.peer,
        sender=session.mail.sender,
        bytes=size,
        recipients=recipients,
        refused=refused,
    )


async def _say_goodbye(session: Conversation) -> None:
    try:
        await session.end("421 4.3.2 the server is stopping")
    except ConnectionError as error:
        _log.debug("gone before the goodbye", error=type(error).__name__)


def _tls_context(settings: MailSettings) -> ssl.SSLContext | None:
    """TLS for STARTTLS, None where there is no certificate."""
    if not settings.certificate.is_file() or not settings.key.is_file():
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.key)
    return context


def _bind(address: str) -> socket.socket:
    """A socket bound to ``host:port`` or ``[v6]:port``. Raises ValueError, OSError."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, int(port)))
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock
