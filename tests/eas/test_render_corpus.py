"""Real messages as every version gets them, in every form."""

from __future__ import annotations

from functools import cache

import pytest

from eas.reading.options import BodyPreference, Options
from eas.render.mail import application_data
from eas.render.text import clean
from store.model import Item
from tests.corpus.reference import reference_messages
from tests.eas.messages import VERSIONS, item_of_mime, named, violations

WAYS = {
    "nothing said": Options(),
    "text": Options(bodies=(BodyPreference(1),)),
    "text, cut": Options(bodies=(BodyPreference(1, 101),)),
    "HTML with preview": Options(bodies=(BodyPreference(2, preview=255),)),
    "HTML, cut": Options(bodies=(BodyPreference(2, 1021, preview=80),)),
    "whole HTML, or text": Options(
        bodies=(BodyPreference(2, 512, all_or_none=True), BodyPreference(1, 512))
    ),
    "RTF": Options(bodies=(BodyPreference(3),)),
    "MIME": Options(bodies=(BodyPreference(4),), mime_support=2),
    "MIME, cut": Options(bodies=(BodyPreference(4),), mime_support=2, mime_truncation=4096),
    "MIME of S/MIME": Options(bodies=(BodyPreference(2), BodyPreference(4)), mime_support=1),
    "part": Options(bodies=(BodyPreference(2, 0),), body_part=BodyPreference(2, 4096, preview=40)),
}


@cache
def items() -> tuple[Item, ...]:
    """The messages of the reference collection; the test is skipped without it."""
    samples = reference_messages()
    if not samples:
        pytest.skip("no reference messages (set ENTREPOT_REFERENCE)")
    return tuple(item_of_mime(sample.mime, n) for n, sample in enumerate(samples, 1))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", WAYS)
def test_real_messages_keep_to_the_grammar(way: str, version: str) -> None:
    options = WAYS[way]
    for item in items():
        elements = application_data(item, options, version)
        assert violations(elements, version) == []
        body = named(elements)["AirSyncBase:Body"]
        data = body.find("AirSyncBase:Data")
        size = int(body.text("AirSyncBase:EstimatedDataSize"))
        sent = b"" if data is None else data.as_bytes()
        assert (len(sent) < size) is (body.text("AirSyncBase:Truncated") == "1")
        if body.text("AirSyncBase:Type") == "4":
            assert item.mime is not None
            assert size == len(item.mime)
            assert item.mime.startswith(sent)
        else:
            assert clean(sent.decode()).encode() == sent
        preview = body.text("AirSyncBase:Preview")
        assert len(preview) <= (options.bodies[0].preview if options.bodies else 0)


def test_every_message_has_its_mime_byte_for_byte() -> None:
    for item in items():
        body = named(application_data(item, WAYS["MIME"], "16.1"))["AirSyncBase:Body"]
        data = body.find("AirSyncBase:Data")
        assert data is not None
        assert data.as_bytes() == item.mime
