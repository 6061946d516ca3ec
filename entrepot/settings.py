"""All settings of the server: TOML file, then environment (``ENTREPOT_…``), then defaults.

Each has bounds and a reason; ``entrepot settings --markdown`` prints them as ``docs/settings.md``,
and a test finds each there. Names end in their unit: ``_s`` seconds, ``_bytes``, ``_max``.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from entrepot.setting import setting
from schemas.eas.policies import Choice, check_policies
from store.limits import Limits

MIB = 1024 * 1024
CONFIG_NAME = "entrepot.toml"
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Settings(BaseSettings):
    """The settings of one server. Raises pydantic.ValidationError for a value out of bounds and
    for a name in the file that is no setting."""

    model_config = SettingsConfigDict(env_prefix="ENTREPOT_", extra="forbid", frozen=True)

    # -- where things are
    data_folder: Path = setting(
        Path("data"),
        group="Data",
        reason="Everything that must be kept lies in here: database, certificate, control file. "
        "Back it up whole.",
    )
    database_url: str = setting(
        "",
        group="Data",
        reason="Empty: SQLite in the data folder, which serves thousands of mailboxes. "
        "`postgresql://user@host/name` where a PostgreSQL is at hand; give its password in the "
        "environment or in a `.pgpass` file rather than here.",
    )
    readers: int = setting(
        3,
        at_least=1,
        at_most=64,
        group="Data",
        reason="Threads (SQLite) or connections (PostgreSQL) that read at the same time. More "
        "than the processor has cores rarely helps.",
    )

    # -- names
    host_name: str = setting(
        "localhost",
        group="Names",
        reason="The name by which clients reach this server: in Autodiscover's answers, in the "
        "greeting of SMTP and in the certificate. `mail.example.org`.",
    )
    public_url: str = setting(
        "",
        group="Names",
        reason="What Autodiscover names, as `https://mail.example.org:8443`. Empty: scheme, name "
        "and port by which each request came. Set it where a proxy stands before the server.",
    )

    # -- doors
    https_listen: tuple[str, ...] = setting(
        ("0.0.0.0:443", "[::]:443"),
        group="Doors",
        reason="Where HTTPS is served. Clients look for Autodiscover at port 443 only. Empty: "
        "not at all.",
    )
    http_listen: tuple[str, ...] = setting(
        (),
        group="Doors",
        reason="Plain HTTP, for a proxy on the same machine or for trying things out. From any "
        "address but loopback it never asks for a password.",
    )
    smtp_listen: tuple[str, ...] = setting(
        ("0.0.0.0:25", "[::]:25"),
        group="Doors",
        reason="Where other mail servers deliver. Port 25 is the only one that they try.",
    )
    submission_listen: tuple[str, ...] = setting(
        ("0.0.0.0:587", "[::]:587"),
        group="Doors",
        reason="Where people's programs hand in mail, after STARTTLS and a password. Empty: "
        "not at all.",
    )
    lmtp_listen: tuple[str, ...] = setting(
        (),
        group="Doors",
        reason="Where a mail server in front (Postfix, rspamd) delivers by LMTP. It is believed "
        "whatever it says, so listen on loopback only.",
    )
    tls_certificate: Path | None = setting(
        None,
        group="Doors",
        reason="PEM file with the certificate chain. None: `certificate.pem` in the data folder, "
        "self-signed where nothing is there.",
    )
    tls_key: Path | None = setting(
        None,
        group="Doors",
        reason="PEM file with the key of the certificate, readable by the server only. None: "
        "`key.pem` in the data folder.",
    )
    proxy_addresses: tuple[str, ...] = setting(
        (),
        group="Doors",
        reason="Networks (`10.0.0.5/32`) whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
        "believed. Name only your own proxies: whoever is listed can claim any address.",
    )
    keep_alive_s: int = setting(
        75,
        at_least=1,
        at_most=3600,
        group="Doors",
        reason="How long a connection without a request stays open. Longer than proxies wait "
        "(60 s), so that they never use one that is closing.",
    )
    stop_s: int = setting(
        20,
        at_least=1,
        at_most=600,
        group="Doors",
        reason="How long a stopping server lets requests that are under way finish.",
    )
    connections_max: int = setting(
        20_000,
        at_least=10,
        at_most=1_000_000,
        group="Doors",
        reason="Connections and requests at the same time; above it new ones get 503. A waiting "
        "one costs some 20 KiB. The system's limit of open files must be higher.",
    )

    # -- sign-in
    realm: str = setting(
        "Entrepot",
        group="Sign-in",
        reason="What a browser shows when it asks for the password.",
    )
    credential_cache_s: int = setting(
        300,
        at_least=0,
        at_most=3600,
        group="Sign-in",
        reason="How long a checked password is vouched for by a keyed digest in memory, so that "
        "no request pays for hashing twice. A change of the account ends it at once. 0: never.",
    )
    credential_recheck_s: int = setting(
        5,
        at_least=0,
        at_most=300,
        group="Sign-in",
        reason="How often a vouched-for sign-in looks whether the account changed without this "
        "process being told (another process on the same database). 0: on each request.",
    )
    lockout_failures: int = setting(
        5,
        at_least=1,
        at_most=1000,
        group="Sign-in",
        reason="Wrong passwords from one network for one account before it has to wait.",
    )
    lockout_network_failures: int = setting(
        50,
        at_least=1,
        at_most=100_000,
        group="Sign-in",
        reason="Wrong passwords from one network for all accounts together before its unknown "
        "clients have to wait. Higher where many people share an address.",
    )
    lockout_first_s: int = setting(
        2,
        at_least=1,
        at_most=3600,
        group="Sign-in",
        reason="The first wait; each further failure doubles it.",
    )
    lockout_s_max: int = setting(
        900,
        at_least=1,
        at_most=86_400,
        group="Sign-in",
        reason="The longest wait. A client that signed in before has a count of its own, so that "
        "a spray never locks out the owner.",
    )
    hashes_at_once: int = setting(
        2,
        at_least=1,
        at_most=64,
        group="Sign-in",
        reason="Passwords hashed at the same time; each takes 19 MiB and a core for some 20 ms.",
    )

    # -- limits of requests
    request_bytes_max: int = setting(
        64 * MIB,
        at_least=64 * 1024,
        at_most=2048 * MIB,
        group="Limits",
        reason="The largest request. Base64 makes a message a third larger, so keep it 1.4 times "
        "the message limit.",
    )
    message_bytes_max: int = setting(
        40 * MIB,
        at_least=64 * 1024,
        at_most=1024 * MIB,
        group="Limits",
        reason="The largest message by SMTP, in and out. Other servers take 25 to 50 MB.",
    )
    item_bytes_max: int = setting(
        150 * MIB,
        at_least=64 * 1024,
        at_most=1024 * MIB,
        group="Limits",
        reason="The largest item with its attachments, as Exchange has it. A client adds "
        "attachments one by one, each within the limit of requests.",
    )
    xml_depth_max: int = setting(
        128,
        at_least=32,
        at_most=1000,
        group="Limits",
        reason="How deep XML may nest. Real requests stay below 40; searches with many "
        "conditions go deeper.",
    )
    xml_nodes_max: int = setting(
        2_000_000,
        at_least=10_000,
        at_most=100_000_000,
        group="Limits",
        reason="How many elements a request may have. Exports with thousands of items have the "
        "most.",
    )
    batch_items_max: int = setting(
        20_000,
        at_least=100,
        at_most=1_000_000,
        group="Limits",
        reason="Items named by one request. Clients send up to 1,000.",
    )
    find_rows_max: int = setting(
        100_000,
        at_least=100,
        at_most=1_000_000,
        group="Limits",
        reason="Rows of one page of a search; clients page on. Exchange's own policy says 1,000; "
        "a row costs some 300 bytes.",
    )
    folder_depth_max: int = setting(
        100,
        at_least=10,
        at_most=300,
        group="Limits",
        reason="How deep folders nest. Exchange allows 300.",
    )
    folders_max: int = setting(
        20_000,
        at_least=100,
        at_most=1_000_000,
        group="Limits",
        reason="Folders in a mailbox.",
    )
    recipients_max: int = setting(
        5000,
        at_least=1,
        at_most=100_000,
        group="Limits",
        reason="Recipients of one message.",
    )

    # -- notification
    subscriptions_max: int = setting(
        5000,
        at_least=1,
        at_most=1_000_000,
        group="Notification",
        reason="Subscriptions of one account. Exchange's policy says 5,000.",
    )
    streams_max: int = setting(
        20,
        at_least=1,
        at_most=10_000,
        group="Notification",
        reason="Streaming connections of one account at the same time; Exchange allows 10, and "
        "several devices add up.",
    )
    stream_minutes_max: int = setting(
        30,
        at_least=1,
        at_most=30,
        group="Notification",
        reason="The longest streaming connection. The contract allows no more than 30.",
    )
    stream_heartbeat_s: int = setting(
        30,
        at_least=1,
        at_most=45,
        group="Notification",
        reason="A sign of life on a silent stream. Clients give up after 90 s, routers often "
        "after 60.",
    )
    events_per_answer_max: int = setting(
        500,
        at_least=10,
        at_most=10_000,
        group="Notification",
        reason="Events in one answer; the rest follows in the next.",
    )
    push_allowed: tuple[str, ...] = setting(
        (),
        group="Notification",
        reason="Hosts (`hooks.example.org`, or `127.0.0.1:8000`) to which push notifications may "
        "be sent; one whose name leads to a private address needs that address listed, too. Empty: "
        "push is off. Never a wildcard: the server would call what a user names.",
    )
    event_days: int = setting(
        30,
        at_least=1,
        at_most=365,
        group="Notification",
        reason="How long the change log is kept for watermarks; a client with an older one is told "
        "so, and subscribes anew.",
    )

    # -- devices (ActiveSync)
    device_provisioning: bool = setting(
        True,
        group="Devices",
        reason="Devices must take the policies before they get anything; only then can one be "
        "wiped. False lets in programs that cannot.",
    )
    device_policy: dict[str, Choice] = setting(
        {},
        group="Devices",
        reason="What devices must keep, by the names of MS-ASPROV: `{ DevicePasswordEnabled = "
        "true, MinDevicePasswordLength = 6 }`; all of them: [devices.md](devices.md#policies). "
        "What is not named asks nothing of anybody. A change makes every device take the policies "
        "anew.",
    )
    device_policy_strict: bool = setting(
        False,
        group="Devices",
        reason="True shuts out devices that say they cannot keep all policies, or are managed by "
        "others.",
    )
    device_full_wipe: bool = setting(
        False,
        group="Devices",
        reason="Whether a device may be told to erase everything on it, not only this account. It "
        "is often somebody's own.",
    )
    devices_max: int = setting(
        100,
        at_least=1,
        at_most=10_000,
        group="Devices",
        reason="Devices of one mailbox. A lost password would otherwise make as many as it likes.",
    )
    devices_moved_from: tuple[str, ...] = setting(
        (),
        group="Devices",
        reason="Names of this server (`mail.old.example`) under which devices still come and no "
        "longer shall: they are sent to `public_url` (HTTP 451), and keep to it from then on.",
    )
    device_days: int = setting(
        90,
        at_least=7,
        at_most=3650,
        group="Devices",
        reason="A device that has not called for so long is forgotten; it starts anew when it "
        "comes back.",
    )
    device_log_days: int = setting(
        30,
        at_least=1,
        at_most=365,
        group="Devices",
        reason="How far back `entrepot device log` and `explain` reach.",
    )
    sync_bytes_max: int = setting(
        4 * MIB,
        at_least=64 * 1024,
        at_most=64 * MIB,
        group="Devices",
        reason="About as large an answer to Sync becomes; the rest follows in the next. Phones "
        "drop what takes them too long.",
    )
    heartbeat_s_min: int = setting(
        60,
        at_least=1,
        at_most=3540,
        group="Devices",
        reason="The shortest wait that a device may ask for. Outlook asks for 180 s.",
    )
    heartbeat_s_max: int = setting(
        3540,
        at_least=60,
        at_most=3540,
        group="Devices",
        reason="The longest wait that a device may ask for. Lower it where a proxy cuts silent "
        "connections earlier.",
    )
    ping_folders_max: int = setting(
        300,
        at_least=10,
        at_most=1000,
        group="Devices",
        reason="Folders that a device may watch at once.",
    )

    # -- mail to other servers
    smart_host: str = setting(
        "",
        group="Outgoing mail",
        reason="The relay that takes mail for other domains. Empty: such mail comes back "
        "to its sender at once, with the reason.",
    )
    smart_host_port: int = setting(
        587,
        at_least=1,
        at_most=65_535,
        group="Outgoing mail",
        reason="The relay's port.",
    )
    smart_host_tls: Literal["starttls", "tls", "none"] = setting(
        "starttls",
        group="Outgoing mail",
        reason="`tls` for port 465; `none` only for a relay on the same machine.",
    )
    smart_host_user: str = setting(
        "",
        group="Outgoing mail",
        reason="Name for the relay; empty where it asks for none.",
    )
    smart_host_password_file: Path | None = setting(
        None,
        group="Outgoing mail",
        reason="File with the relay's password in its first line, readable by the server only.",
    )
    queue_days: int = setting(
        3,
        at_least=1,
        at_most=14,
        group="Outgoing mail",
        reason="How long delivery is tried before the sender is told that it failed.",
    )
    smtp_connections_max: int = setting(
        200,
        at_least=1,
        at_most=10_000,
        group="Incoming mail",
        reason="SMTP sessions at the same time.",
    )
    smtp_messages_per_minute: int = setting(
        600,
        at_least=1,
        at_most=1_000_000,
        group="Incoming mail",
        reason="Messages that one network may deliver in a minute; more are asked to come later.",
    )
    smtp_idle_s: int = setting(
        300,
        at_least=5,
        at_most=3600,
        group="Incoming mail",
        reason="How long a silent SMTP session stays open (RFC 5321 4.5.3.2: five minutes).",
    )

    # -- behaviour
    strict_requests: bool = setting(
        False,
        group="Behaviour",
        reason="Refuse what Exchange refuses (children in another order, repeated paths) instead "
        "of accepting the habits of real clients. On in the test double.",
    )

    # -- logs
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info",
        group="Logs",
        reason="`info` has a line for each request and message; `debug` more, never a secret.",
    )
    log_format: Literal["json", "console"] = setting(
        "json", group="Logs", reason="`json` for machines, `console` for people."
    )
    metrics: bool = setting(
        True,
        group="Logs",
        reason="Serve `/metrics` (Prometheus text) to loopback. It counts, and names nobody.",
    )

    @field_validator("proxy_addresses")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value

    @field_validator("device_policy")
    @classmethod
    def _known_policies(cls, value: dict[str, Choice]) -> dict[str, Choice]:
        return check_policies(value)

    @field_validator("devices_moved_from")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _HOST_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no host name: write it as mail.old.example")
        return tuple(name.lower() for name in value)

    @model_validator(mode="after")
    def _fits(self) -> Settings:
        new = urlsplit(self.url).hostname or ""
        if new in self.devices_moved_from:
            raise ValueError(f"devices_moved_from has {new}, where devices shall go")
        if self.lockout_first_s > self.lockout_s_max:
            raise ValueError("lockout_first_s is longer than lockout_s_max")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before what the TOML file said (it comes as the initial values)."""
        return env_settings, init_settings

    @classmethod
    def read(cls, config: Path | None = None, **over: Any) -> Settings:
        """Settings from a TOML file (None: none) and the environment; ``over`` beats both.

        Relative paths in the file are relative to its folder. Raises OSError,
        tomllib.TOMLDecodeError, pydantic.ValidationError.
        """
        values: dict[str, Any] = {}
        if config is not None:
            config.stat()
            values = TomlConfigSettingsSource(cls, config)()
            for name in (
                "data_folder",
                "tls_certificate",
                "tls_key",
                "smart_host_password_file",
            ):
                if name in values:
                    values[name] = config.resolve().parent / str(values[name])
        settings = cls(**values)
        return settings.model_validate({**settings.model_dump(), **over}) if over else settings

    @property
    def database(self) -> str:
        """The database's URL, the default one filled in."""
        return self.database_url or f"sqlite:///{self.data_folder.absolute() / 'entrepot.db'}"

    @property
    def url(self) -> str:
        """Where clients reach this server, without a final slash."""
        return (self.public_url or f"https://{self.host_name}").rstrip("/")

    @property
    def certificate(self) -> Path:
        """The certificate's file."""
        return self.tls_certificate or self.data_folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """The certificate's key."""
        return self.tls_key or self.data_folder / "key.pem"

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of trusted proxies."""
        return tuple(ip_network(network) for network in self.proxy_addresses)

    def smart_host_password(self) -> str:
        """The relay's password, empty without a file. Raises OSError."""
        if self.smart_host_password_file is None:
            return ""
        lines = self.smart_host_password_file.read_text("utf-8").splitlines()
        return lines[0].strip() if lines else ""

    def limits(self) -> Limits:
        """The bounds that the store keeps."""
        return Limits(
            item_bytes_max=self.item_bytes_max,
            batch_items_max=self.batch_items_max,
            find_rows_max=self.find_rows_max,
            folder_depth_max=self.folder_depth_max,
            folders_max=self.folders_max,
            recipients_max=self.recipients_max,
            event_days=self.event_days,
            queue_days=self.queue_days,
            readers=self.readers,
            devices_max=self.devices_max,
        )


