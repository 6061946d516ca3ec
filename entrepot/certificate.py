"""A self-signed certificate, for trying things out and until a real one is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from entrepot.files import write_private

# Apple's systems refuse certificates that live longer than 825 days.
_DAYS = 800


def make_certificate(names: list[str], now: datetime) -> tuple[bytes, bytes]:
    """A certificate and its key as PEM, for host names and IP addresses; the first names it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))


def ensure_certificate(certificate: Path, key: Path, names: list[str], now: datetime) -> bool:
    """Write a self-signed certificate where neither file is there; whether it did.

    Raises FileNotFoundError where only one of the two is there.
    """
    if certificate.exists() and key.exists():
        return False
    if certificate.exists() or key.exists():
        missing = key if certificate.exists() else certificate
        raise FileNotFoundError(
            f"{missing} is missing: give both certificate and key, or remove both to get a "
            "self-signed pair"
        )
    chain, secret = make_certificate(names, now)
    certificate.parent.mkdir(parents=True, exist_ok=True)
    write_private(key, secret)
    certificate.write_bytes(chain)
    return True
