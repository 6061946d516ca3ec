"""MS-ASCMD: ValidateCert. Certificates of S/MIME judged."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.mailing import unique
from conformance.eas.runner import REGISTRY
from conformance.eas.wbxml import Node, node
from conformance.scenario import scenario

_P = "ValidateCert"
_LASTS = timedelta(days=30)
_OK, _PROTOCOL, _FORGED = "1", "2", "3"
_STATUS = f"{_P}:Status"
_CERTIFICATES_MAX, _ROOTS = 100, 20


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> str:
    """A certificate in base64, good for now."""
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (subject, issuer)
    ]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _LASTS)
        .not_valid_after(now + _LASTS)
        .sign(signer, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


class Certificates(NamedTuple):
    """Certificates in base64: an issuer's, and two that name it; only ``own`` is signed by it."""

    issuer: str
    own: str
    forged: str


def certificates() -> Certificates:
    """New ones, of an issuer that nobody trusts."""
    issuer, person = unique("Issuer"), unique("Person")
    own, root, stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    return Certificates(
        _certificate(issuer, issuer, root, root),
        _certificate(person, issuer, own, root),
        _certificate(person, issuer, own, stranger),
    )


def _asked(device: Device, certificates: Sequence[str], chain: Sequence[str] = ()) -> Node:
    def listed(name: str, data: Sequence[str]) -> Node | None:
        each = [node(f"{_P}:Certificate", one) for one in data]
        return node(f"{_P}:{name}", *each) if each else None

    parts = (listed("CertificateChain", chain), listed("Certificates", certificates))
    return device.ask(_P, node(f"{_P}:{_P}", *parts))


def judged(device: Device, certificate: str, issuer: str) -> str:
    """The status of a certificate beside that of its issuer; that of the whole is success."""
    answer = _asked(device, [certificate], [issuer])
    check(answer.text(_STATUS) == _OK, f"it is answered by {answer}")
    return answer.text(f"{_P}:Certificate", _STATUS)


@scenario(
    "MS-ASCMD", "S20_TC01", requirements=("MS-ASCMD_R4474", "MS-ASCMD_R5387"), registry=REGISTRY
)
def certificates_are_judged_in_order(device: Device) -> None:
    """Those of public roots are good, but not one that nobody knows; each has its status."""
    context = httpx.create_ssl_context()  # with the roots that browsers trust
    roots = [base64.b64encode(data).decode() for data in context.get_ca_certs(binary_form=True)]
    answer = _asked(device, [*roots[:_ROOTS], certificates().own])
    check(answer.text(_STATUS) == _OK, f"it is answered by {answer}")
    told = [each.text(_STATUS) for each in answer.all(f"{_P}:Certificate")]
    check(len(told) == _ROOTS + 1, f"{len(told)} have a status")
    check(_OK in told[:-1], f"no public root is trusted: {told}")
    check(told[-1] not in ("", _OK), f"one that nobody knows has status {told[-1]!r}")


@scenario("MS-ASCMD", "S20_TC02", requirements=("MS-ASCMD_R4479",), registry=REGISTRY)
def a_signature_that_is_wrong_is_status_3(device: Device) -> None:
    """Signed by another key than its issuer's; the issuer's own is another status, not success,
    for nobody here trusts such an issuer."""
    chain = certificates()
    told = judged(device, chain.forged, chain.issuer)
    check(told == _FORGED, f"status {told}")
    told = judged(device, chain.own, chain.issuer)
    check(told not in ("", _OK, _FORGED), f"signed rightly, status {told}")


@scenario("MS-ASCMD", "S20_TC03", requirements=("MS-ASCMD_R5662",), registry=REGISTRY)
def certificates_have_their_number(device: Device) -> None:
    """A hundred are judged, one more is status 2."""
    own = certificates().own
    answer = _asked(device, [own] * _CERTIFICATES_MAX)
    judgements = list(answer.all(f"{_P}:Certificate"))
    check(len(judgements) == _CERTIFICATES_MAX, f"of the hundred {len(judgements)} are judged")
    told = _asked(device, [own] * (_CERTIFICATES_MAX + 1))
    check(told.text(_STATUS) == _PROTOCOL, f"more are answered by {told}")
