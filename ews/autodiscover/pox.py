"""Plain old XML: request schema 2006, response schemas 2006 and 2006a (MS-OXDSCLI 2.2)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from ews.autodiscover.users import Users
from ews.autodiscover.xml import leaf, parse, tag, text_of
from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits
from store.model import Account

_BASE = "http://schemas.microsoft.com/exchange/autodiscover"
_OUTLOOK = f"{_BASE}/outlook/responseschema/2006a"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


async def answer(body: bytes, users: Users, limits: Limits) -> bytes:
    """The answer to a request; what cannot be served gets the schema's own error."""
    try:
        root = parse(body, limits)
    except SchemaViolation:
        return error("600", "Invalid request")
    if root.tag.rpartition("}")[2] != "Autodiscover":
        return error("600", "Invalid request")
    schema = text_of(root, "AcceptableResponseSchema")
    if schema and "/outlook/" not in schema.lower():
        return error("601", "Provider is not available")
    account = await users.find(text_of(root, "EMailAddress") or users.principal.address)
    if account is None:
        return error("500", "The email address can't be found.")
    return _settings(account, users)


def error(code: str, message: str) -> bytes:
    """An error answer (MS-OXDSCLI 2.2.4.1.1.3)."""
    now = datetime.now(UTC).strftime("%H:%M:%S.%f0")
    inner = leaf("ErrorCode", code) + leaf("Message", message) + tag("DebugData")
    number = zlib.crc32(f"{code}{message}".encode())
    shown = f'<Error Time="{now}" Id="{number}">{inner}</Error>'
    response = f'<Response xmlns="{_BASE}/responseschema/2006">{shown}</Response>'
    return _document(response)


def _document(response: str) -> bytes:
    return (
        f'{_DECLARATION}<Autodiscover xmlns="{_BASE}/responseschema/2006">{response}</Autodiscover>'
    ).encode()


def _settings(account: Account, users: Users) -> bytes:
    user = tag(
        "User",
        leaf("DisplayName", account.name),
        leaf("LegacyDN", f"/o=Entrepot/cn=Recipients/cn={account.id}"),
        leaf("AutoDiscoverSMTPAddress", account.address),
        leaf("DeploymentId", "00000000-0000-0000-0000-000000000000"),
    )
    protocols = "".join(_protocol(kind, users.ews_url) for kind in ("EXCH", "EXPR", "EXHTTP"))
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
    host = url.split("/")[2]
    inner = leaf("Type", kind) + leaf("Server", host.split(":")[0])
    if kind != "EXCH":
        inner += leaf("SSL", "On" if url.startswith("https:") else "Off")
        inner += leaf("AuthPackage", "Basic")
    inner += leaf("ASUrl", url)
    return f"<Protocol>{inner}\n{leaf('EwsUrl', url)}\n</Protocol>"