def listen_address(text: str) -> tuple[str, int]:
    """``host:port`` or ``[v6]:port`` as a pair. Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{text!r} is no listen address: write host:port")
    return host.removeprefix("[").removesuffix("]"), int(port)


def settings_table() -> list[tuple[str, list[dict[str, str]]]]:
    """All settings by group, as text: name, default, bounds, environment name and reason."""
    groups: dict[str, list[dict[str, str]]] = {}
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        group = str(extra.get("group", "")) if isinstance(extra, dict) else ""
        groups.setdefault(group, []).append(
            {
                "name": name,
                "default": _shown(field.default),
                "bounds": _bounds(field),
                "environment": f"ENTREPOT_{name.upper()}",
                "reason": field.description or "",
            }
        )
    return list(groups.items())


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{part}"' for part in value) + "]"
    if isinstance(value, dict):
        parts = (f"{name} = {_shown(part)}" for name, part in sorted(value.items()))
        return f"{{ {', '.join(parts)} }}" if value else "{}"
    if isinstance(value, int):
        return str(value)
    return f'"{value}"'


def _bounds(field: Any) -> str:
    low = high = ""
    for rule in field.metadata:
        low = str(rule.ge) if hasattr(rule, "ge") else low
        high = str(rule.le) if hasattr(rule, "le") else high
    if low or high:
        return f"{low} to {high}"
    annotation = str(field.annotation)
    if "Literal" in annotation:
        return annotation.partition("[")[2].removesuffix("]").replace("'", "`")
    return ""


def settings_markdown() -> str:
    """The page ``docs/settings.md``."""
    lines = [
        "# Settings",
        "",
        "Printed by `entrepot settings --markdown`; do not edit. A setting stands in the TOML",
        "file (`entrepot serve --config entrepot.toml`) or in the environment, which wins. Lists",
        "and tables are TOML, in the environment JSON (`'[\"127.0.0.1:8080\"]'`, `'{\"a\": 1}'`).",
        "Secrets are never settings: they are files named by a setting, and never logged.",
    ]
    for group, rows in settings_table():
        lines += ["", f"## {group}"]
        for row in rows:
            bounds = f", {row['bounds']}" if row["bounds"] else ""
            lines += [
                "",
                f"### `{row['name']}`",
                "",
                f"Default `{row['default']}`{bounds}. Environment: `{row['environment']}`.",
                "",
                row["reason"],
            ]
    return "\n".join(lines) + "\n"
