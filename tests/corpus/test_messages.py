"""The corpus itself: as many as promised, the same each time, fit for SMTP."""

from __future__ import annotations

from tests.corpus.messages import COUNT, LARGE, generated, varied_messages


def test_there_are_300_and_a_few_are_large():
    samples = varied_messages()
    assert len(samples) == COUNT
    assert len({sample.name for sample in samples}) == COUNT
    assert sum(sample.large for sample in samples) == LARGE
    assert all(len(sample.mime) > 20 * 1024 * 1024 for sample in samples if sample.large)


def test_they_are_the_same_each_time():
    assert generated(200) == generated(200)


def test_smtp_carries_them_unchanged():
    for sample in varied_messages():
        bare = sample.mime.replace(b"\r\n", b"")
        assert b"\r" not in bare and b"\n" not in bare and b"\x00" not in bare, sample.name
        assert sample.mime.endswith(b"\r\n"), sample.name


def test_most_expectations_are_certain():
    samples = varied_messages()
    for field, least in (("subject", 250), ("sender", 220), ("text_contains", 160),
                         ("attachments", 160), ("items", 160)):  # fmt: skip
        assert sum(getattr(s, field) is not None for s in samples) >= least, field
