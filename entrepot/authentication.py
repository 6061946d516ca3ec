"""Who is asking? Basic now; Bearer joins as one more scheme in ``_SCHEMES``.

A password is checked with argon2id once; then a keyed digest in memory vouches for it for a few
minutes, until the account changes. Doors call ``Authenticator.__call__`` with the header, or
``password`` with name and password; both give a ``Principal`` or a ``Refusal``.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from entrepot.lockout import LockOut
from entrepot.passwords import PASSWORD_CHARS_MAX, is_password
from entrepot.settings import Settings
from mailflow.peers import is_loopback
from store.clock import Clock
from store.commands import FetchCredentials
from store.directory.credentials import may_use_devices
from store.model import Principal
from store.results import Credentials
from store.store import Store

HEADER_CHARS_MAX = 8192
LOGIN_CHARS_MAX = 320
_VOUCHED_MAX = 100_000
_log = structlog.get_logger("sign-in")


@dataclass(frozen=True)
class Refusal:
    """Why not. ``status`` and ``challenges`` are what HTTP answers; ``reason`` is for the log
    only, so that an answer never tells an existing account from another."""

    status: int
    reason: str
    challenges: tuple[str, ...] = ()
    retry_after_s: int = 0

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Headers of the answer."""
        headers = [("WWW-Authenticate", challenge) for challenge in self.challenges]
        if self.retry_after_s:
            headers.append(("Retry-After", str(self.retry_after_s)))
        return headers

    @property
    def text(self) -> str:
        """What the answer says in words."""
        if self.status == 403:
            return "Sign-in needs HTTPS here: use https:// instead of http://.\n"
        return "Sign in with your mail address and password.\n"


@dataclass
class _Vouched:
    principal: Principal
    login: str
    stamp: str
    until: float
    checked: float


