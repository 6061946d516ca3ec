"""Certificates of people: with them others encrypt what they send to them (RFC 8550)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sqlalchemy import update

from store import tables
from store.commands import SetCertificates
from store.directory.accounts import account_at
from store.directory.names import require_system
from store.errors import InvalidValue
from store.executor import WriteTx, writes
from store.model import Account
from store.record import encode_record

CERTIFICATES = "certificates"
"""The property of an account: each in DER, as base64."""
CERTIFICATES_MAX = 10
_BYTES_MAX = 16 * 1024
_account = tables.account
_FOR_MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


@writes(SetCertificates)
def set_certificates(tx: WriteTx, command: SetCertificates) -> Account:
    """Set an account's certificates, or take them away. Raises NotFound, InvalidValue."""
    require_system(tx)
    account = account_at(tx, command.address)
    properties = {name: each for name, each in account.properties.items() if name != CERTIFICATES}
    if command.content is not None:
        read = read_certificates(command.content)
        properties[CERTIFICATES] = certificates_property(account, read)
    tx.conn.execute(
        update(_account)
        .where(_account.c.id == account.id)
        .values(record=encode_record(properties, {}))
    )
    return account_at(tx, account.address)


def read_certificates(content: bytes) -> list[x509.Certificate]:
    """The certificates in a file, PEM or DER. Raises InvalidValue (where: certificate)."""
    try:
        if b"-----BEGIN CERTIFICATE-----" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError as error:
        raise InvalidValue("the file is no certificate, PEM or DER", where="certificate") from error


def certificates_property(account: Account, certificates: Iterable[x509.Certificate]) -> list[str]:
    """The property of an account that has these. Raises InvalidValue for what is not for mail, or
    not the account's: others would write to somebody who cannot read it."""
    made: list[str] = []
    for each in certificates:
        data = each.public_bytes(Encoding.DER)
        if len(data) > _BYTES_MAX or len(made) == CERTIFICATES_MAX:
            raise InvalidValue(
                f"{CERTIFICATES_MAX} certificates of {_BYTES_MAX:,} bytes at most",
                where="certificate",
            )
        if not is_for_mail(each):
            raise InvalidValue("the certificate is not for mail", where="certificate")
        known = {address.casefold() for address in (account.address, *account.aliases)}
        if not known & addresses_in(each):
            raise InvalidValue(
                f"the certificate is of {', '.join(sorted(addresses_in(each))) or 'nobody'}, "
                f"not of {account.address}",
                where="certificate",
            )
        made.append(base64.b64encode(data).decode())
    return made


def certificates_of(account: Account, now: datetime) -> list[str]:
    """Those of an account that are good at ``now``, in base64; the others are of no use."""
    return [text for text in account.properties.get(CERTIFICATES) or () if _is_good(text, now)]


def addresses_in(certificate: x509.Certificate) -> set[str]:
    """Whose it is: addresses in lower case (RFC 8550 3)."""
    found = {
        str(each.value)
        for each in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
    }
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found.update(names.get_values_for_type(x509.RFC822Name))
    except x509.ExtensionNotFound:
        pass
    return {address.casefold() for address in found}


def is_for_mail(certificate: x509.Certificate) -> bool:
    """Whether its key may sign or encrypt mail (RFC 8550 4.4.4)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(purpose in usage for purpose in _FOR_MAIL)


def _is_good(text: str, now: datetime) -> bool:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(text))
    except (ValueError, binascii.Error):
        return False
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
