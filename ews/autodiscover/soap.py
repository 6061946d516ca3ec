"""SOAP Autodiscover (MS-OXWSADISC): settings of users and of domains, by name."""

from __future__ import annotations

from typing import Any

from ews.autodiscover.users import Users
from ews.autodiscover.xml import all_of, leaf, parse, tag
from ews.codec.envelope import SERVER_VERSION
from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits
from ews.render.values import escape
from store.model import Account

_A = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_S = "http://schemas.xmlsoap.org/soap/envelope/"
_W = "http://www.w3.org/2005/08/addressing"
_I = "http://www.w3.org/2001/XMLSchema-instance"
# More of them than any client asks for; their product bounds the answer.
USERS_MAX = 100
SETTINGS_MAX = 200

_SCHEMAS = "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, " \
    "Exchange2013, Exchange2013_SP1, Exchange2016"  # fmt: skip

_SV = SERVER_VERSION
_VERSION = f"{_SV.major:02}.{_SV.minor:02}.{_SV.major_build:04}.{_SV.minor_build:03}"

_USER_SETTINGS: dict[str, Any] = {
    "UserDisplayName": lambda account, users: account.name,
    "AutoDiscoverSMTPAddress": lambda account, users: account.address,
    "UserDN": lambda account, users: f"/o=Entrepot/cn=Recipients/cn={account.id}",
    "InternalEwsUrl": lambda account, users: users.urls.ews,
    "ExternalEwsUrl": lambda account, users: users.urls.ews,
    "EwsSupportedSchemas": lambda account, users: _SCHEMAS,
    "CasVersion": lambda account, users: _VERSION,
    "ExternalServerExclusiveConnect": lambda account, users: "Off",
}
_DOMAIN_SETTINGS: dict[str, Any] = {
    "ExternalEwsUrl": lambda users: users.urls.ews,
    "ExternalEwsVersion": lambda users: _VERSION,
}


async def answer(body: bytes, users: Users, limits: Limits) -> bytes:
    """The answer to a request. Raises SchemaViolation for what is no request."""
    root = parse(body, limits)
    body_element = next(iter(all_of(root, "Body")), None)
    children = [] if body_element is None else [e for e in body_element if isinstance(e.tag, str)]
    if not children:
        raise SchemaViolation("The SOAP body holds no request.")
    operation = children[0].tag.rpartition("}")[2]
    if operation == "GetUserSettingsRequestMessage":
        return _envelope("GetUserSettings", await _users(children[0], users))
    if operation == "GetDomainSettingsRequestMessage":
        return _envelope("GetDomainSettings", _domains(children[0], users))
    if operation == "GetFederationInformationRequestMessage":
        text = "This server is not federated."
        return _envelope("GetFederationInformation", _error("NotFederated", text))
    raise SchemaViolation(f"No request is called {operation[:80]!r}.")


def _wanted(request: Any, what: str, most: int) -> tuple[str, ...]:
    """The distinct texts of the elements ``what``. Raises _Refused: none, or too many."""
    found = tuple(dict.fromkeys((e.text or "").strip() for e in all_of(request, what)))
    if not found:
        raise _Refused(f"The request names no {what}.")
    if len(found) > most:
        raise _Refused(f"A request names at most {most} of {what}.")
    return found


class _Refused(Exception):
    """The request lacks something, or has too much: answered as InvalidRequest."""


async def _users(request: Any, users: Users) -> str:
    try:
        wanted = _wanted(request, "Setting", SETTINGS_MAX)
        mailboxes = _wanted(request, "Mailbox", USERS_MAX)
    except _Refused as refused:
        return _error("InvalidRequest", str(refused)) + "<a:UserResponses/>"
    responses = ""
    for mailbox in mailboxes:
        account = await users.find(mailbox)
        if account is None:
            inner = _error("InvalidUser", f"Invalid user: '{mailbox[:320]}'")
        else:
            inner = _settings(account, users, wanted)
        responses += tag("a:UserResponse", inner)
    return _error("NoError", "") + tag("a:UserResponses", responses)