class Authenticator:
    """Checks credentials of all doors, with one lock-out for all of them."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._system = store.system("sign-in")
        self._settings = settings
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._vouched: OrderedDict[bytes, _Vouched] = OrderedDict()
        self._checking: dict[tuple[bytes, str, str], asyncio.Future[Principal | Refusal]] = {}
        self._hashers = ThreadPoolExecutor(settings.hashes_at_once, thread_name_prefix="hash")
        self._hashers.submit(is_password, "x", "")  # the first unknown name takes no longer
        self._stop_listening = store.bus.on_revocation(self.drop)
        self.lock_out = LockOut(
            clock,
            failures=settings.lockout_failures,
            network_failures=settings.lockout_network_failures,
            first_s=settings.lockout_first_s,
            longest_s=settings.lockout_s_max,
        )
        realm = settings.realm.replace("\\", "").replace('"', "")
        self._challenges = (f'Basic realm="{realm}", charset="UTF-8"',)
        self._schemes: dict[str, Callable[[str, str, str], Awaitable[Principal | Refusal]]] = {
            "basic": self._basic
        }

    async def __call__(
        self,
        authorization: str | bytes | None,
        address: str,
        device: str = "",
        *,
        secure: bool = False,
    ) -> Principal | Refusal:
        """Judge an ``Authorization`` header from a client at ``address``.

        ``secure``: it came by TLS. Over plain HTTP only loopback may sign in; others get 403 and
        never a challenge (attack list, A11). ``device`` is what the client calls itself.
        """
        if not secure and not is_loopback(address):
            return Refusal(403, "plain HTTP from another machine")
        if isinstance(authorization, bytes):
            authorization = authorization.decode("latin-1")
        if not authorization or len(authorization) > HEADER_CHARS_MAX:
            return self._refuse("no credentials")
        scheme, _, value = authorization.strip().partition(" ")
        check = self._schemes.get(scheme.lower())
        if check is None:
            return self._refuse("a scheme that is not offered")
        return await check(value.strip(), address, device)

    async def password(
        self, login: str, password: str, address: str, device: str = ""
    ) -> Principal | Refusal:
        """Judge a name and a password. The door has seen to it that the line is safe."""
        if (
            not login
            or not password
            or len(login) > LOGIN_CHARS_MAX
            or len(password) > PASSWORD_CHARS_MAX
        ):
            return self._refuse("empty or overlong credentials")
        login = login.strip().lower()
        wait_s = self.lock_out.wait_s(address, login, device)
        if wait_s > 0:  # before the digest is looked up: else it could be guessed at full speed
            return self._refused(login, address, "waiting after wrong passwords", wait_s)
        digest = self._digest(login, password)
        vouched = self._vouched.get(digest)
        if vouched is not None and await self._still_good(digest, vouched):
            self.lock_out.met(address, login, device)
            return vouched.principal
        return await self._check_once(digest, login, password, address, device)

    def drop(self, account_id: int) -> None:
        """Forget what is vouched for of an account: its password, role or state changed."""
        for digest, vouched in list(self._vouched.items()):
            if vouched.principal.account_id == account_id:
                del self._vouched[digest]
                self.lock_out.forget(vouched.login)

    def close(self) -> None:
        """Let go of threads and listeners."""
        self._stop_listening()
        self._hashers.shutdown(wait=False, cancel_futures=True)

    def _refuse(self, reason: str, wait_s: float = 0.0) -> Refusal:
        return Refusal(401, reason, self._challenges, int(wait_s + 0.999))

    async def _basic(self, value: str, address: str, device: str) -> Principal | Refusal:
        pair = decode_basic(value)
        if pair is None:
            return self._refuse("malformed Basic credentials")
        return await self.password(*pair, address, device)

    def _digest(self, login: str, password: str) -> bytes:
        text = f"{login}\0{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._key, digest_size=32).digest()

    async def _still_good(self, digest: bytes, vouched: _Vouched) -> bool:
        now = self._clock.monotonic()
        if now >= vouched.until:
            self._vouched.pop(digest, None)
            return False
        if now - vouched.checked < self._settings.credential_recheck_s:
            return True
        found = await self._credentials(vouched.login)
        if found is None or found.stamp != vouched.stamp:
            self._vouched.pop(digest, None)
            return False
        vouched.checked = now
        return digest in self._vouched  # dropped while we looked

    async def _check_once(
        self, digest: bytes, login: str, password: str, address: str, device: str
    ) -> Principal | Refusal:
        """Hash once for all requests of a client with the same credentials at the same time."""
        client = (digest, address, device)
        running = self._checking.get(client)
        if running is None:
            self.lock_out.trying(address, login, device)
            running = asyncio.ensure_future(self._check(digest, login, password))
            self._checking[client] = running
            running.add_done_callback(lambda _: self._checking.pop(client, None))
        result = await asyncio.shield(running)
        if isinstance(result, Principal):
            self.lock_out.succeeded(address, login, device)
            return result
        return self._refused(login, address, result.reason)

    def _refused(self, login: str, address: str, reason: str, wait_s: float = 0.0) -> Refusal:
        _log.info("refused", login=login, address=address, reason=reason)
        return self._refuse(reason, wait_s)

    async def _check(self, digest: bytes, login: str, password: str) -> Principal | Refusal:
        found = await self._credentials(login)
        password_hash = found.password_hash if found is not None else ""
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(self._hashers, is_password, password, password_hash)
        if found is None or not fits:
            return self._refuse("wrong name or password")
        if found.account.is_disabled:
            return self._refuse("the account is disabled")
        again = await self._credentials(login)  # what changed while we hashed counts
        if again is None or again.stamp != found.stamp:
            return self._refuse("the account changed meanwhile")
        principal = principal_of(found)
        if self._settings.credential_cache_s:
            self._vouch(digest, login, principal, found.stamp)
        return principal

    def _vouch(self, digest: bytes, login: str, principal: Principal, stamp: str) -> None:
        now = self._clock.monotonic()
        until = now + self._settings.credential_cache_s
        self._vouched[digest] = _Vouched(principal, login, stamp, until, now)
        if len(self._vouched) > _VOUCHED_MAX:
            self._vouched.popitem(last=False)

    async def _credentials(self, login: str) -> Credentials | None:
        return await self._system.execute(FetchCredentials(login))


def principal_of(credentials: Credentials) -> Principal:
    """The principal that good credentials make."""
    account = credentials.account
    return Principal(
        account_id=account.id,
        address=account.address,
        name=account.name,
        mailbox_id=account.mailbox_id,
        role=account.role,
        may_use_devices=may_use_devices(account),
    )


def decode_basic(value: str) -> tuple[str, str] | None:
    """Name and password of Basic credentials, UTF-8 or else Latin-1 (RFC 7617); None for other
    text."""
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    name, colon, password = text.partition(":")
    if not colon or "\0" in text:
        return None
    return name, password
