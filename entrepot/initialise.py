"""Setting up an organisation: ``entrepot init``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from entrepot.administration import administration
from entrepot.certificate import ensure_certificate
from entrepot.console import CANNOT_START, Complaint
from entrepot.settings import CONFIG_NAME, Settings
from store.directory.names import checked_address, checked_domain
from store.errors import AlreadyExists

_CONFIG = """\
# Settings of this Entrepot: see docs/settings.md, or `entrepot settings`.
# Relative paths start at this file's folder.

data_folder = "."
host_name = "{host}"

# A real certificate goes here (else certificate.pem and key.pem of the data folder):
# tls_certificate = "/etc/letsencrypt/live/{host}/fullchain.pem"
# tls_key = "/etc/letsencrypt/live/{host}/privkey.pem"

# The relay that takes mail for other domains:
# smart_host = "relay.example.net"
# smart_host_user = "entrepot"
# smart_host_password_file = "relay.password"
"""


@dataclass(frozen=True)
class Initialised:
    """What ``initialise`` made."""

    config: Path
    host: str
    address: str
    password: str
    certificate: Path
    key: Path
    is_self_signed: bool


async def initialise(domain: str, folder: Path, host: str, admin: str) -> Initialised:
    """Make folder, settings file, certificate, domain and first account.

    Raises Complaint where the folder has been set up before, InvalidValue for bad names.
    """
    domain = checked_domain(domain)
    host = checked_domain(host)
    address = checked_address(f"{admin}@{domain}")
    config = folder / CONFIG_NAME
    if config.exists():
        raise Complaint(
            f"{folder} is set up already",
            f"entrepot domain add {domain} serves one more domain; another --folder begins anew",
            CANNOT_START,
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings.read(None, data_folder=folder, host_name=host)
    names = list(dict.fromkeys([host, f"autodiscover.{domain}", domain]))
    is_new = ensure_certificate(settings.certificate, settings.key, names, datetime.now(UTC))
    async with administration(settings) as administrator:
        try:
            await administrator.add_domain(domain, is_default=True)
        except AlreadyExists as error:
            raise Complaint(
                f"{folder} holds the data of {domain} already",
                f"write {config} by hand, or choose another --folder",
                CANNOT_START,
            ) from error
        made = await administrator.add(
            address,
            "Administrator" if admin == "admin" else admin.replace(".", " ").title(),
            role="admin",
            aliases=(f"postmaster@{domain}",) if admin != "postmaster" else (),
        )
    config.write_text(_CONFIG.format(host=host), "utf-8")
    return Initialised(
        config, host, address, made.password, settings.certificate, settings.key, is_new
    )
