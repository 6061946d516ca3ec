"""Certificates of people: set by an administrator, told while they are good."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from store.commands import AddAccount, SetCertificates
from store.directory.certificates import CERTIFICATES_MAX, certificates_of, read_certificates
from store.errors import AccessDenied, InvalidValue, NotFound, StoreError
from store.model import Principal
from tests.directory.certificates import certificate

ANNA = "anna@demo.example"
DER, PEM = Encoding.DER, Encoding.PEM
NOW = datetime.now(UTC)
pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(store):
    """Anna's."""
    account = await store.system().execute(AddAccount(ANNA, "Anna"))
    return store.session(Principal(account.id, account.address, account.name, account.mailbox_id))


@pytest.mark.parametrize("form", [DER, PEM])
async def test_a_certificate_is_set_and_taken_away(store, session, form):
    made = certificate(ANNA.upper())
    system = store.system()
    account = await system.execute(SetCertificates(ANNA, made.public_bytes(form)))
    assert certificates_of(account, NOW) == [base64.b64encode(made.public_bytes(DER)).decode()]
    assert certificates_of(account, NOW + timedelta(days=365)) == []
    account = await system.execute(SetCertificates(ANNA, None))
    assert certificates_of(account, NOW) == []


async def test_several_stand_in_one_file(store, session):
    content = b"".join(certificate(ANNA).public_bytes(PEM) for _ in range(3))
    account = await store.system().execute(SetCertificates(ANNA, content))
    assert len(certificates_of(account, NOW)) == 3
    with pytest.raises(InvalidValue):
        await store.system().execute(SetCertificates(ANNA, content * CERTIFICATES_MAX))


async def test_what_would_not_do_is_refused(store, session):
    system = store.system()
    refused: dict[bytes, type[StoreError]] = {
        b"no certificate": InvalidValue,
        certificate("ben@demo.example").public_bytes(DER): InvalidValue,
        certificate(ANNA, for_mail=False).public_bytes(DER): InvalidValue,
    }
    for content, error in refused.items():
        with pytest.raises(error):
            await system.execute(SetCertificates(ANNA, content))
    good = certificate(ANNA).public_bytes(DER)
    with pytest.raises(NotFound):
        await system.execute(SetCertificates("no@demo.example", good))
    with pytest.raises(AccessDenied):
        await session.execute(SetCertificates(ANNA, good))


def test_a_file_that_ends_too_early_is_none():
    pem = certificate(ANNA).public_bytes(PEM)
    for content in (pem[:200], pem[:-40], b"", pem.replace(b"MII", b"M!I")):
        with pytest.raises(InvalidValue):
            read_certificates(content)
