"""Any bytes are read; what MIME can say comes back."""

from __future__ import annotations

import email

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.mime import header_list, parse, with_headers
from store.model import AttachmentDraft, Body, ItemDraft
from store.record import pack
from tests.corpus.messages import generated
from tests.mime.conftest import built

NOW = "2026-11-25T08:30:00.000000Z"
MAILS = [sample.mime for sample in generated(150)]
PIECES = [
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"\r\n--b\r\n",
    b"--b--",
    b"\r\n\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"=?utf-8?B?",
    b"?=",
    b"Content-Transfer-Encoding: base64",
    b"Content-Type: text/html; charset=",
    b"utf-16",
    b"\x00",
    b"\xff",
    b"<",
    b'"',
    b"(",
    b";",
    b"begin 644 a\n",
    b"filename*0*=",
    b"To: ",
    b"\n",
    b" ",
]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def read(mime: bytes) -> None:
    """Read a message and do all that follows."""
    draft = parse(mime)
    assert draft.mime == mime
    pack(draft, NOW)
    header_list(draft.headers)
    with_headers(mime, remove=["bcc"], add=[("X", "y")])


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_read(mime: bytes):
    read(mime)


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=60))
@settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
def test_random_pieces_of_messages_are_read(pieces: list[bytes]):
    read(b"".join(pieces))


@given(st.sampled_from(MAILS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40),
                                                  st.sampled_from(PIECES) | st.binary(max_size=6)),
                                        min_size=1, max_size=8))  # fmt: skip
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_damaged_messages_are_read(mime: bytes, cuts: list[tuple[float, int, bytes]]):
    for place, length, new in cuts:
        at = int(place * len(mime))
        mime = mime[:at] + new + mime[at + length :]
    read(mime)


# -- there and back ----------------------------------------------------------------------------

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
LINES = st.text(LETTERS, max_size=120).map(
    lambda t: " ".join("".join(c for c in t if c.isprintable() or c.isspace()).split())
)
TEXTS = st.text(LETTERS, max_size=300).map(
    lambda t: t.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").lstrip("\ufeff")
)
ATOM = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+-_äö", min_size=1, max_size=12)
ADDRESSES = st.builds("{}@{}.example".format, ATOM, ATOM)


def mailbox(name: str, address: str) -> dict[str, str]:
    return {"name": name or address, "address": address}


MAILBOXES = st.builds(mailbox, LINES, ADDRESSES)
IDENTITIES = st.builds(
    "<{}@{}>".format, st.text("abc123.$+", min_size=1), st.text("xyz.", min_size=1)
)
INSTANTS = (
    st.datetimes().filter(lambda d: d.year > 1700).map(lambda d: f"{d:%Y-%m-%dT%H:%M:%S}.000000Z")
)
PROPERTIES = st.fixed_dictionaries(
    {"subject": LINES, "from": MAILBOXES, "message_id": IDENTITIES, "sent": INSTANTS},
    optional={
        "to": st.lists(MAILBOXES, min_size=1, max_size=5),
        "cc": st.lists(MAILBOXES, min_size=1, max_size=3),
        "bcc": st.lists(MAILBOXES, min_size=1, max_size=3),
        "reply_to": st.lists(MAILBOXES, min_size=1, max_size=2),
        "sender": MAILBOXES,
        "in_reply_to": IDENTITIES,
        "references": st.lists(IDENTITIES, min_size=1, max_size=20).map(" ".join),
        "importance": st.sampled_from(["high", "low"]),
        "sensitivity": st.sampled_from(["personal", "private", "confidential"]),
        "is_read_receipt_requested": st.just(True),
        "is_delivery_receipt_requested": st.just(True),
        "conversation_topic": LINES.filter(bool),
        "categories": st.lists(
            LINES.map(lambda t: t.replace(",", "")).map(str.strip).filter(bool),
            min_size=1, max_size=3, unique=True,
        ),
        "culture": st.sampled_from(["de-DE", "en", "zh-Hant-TW"]),
    },
)  # fmt: skip
NAMES = LINES.map(lambda t: t.replace("/", "").replace("\\", "").strip(". ")).filter(bool)
FILES = st.builds(
    AttachmentDraft,
    kind=st.just("file"),
    name=NAMES,
    content_type=st.sampled_from(["application/pdf", "image/png", "text/plain", "audio/x-y"]),
    content_id=st.sampled_from(["", "one@x", "a.b$c"]),
    content=st.binary(max_size=200),
)
DRAFTS = st.builds(
    ItemDraft,
    properties=PROPERTIES,
    body=st.builds(Body, html=st.none() | TEXTS, text=TEXTS),
    attachments=st.lists(FILES, max_size=3).map(tuple),
)


@given(DRAFTS)
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_what_mime_can_say_comes_back(draft: ItemDraft):
    mime = built(draft)
    back = parse(mime)
    wanted = dict(draft.properties)
    wanted.setdefault("sender", wanted["from"])
    if wanted["sender"]["address"] == wanted["from"]["address"]:
        wanted["sender"] = wanted["from"]  # one address is one person: From says it
    found = {name: back.properties.get(name) for name in wanted}
    assert found == wanted
    assert back.body == draft.body
    assert [(a.name, a.content_type, a.content_id, a.content) for a in back.attachments] == [
        (a.name, a.content_type, a.content_id, a.content) for a in draft.attachments
    ]
    # Others read it too, and no line is longer than a server must take (RFC 5322 2.1.1).
    assert not email.message_from_bytes(mime).defects
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    assert mime.count(b"\n") == mime.count(b"\r\n") == mime.count(b"\r")


@given(DRAFTS, st.sampled_from(["forward.eml", ""]))
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_a_message_in_a_message_comes_back(draft: ItemDraft, name: str):
    inner = parse(built(draft))
    outer = ItemDraft(attachments=(AttachmentDraft("item", name, item=inner),))
    (attachment,) = parse(built(outer)).attachments
    assert attachment.item == inner
