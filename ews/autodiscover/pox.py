"""Plain old XML: request schema 2006, response schemas 2006, 2006a and mobilesync (MS-OXDSCLI 2.2,
MS-ASCMD 2.2.1.1)."""

from __future__ import annotations

import zlib
from datetime import datetime

from ews.autodiscover.users import Urls, Users
from ews.autodiscover.xml import all_of, host_of, leaf, parse, tag, text_of
from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits
from store.model import Account

_BASE = "http://schemas.microsoft.com/exchange/autodiscover"
_OUTLOOK = f"{_BASE}/outlook/responseschema/2006a"
_MOBILE = f"{_BASE}/mobilesync/responseschema/2006"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

# What is wrong (MS-OXDSCLI 2.2.4.1.1.3): code and words.
INVALID_REQUEST = ("600", "Invalid Request")
NO_PROVIDER = ("601", "Provider is not available")
NO_ADDRESS = ("500", "The email address can't be found.")


async def answer(body: bytes, users: Users, limits: Limits, now: datetime) -> bytes:
    """The answer to a request; what cannot be served gets the schema's own error."""
    try:
        root = parse(body, limits)
    except SchemaViolation:
        return error(INVALID_REQUEST, now)
    if root.tag.rpartition("}")[2] != "Autodiscover":
        return error(INVALID_REQUEST, now)
    if len(all_of(root, "Request")) > 1:  # MS-ASCMD 2.2.3.147
        return error(INVALID_REQUEST, now)
    schema = text_of(root, "AcceptableResponseSchema").lower()
    wants_phone = schema.rstrip("/") == _MOBILE
    if schema and not wants_phone and "/outlook/" not in schema:
        return error(NO_PROVIDER, now)
    if wants_phone and not users.urls.activesync:
        return error(NO_PROVIDER, now)
    account = await users.find(text_of(root, "EMailAddress") or users.principal.address)
    if account is None:
        return _phone_error() if wants_phone else error(NO_ADDRESS, now)
    return _phone(account, users.urls) if wants_phone else _outlook(account, users.urls)


def error(what: tuple[str, str], now: datetime) -> bytes:
    """An error answer (MS-OXDSCLI 2.2.4.1.1.3)."""
    code, message = what
    inner = leaf("ErrorCode", code) + leaf("Message", message) + tag("DebugData")
    number = zlib.crc32(f"{code}{message}".encode())
    shown = f'<Error Time="{now.strftime("%H:%M:%S.%f")}0" Id="{number}">{inner}</Error>'
    response = f'<Response xmlns="{_BASE}/responseschema/2006">{shown}</Response>'
    return _document(response)


def _document(response: str) -> bytes:
    return (
        f'{_DECLARATION}<Autodiscover xmlns="{_BASE}/responseschema/2006">{response}</Autodiscover>'
    ).encode()


def _outlook(account: Account, urls: Urls) -> bytes:
    user = tag(
        "User",
        leaf("DisplayName", account.name),
        leaf("LegacyDN", f"/o=Entrepot/cn=Recipients/cn={account.id}"),
        leaf("AutoDiscoverSMTPAddress", account.address),
        leaf("DeploymentId", "00000000-0000-0000-0000-000000000000"),
    )
    protocols = "".join(_protocol(kind, urls.ews) for kind in ("EXCH", "EXPR", "EXHTTP"))
    shown = tag(
        "Account",
        leaf("AccountType", "email"),
        leaf("Action", "settings"),
        leaf("MicrosoftOnline", "False"),
        protocols,
    )
    return _document(f'<Response xmlns="{_OUTLOOK}">{user}{shown}</Response>')


def _protocol(kind: str, url: str) -> str:
    """Evolution reads ASUrl, Thunderbird EwsUrl, DavMail a whole line with it (trap 24)."""
    inner = leaf("Type", kind) + leaf("Server", host_of(url))
    if kind != "EXCH":
        inner += leaf("SSL", "On" if url.startswith("https:") else "Off")
        inner += leaf("AuthPackage", "Basic")
    inner += leaf("ASUrl", url)
    return f"<Protocol>{inner}\n{leaf('EwsUrl', url)}\n</Protocol>"


def _phone(account: Account, urls: Urls) -> bytes:
    """Where ActiveSync is (MS-ASCMD 2.2.1.1)."""
    user = tag("User", leaf("DisplayName", account.name), leaf("EMailAddress", account.address))
    server = tag(
        "Server",
        leaf("Type", "MobileSync"),
        leaf("Url", urls.activesync),
        leaf("Name", urls.activesync),
    )
    action = tag("Action", tag("Settings", server))
    culture = leaf("Culture", "en:us")
    return _document(f'<Response xmlns="{_MOBILE}">{culture}{user}{action}</Response>')


def _phone_error() -> bytes:
    """The directory has no such user for the asker (MS-ASCMD 2.2.3.177.1)."""
    shown = leaf("Status", "2") + leaf("Message", NO_ADDRESS[1]) + tag("DebugData")
    action = tag("Action", tag("Error", shown))
    return _document(f'<Response xmlns="{_MOBILE}">{leaf("Culture", "en:us")}{action}</Response>')
