"""ValidateCert: whether certificates of S/MIME can be trusted (MS-ASCMD 2.2.1.22)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from eas.answers import Answer, node, root, text
from eas.context import Context
from eas.errors import EasError
from eas.registry import command
from eas.wbxml import Element
from store.directory.certificates import is_for_mail

_P = "ValidateCert"
# MS-ASCMD 2.2.3.177.19
_OK, _PROTOCOL, _BAD_SIGNATURE, _NO_CHAIN, _PURPOSE, _EXPIRED = 1, 2, 3, 5, 6, 7
_REVOCATION_UNKNOWN = 14
# MS-ASCMD 3.1.5.8
_CERTIFICATES_MAX = 100
_CHAIN_MAX = 10


@command("ValidateCert")
async def validate_cert(ctx: Context) -> Answer:
    """The status of each certificate, in order. Revocation lists are not fetched: no request of
    a device makes the server call anybody (attack A10)."""
    document = ctx.document()
    named = document.find(f"{_P}:Certificates")
    given = list(named.all(f"{_P}:Certificate")) if named is not None else []
    if not given or len(given) > _CERTIFICATES_MAX:
        raise EasError(_PROTOCOL, f"1 to {_CERTIFICATES_MAX} certificates are expected")
    chain = document.find(f"{_P}:CertificateChain")
    others = [_read(each) for each in chain.all(f"{_P}:Certificate")] if chain is not None else []
    known = [each for each in others[:_CERTIFICATES_MAX] if each is not None]
    checks_revocation = document.text(f"{_P}:CheckCrl") == "1"
    now = ctx.clock.now()
    statuses = await asyncio.to_thread(
        lambda: [
            status_of(_read(each), known, _roots(), now, checks_revocation=checks_revocation)
            for each in given
        ]
    )
    return root(
        "ValidateCert",
        [
            text(f"{_P}:Status", _OK),
            *(node(f"{_P}:Certificate", text(f"{_P}:Status", each)) for each in statuses),
        ],
    )


def _read(element: Element) -> x509.Certificate | None:
    """A certificate: base64 of its DER form, or the bytes themselves."""
    data = element.as_bytes()
    try:
        if not data.startswith(b"\x30"):
            data = base64.b64decode(data, validate=False)
        return x509.load_der_x509_certificate(data)
    except (ValueError, binascii.Error):
        return None


def status_of(
    certificate: x509.Certificate | None,
    chain: list[x509.Certificate],
    roots: Mapping[bytes, x509.Certificate],
    now: datetime,
    *,
    checks_revocation: bool = False,
) -> int:
    """What a certificate is worth beside those of its chain (MS-ASCMD 2.2.3.177.19). ``roots``: by
    subject, in DER."""
    if certificate is None:
        return _PROTOCOL
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return _EXPIRED
    if not is_for_mail(certificate):
        return _PURPOSE
    status = _climb(certificate, chain, roots, now)
    if status == _OK and checks_revocation:
        return _REVOCATION_UNKNOWN
    return status


def _climb(
    certificate: x509.Certificate,
    chain: list[x509.Certificate],
    roots: Mapping[bytes, x509.Certificate],
    now: datetime,
) -> int:
    """From issuer to issuer up to a root."""
    for _ in range(_CHAIN_MAX):
        issuer = roots.get(certificate.issuer.public_bytes())
        if issuer is not None:
            return _OK if _is_signed_by(certificate, issuer) else _BAD_SIGNATURE
        issuer = next(
            (each for each in chain if each.subject == certificate.issuer and each != certificate),
            None,
        )
        if issuer is None:
            return _NO_CHAIN
        if not _is_signed_by(certificate, issuer):
            return _BAD_SIGNATURE
        if not _may_issue(issuer):
            return _NO_CHAIN
        if not issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc:
            return _EXPIRED
        certificate = issuer
    return _NO_CHAIN


def _may_issue(certificate: x509.Certificate) -> bool:
    """Whether it is an authority's: a person's own may sign mail, but no certificate (RFC 5280
    6.1.4)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


@cache
def _roots() -> dict[bytes, x509.Certificate]:
    """The roots that this machine trusts, by subject."""
    context = ssl.create_default_context()
    found: dict[bytes, x509.Certificate] = {}
    for data in context.get_ca_certs(binary_form=True):
        try:
            certificate = x509.load_der_x509_certificate(data)
            found[certificate.subject.public_bytes()] = certificate
        except ValueError:
            continue
    return found
