"""MS-ASCMD: ValidateCert. Certificates of S/MIME judged."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

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


def _told(device: Device, certificate: str, issuer: str) -> str:
    """The status of a certificate beside that of its issuer; that of the whole is success."""

    def listed(name: str, data: str) -> Node:
        return node(f"{_P}:{name}", node(f"{_P}:Certificate", data))

    parts = (listed("CertificateChain", issuer), listed("Certificates", certificate))
    answer = device.ask(_P, node(f"{_P}:{_P}", *parts))
    check(answer.text(f"{_P}:Status") == "1", f"it is answered by {answer}")
    return answer.text(f"{_P}:Certificate", f"{_P}:Status")


@scenario("MS-ASCMD", "S20_TC02", requirements=("MS-ASCMD_R4479",), registry=REGISTRY)
def a_signature_that_is_wrong_is_status_3(device: Device) -> None:
    """Signed by another key than its issuer's; the issuer's own is another status, not success,
    for nobody here trusts such an issuer."""
    issuer, person = unique("Issuer"), unique("Person")
    own, root, stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    above = _certificate(issuer, issuer, root, root)
    told = _told(device, _certificate(person, issuer, own, stranger), above)
    check(told == "3", f"status {told}")
    told = _told(device, _certificate(person, issuer, own, root), above)
    check(told not in ("", "1", "3"), f"signed rightly, status {told}")
