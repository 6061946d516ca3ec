"""Settings, ResolveRecipients, ValidateCert."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.wbxml import Node, node
from eas.commands.validate_cert import status_of
from entrepot.testing import Person
from tests.directory.certificates import certificate
from tests.eas.conftest import VERSIONS, NewDevice

_S, _R = "Settings", "ResolveRecipients"


def _settings(device: Device, *parts: Node) -> Node:
    return device.ask(_S, node(f"{_S}:{_S}", *parts))


def _oof(*content: Node) -> Node:
    return node(f"{_S}:Oof", *content)


def _message(audience: str, words: str, type: str = "TEXT") -> Node:
    return node(
        f"{_S}:OofMessage",
        node(f"{_S}:{audience}"),
        node(f"{_S}:Enabled", 1),
        node(f"{_S}:ReplyMessage", words),
        node(f"{_S}:BodyType", type),
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_absence_is_kept_and_given_back(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version)
    wanted = _oof(node(f"{_S}:Get", node(f"{_S}:BodyType", "TEXT")))
    off = _settings(device, wanted)
    assert off.text(f"{_S}:Oof", f"{_S}:Get", f"{_S}:OofState") == "0"
    start, end = "2026-12-01T08:00:00.000Z", "2026-12-10T08:00:00.000Z"
    done = _settings(
        device,
        _oof(
            node(
                f"{_S}:Set",
                node(f"{_S}:OofState", 2),
                node(f"{_S}:StartTime", start),
                node(f"{_S}:EndTime", end),
                _message("AppliesToInternal", "<p>I am <b>away</b></p>", "HTML"),
                _message("AppliesToExternalKnown", "Gone"),
            )
        ),
    )
    assert done.text(f"{_S}:Oof", f"{_S}:Status") == "1"
    found = _settings(new_device(anna, version), wanted).find(f"{_S}:Oof", f"{_S}:Get")
    assert found is not None
    assert [found.text(f"{_S}:{name}") for name in ("OofState", "StartTime", "EndTime")] == [
        "2", start, end,
    ]  # fmt: skip
    messages = list(found.all(f"{_S}:OofMessage"))
    words = [each.text(f"{_S}:ReplyMessage").strip() for each in messages]
    assert words == ["I am away", "Gone", ""]
    assert [each.text(f"{_S}:Enabled") for each in messages] == ["1", "1", "0"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ([node(f"{_S}:OofState", 7)], "5"),
        ([node(f"{_S}:OofState", 2), node(f"{_S}:StartTime", "2026-12-10T08:00:00.000Z")], "2"),
        ([node(f"{_S}:OofState", 2), node(f"{_S}:EndTime", "2026-12-10T08:00:00.000Z")], "2"),
        ([_message("AppliesToInternal", "Away", "RTF")], "5"),
        ([_message("AppliesToInternal", "Away", "")], "2"),
        ([_message("AppliesToInternal", "Away"), _message("AppliesToInternal", "Gone")], "2"),
        ([_message("AppliesToExternalKnown", "A"), _message("AppliesToExternalUnknown", "B")], "6"),
        (
            [
                node(f"{_S}:OofState", 2),
                node(f"{_S}:StartTime", "2026-12-10T08:00:00.000Z"),
                node(f"{_S}:EndTime", "2026-12-01T08:00:00.000Z"),
            ],
            "6",
        ),
    ],
)
def test_absence_that_cannot_be_is_refused(
    anna: Person, new_device: NewDevice, content: list[Node], status: str
) -> None:
    device = new_device(anna)
    answer = _settings(device, _oof(node(f"{_S}:Set", *content)))
    assert answer.text(f"{_S}:Status") == "1"
    assert answer.text(f"{_S}:Oof", f"{_S}:Status") == status
    kept = _settings(device, _oof(node(f"{_S}:Get", node(f"{_S}:BodyType", "TEXT"))))
    assert kept.text(f"{_S}:Oof", f"{_S}:Get", f"{_S}:OofState") == "0"


_START, _END = "2026-12-01T08:00:00.000Z", "2026-12-10T08:00:00.000Z"
_SPAN = (node(f"{_S}:StartTime", _START), node(f"{_S}:EndTime", _END))


@pytest.mark.parametrize(
    ("sets", "times"),
    [
        # MS-ASCMD R7544: not kept unless the absence is timed.
        ([[node(f"{_S}:OofState", 1), *_SPAN]], ("1", "", "")),
        # No time is made up (grommunio-sync ed0eedf0f).
        ([[node(f"{_S}:OofState", 2)]], ("2", "", "")),
        ([[node(f"{_S}:OofState", 2), *_SPAN], [node(f"{_S}:OofState", 2)]], ("2", _START, _END)),
        (
            [
                [node(f"{_S}:OofState", 2), *_SPAN],
                [node(f"{_S}:OofState", 0)],
                [node(f"{_S}:OofState", 2)],
            ],
            ("2", "", ""),
        ),
    ],
)
def test_times_of_an_absence(
    anna: Person, new_device: NewDevice, sets: list[list[Node]], times: tuple[str, str, str]
) -> None:
    device = new_device(anna)
    for content in sets:
        done = _settings(device, _oof(node(f"{_S}:Set", *content)))
        assert done.text(f"{_S}:Oof", f"{_S}:Status") == "1"
    found = _settings(device, _oof(node(f"{_S}:Get", node(f"{_S}:BodyType", "HTML"))))
    path = (f"{_S}:Oof", f"{_S}:Get")
    assert times == tuple(
        found.text(*path, f"{_S}:{name}") for name in ("OofState", "StartTime", "EndTime")
    )


def test_one_audience_changes_and_the_others_stay(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    _settings(device, _oof(node(f"{_S}:Set", _message("AppliesToInternal", "Away"))))
    _settings(device, _oof(node(f"{_S}:Set", _message("AppliesToExternalKnown", "Gone"))))
    found = _settings(device, _oof(node(f"{_S}:Get", node(f"{_S}:BodyType", "TEXT"))))
    told = found.find(f"{_S}:Oof", f"{_S}:Get")
    assert told is not None
    messages = list(told.all(f"{_S}:OofMessage"))
    assert [each.text(f"{_S}:ReplyMessage") for each in messages] == ["Away", "Gone", ""]
    # A body has a type, and nothing has none (MS-ASCMD R5677).
    assert [each.text(f"{_S}:BodyType") for each in messages] == ["TEXT", "TEXT", ""]


@pytest.mark.parametrize(
    "part",
    [
        node(f"{_S}:Oof"),
        node(f"{_S}:DevicePassword", node(f"{_S}:Set")),
        node(f"{_S}:DeviceInformation"),
        node(f"{_S}:UserInformation"),
    ],
)
def test_a_request_that_is_none_does_nothing(
    anna: Person, new_device: NewDevice, part: Node
) -> None:
    """MS-ASCMD R483: nothing before it is carried out either."""
    device = new_device(anna)
    answer = _settings(device, _oof(node(f"{_S}:Set", node(f"{_S}:OofState", 1))), part)
    assert [(each.name, each.value) for each in answer.children] == [(f"{_S}:Status", "2")]
    kept = _settings(device, _oof(node(f"{_S}:Get", node(f"{_S}:BodyType", "TEXT"))))
    assert kept.text(f"{_S}:Oof", f"{_S}:Get", f"{_S}:OofState") == "0"
    assert _settings(device).text(f"{_S}:Status") == "1"


@pytest.mark.parametrize("version", ["14.1", "16.0", "16.1"])
def test_there_is_no_rights_management(anna: Person, new_device: NewDevice, version: str) -> None:
    part = node(f"{_S}:RightsManagementInformation", node(f"{_S}:Get"))
    answer = _settings(new_device(anna, version), part)
    assert answer.text(f"{_S}:Status") == "1"
    assert answer.text(f"{_S}:RightsManagementInformation", f"{_S}:Status") == "168"


def test_answers_come_in_the_order_of_the_request(anna: Person, new_device: NewDevice) -> None:
    """What is not there has its own status, and stops nothing."""
    device = new_device(anna)
    answer = _settings(
        device,
        node(f"{_S}:UserInformation", node(f"{_S}:Get")),
        documents.information(Model="Model 2"),
        node(f"{_S}:DevicePassword", node(f"{_S}:Set", node(f"{_S}:Password", "recover me"))),
    )
    parts = [
        (each.name.partition(":")[2], each.text(f"{_S}:Status")) for each in answer.children[1:]
    ]
    assert parts == [("UserInformation", "1"), ("DeviceInformation", "1"), ("DevicePassword", "7")]


@pytest.mark.parametrize("version", VERSIONS)
def test_who_the_user_is(anna: Person, new_device: NewDevice, version: str) -> None:
    answer = _settings(new_device(anna, version), node(f"{_S}:UserInformation", node(f"{_S}:Get")))
    path = (f"{_S}:UserInformation", f"{_S}:Get")
    if version < "14.1":
        assert answer.text(*path, f"{_S}:EmailAddresses", f"{_S}:SMTPAddress") == anna.address
    else:
        account = (*path, f"{_S}:Accounts", f"{_S}:Account", f"{_S}:EmailAddresses")
        assert answer.text(*account, f"{_S}:PrimarySmtpAddress") == anna.address


def test_no_password_of_a_device_is_in_the_log(anna: Person, new_device: NewDevice) -> None:
    secret = "never-in-the-log"
    long = node(f"{_S}:DevicePassword", node(f"{_S}:Set", node(f"{_S}:Password", secret * 16)))
    refused = _settings(new_device(anna), long)
    assert refused.text(f"{_S}:DevicePassword", f"{_S}:Status") == "5"
    part = node(f"{_S}:DevicePassword", node(f"{_S}:Set", node(f"{_S}:Password", secret)))
    _settings(new_device(anna), part)
    assert not any(secret in line for line in anna.exchange.log)


# -- people ------------------------------------------------------------------------------------


def _resolve(device: Device, *names: str, options: Node | None = None) -> list[Node]:
    root = device.ask(_R, node(f"{_R}:{_R}", *(node(f"{_R}:To", name) for name in names), options))
    assert root.text(f"{_R}:Status") == "1"
    return list(root.all(f"{_R}:Response"))


@pytest.mark.parametrize("version", VERSIONS)
def test_names_are_resolved_each_for_itself(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    known, unknown, again = _resolve(
        new_device(anna, version), ben.address, "nobody-like-that", anna.address
    )
    assert known.text(f"{_R}:Status") == "1"
    recipient = known.find(f"{_R}:Recipient")
    assert recipient is not None
    assert recipient.text(f"{_R}:EmailAddress") == ben.address
    assert recipient.text(f"{_R}:Type") == "1"
    assert (unknown.text(f"{_R}:Status"), unknown.text(f"{_R}:RecipientCount")) == ("4", "0")
    assert again.text(f"{_R}:To") == anna.address


def test_several_of_one_name_are_ambiguous(new_person, anna: Person, new_device: NewDevice) -> None:
    for _ in range(3):
        new_person("zebedee")
    most = node(f"{_R}:Options", node(f"{_R}:MaxAmbiguousRecipients", 2))
    (response,) = _resolve(new_device(anna), "zebedee", options=most)
    assert response.text(f"{_R}:Status") == "3"  # not all of them are shown
    assert response.text(f"{_R}:RecipientCount") == "3"
    assert len(list(response.all(f"{_R}:Recipient"))) == 2


def test_what_there_is_not_is_not_made_up(anna: Person, ben: Person, new_device: NewDevice) -> None:
    """Rule 4: no picture, no certificate is invented; an empty calendar is free time."""
    options = node(
        f"{_R}:Options",
        node(f"{_R}:CertificateRetrieval", 2),
        node(
            f"{_R}:Availability",
            node(f"{_R}:StartTime", "2026-12-01T08:00:00.000Z"),
            node(f"{_R}:EndTime", "2026-12-02T08:00:00.000Z"),
        ),
        node(f"{_R}:Picture"),
    )
    (response,) = _resolve(new_device(anna), ben.address, options=options)
    recipient = response.find(f"{_R}:Recipient")
    assert recipient is not None
    assert recipient.text(f"{_R}:Certificates", f"{_R}:Status") == "7"
    assert recipient.text(f"{_R}:Picture", f"{_R}:Status") == "173"
    assert recipient.text(f"{_R}:Availability", f"{_R}:Status") == "1"
    assert recipient.text(f"{_R}:Availability", f"{_R}:MergedFreeBusy") == "0" * 48


@pytest.mark.parametrize("end", ["2026-12-01T08:10:00.000Z", "2027-12-01T08:00:00.000Z", "x"])
def test_a_range_that_is_too_short_or_too_long(
    anna: Person, new_device: NewDevice, end: str
) -> None:
    options = node(
        f"{_R}:Options",
        node(
            f"{_R}:Availability",
            node(f"{_R}:StartTime", "2026-12-01T08:00:00.000Z"),
            node(f"{_R}:EndTime", end),
        ),
    )
    answer = new_device(anna).ask(_R, node(f"{_R}:{_R}", node(f"{_R}:To", "x"), options))
    assert answer.text(f"{_R}:Status") == "5"


def _certificates(device: Device, *to: str, retrieval: int = 2, most: int | None = None) -> Node:
    options = node(
        f"{_R}:Options",
        node(f"{_R}:CertificateRetrieval", retrieval),
        node(f"{_R}:MaxCertificates", most) if most is not None else None,
    )
    return device.ask(_R, node(f"{_R}:{_R}", *(node(f"{_R}:To", name) for name in to), options))


def _told(answer: Node) -> list[tuple[str, str, str, int]]:
    """Status, CertificateCount, RecipientCount, and how many came, of each recipient."""
    found: list[tuple[str, str, str, int]] = []
    for response in answer.all(f"{_R}:Response"):
        listed = response.find(f"{_R}:Recipient", f"{_R}:Certificates")
        assert listed is not None
        status, count, people = (
            listed.text(f"{_R}:{name}") for name in ("Status", "CertificateCount", "RecipientCount")
        )
        found.append((status, count, people, len(list(listed.all(f"{_R}:Certificate")))))
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_certificates_of_people(
    anna: Person,
    ben: Person,
    new_person: Callable[[str], Person],
    new_device: NewDevice,
    version: str,
) -> None:
    cara = new_person("cara")
    pem = [certificate(ben.address).public_bytes(Encoding.PEM) for _ in range(2)]
    ben.sets_certificates(b"".join(pem))
    anna.sets_certificates(certificate(anna.address).public_bytes(Encoding.DER))
    device = new_device(cara, version)
    answer = _certificates(device, ben.address, anna.address, cara.address)
    assert _told(answer) == [("1", "2", "", 2), ("1", "1", "", 1), ("7", "0", "", 0)]
    path = (f"{_R}:Response", f"{_R}:Recipient", f"{_R}:Certificates", f"{_R}:Certificate")
    given = base64.b64decode(answer.text(*path))
    assert x509.load_der_x509_certificate(given) == x509.load_pem_x509_certificate(pem[0])
    # All of somebody's or none; how many are not given is said.
    answer = _certificates(device, ben.address, anna.address, most=1)
    assert _told(answer) == [("8", "2", "", 0), ("1", "1", "", 1)]
    # Small ones are not made here.
    assert _told(_certificates(device, ben.address, retrieval=3)) == [("7", "0", "", 0)]
    crew = anna.exchange.distribution_list(
        f"crew{version}".replace(".", ""), [ben.address, anna.address, cara.address]
    )
    assert _told(_certificates(device, crew)) == [("1", "3", "3", 3)]
    assert _told(_certificates(device, crew, most=2)) == [("8", "3", "3", 0)]


# -- certificates ------------------------------------------------------------------------------


def _certificate(
    days: int = 30,
    *,
    for_mail: bool = True,
    is_authority: bool = False,
    issuer: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None,
) -> tuple[bytes, x509.Name, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Anna {days} {id(key)}")])
    now = datetime.now(UTC)
    usage = ExtendedKeyUsageOID.EMAIL_PROTECTION if for_mail else ExtendedKeyUsageOID.SERVER_AUTH
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0] if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .sign(issuer[1] if issuer else key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.DER), name, key


def _text(certificate: bytes) -> str:
    return base64.b64encode(certificate).decode()


@pytest.mark.parametrize("version", VERSIONS)
def test_certificates_each_have_their_status(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    _V = "ValidateCert"
    root_der, root_name, root_key = _certificate()
    signed, _, _ = _certificate(issuer=(root_name, root_key))
    forged, _, _ = _certificate(issuer=(root_name, _certificate()[2]))
    given = [
        signed,
        forged,
        _certificate(-10)[0],
        _certificate(for_mail=False)[0],
        b"no certificate",
    ]
    answer = new_device(anna, version).ask(
        _V,
        node(
            f"{_V}:{_V}",
            node(
                f"{_V}:CertificateChain",
                node(f"{_V}:Certificate", _text(root_der)),
            ),
            node(
                f"{_V}:Certificates",
                *(node(f"{_V}:Certificate", _text(each)) for each in given),
            ),
            node(f"{_V}:CheckCrl", 0),
        ),
    )
    statuses = [each.text(f"{_V}:Status") for each in answer.all(f"{_V}:Certificate")]
    # Signed by a root that nobody trusts; signed by another key; expired; of a web server; none.
    assert statuses == ["5", "3", "7", "6", "2"]


def test_only_an_authority_makes_others_trusted() -> None:
    read, now = x509.load_der_x509_certificate, datetime.now(UTC)
    root = _certificate()
    trusted = read(root[0])
    told = list[int]()
    for is_authority in (True, False):
        between = _certificate(issuer=root[1:], is_authority=is_authority)
        person = _certificate(issuer=between[1:])
        roots = {trusted.subject.public_bytes(): trusted}
        told.append(status_of(read(person[0]), [read(between[0])], roots, now))
    # Somebody whom an authority knows does not vouch for others.
    assert told == [1, 5]
