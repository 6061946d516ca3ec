"""Real messages: what we read in them is what others read in them."""

from __future__ import annotations

import hashlib

import pytest

from store.mime import header_list, parse
from store.record import body_text, pack
from tests.corpus.messages import MESSAGES, Sample, generated, varied_messages

NOW = "2026-11-25T08:30:00.000000Z"
SAMPLES = [sample for sample in varied_messages() if not sample.large]


def found_wrong(sample: Sample) -> list[str]:
    """What our reading and the expectation disagree about."""
    draft = parse(sample.mime)
    files = [
        (a.name, len(a.content or b""), hashlib.sha256(a.content or b"").hexdigest())
        for a in draft.attachments
        if a.kind == "file"
    ]
    checks = {
        "subject": draft.properties["subject"] == sample.subject,
        "sender": draft.properties.get("from", {}).get("address") == sample.sender,
        "text_contains": (sample.text_contains or "") in body_text(draft),
        "attachments": files == sample.attachments,
        "items": sum(a.kind == "item" for a in draft.attachments) == sample.items,
    }
    return [
        name for name, right in checks.items() if getattr(sample, name) is not None and not right
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_message_reads_as_its_writer_meant(sample: Sample):
    assert found_wrong(sample) == []


def test_two_hundred_more_generated_ones():
    assert {s.name: found_wrong(s) for s in generated(450)[200:] if found_wrong(s)} == {}


@pytest.mark.skipif(not MESSAGES.is_dir(), reason=f"no reference messages in {MESSAGES}")
def test_every_file_as_it_lies_there_is_read_and_packed():
    """With the line ends of the collection too, and cut off anywhere."""
    for path in sorted(MESSAGES.rglob("*.eml")):
        mime = path.read_bytes()
        draft = parse(mime)
        assert draft.mime == mime
        assert draft.headers or draft.body.text, path
        pack(draft, NOW)
        header_list(draft.headers)
        for cut in range(0, len(mime), max(1, len(mime) // 20)):
            pack(parse(mime[:cut]), NOW)