def _settings(account: Account, users: Users, wanted: tuple[str, ...]) -> str:
    unknown = "".join(_unavailable("User", name) for name in wanted if name not in _USER_SETTINGS)
    known = "".join(
        f'<a:UserSetting i:type="StringSetting">{leaf("a:Name", name)}'
        f"{leaf('a:Value', _USER_SETTINGS[name](account, users))}</a:UserSetting>"
        for name in wanted
        if name in _USER_SETTINGS
    )
    return (
        _error("NoError", "No error.")
        + '<a:RedirectTarget i:nil="true"/>'
        + (tag("a:UserSettingErrors", unknown) if unknown else "<a:UserSettingErrors/>")
        + (tag("a:UserSettings", known) if known else "<a:UserSettings/>")
    )


def _unavailable(of: str, name: str) -> str:
    return tag(
        f"a:{of}SettingError",
        leaf("a:ErrorCode", "SettingIsNotAvailable"),
        leaf("a:ErrorMessage", f"Setting '{name[:100]}' is not available."),
        leaf("a:SettingName", name[:100]),
    )


def _domains(request: Any, users: Users) -> str:
    try:
        wanted = _wanted(request, "Setting", SETTINGS_MAX)
        domains = _wanted(request, "Domain", USERS_MAX)
    except _Refused as refused:
        return _error("InvalidRequest", str(refused)) + "<a:DomainResponses/>"
    own = users.principal.address.partition("@")[2].lower()
    responses = ""
    for domain in domains:
        if domain.lower() != own:
            inner = _error("InvalidDomain", f"Invalid domain: '{domain[:255]}'")
        else:
            inner = _domain(users, wanted)
        responses += tag("a:DomainResponse", inner)
    return _error("NoError", "") + tag("a:DomainResponses", responses)


def _domain(users: Users, wanted: tuple[str, ...]) -> str:
    unknown = "".join(
        _unavailable("Domain", name) for name in wanted if name not in _DOMAIN_SETTINGS
    )
    known = "".join(
        f'<a:DomainSetting i:type="DomainStringSetting">{leaf("a:Name", name)}'
        f"{leaf('a:Value', _DOMAIN_SETTINGS[name](users))}</a:DomainSetting>"
        for name in wanted
        if name in _DOMAIN_SETTINGS
    )
    return (
        _error("NoError", "No error.")
        + (tag("a:DomainSettingErrors", unknown) if unknown else "<a:DomainSettingErrors/>")
        + (tag("a:DomainSettings", known) if known else "<a:DomainSettings/>")
        + '<a:RedirectTarget i:nil="true"/>'
    )


def _error(code: str, text: str) -> str:
    return leaf("a:ErrorCode", code) + (
        leaf("a:ErrorMessage", text) if text else "<a:ErrorMessage/>"
    )


def _envelope(operation: str, response: str) -> bytes:
    action = f"{_A}/Autodiscover/{operation}Response"
    version = (
        f'<h:ServerVersionInfo xmlns:h="{_A}">'
        f"<h:MajorVersion>{_SV.major}</h:MajorVersion><h:MinorVersion>{_SV.minor}</h:MinorVersion>"
        f"<h:MajorBuildNumber>{_SV.major_build}</h:MajorBuildNumber>"
        f"<h:MinorBuildNumber>{_SV.minor_build}</h:MinorBuildNumber>"
        "<h:Version>Exchange2016</h:Version></h:ServerVersionInfo>"
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{_S}" xmlns:w="{_W}"><s:Header>'
        f'<w:Action s:mustUnderstand="1">{action}</w:Action>{version}</s:Header><s:Body>'
        f'<{operation}ResponseMessage xmlns="{_A}"><Response xmlns:a="{_A}" xmlns:i="{_I}">'
        f"{response}</Response></{operation}ResponseMessage></s:Body></s:Envelope>"
    ).encode()


def fault(text: str) -> bytes:
    """A SOAP fault for what is no Autodiscover request."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{_S}"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
        f"<faultstring>{escape(text)}</faultstring></s:Fault></s:Body></s:Envelope>"
    ).encode()
