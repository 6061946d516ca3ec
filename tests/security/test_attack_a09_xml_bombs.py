"""Attack A9: a document type, an entity or a mass of XML is refused before it costs anything.

What the server as a whole answers stands in ``tests/bad_requests``; here is what the readers of EWS
and of Autodiscover spend on it.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest

from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits, parse_document, parse_envelope
from tests.bad_requests.cases import S

MIB = 2**20
_LOL = "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS: dict[str, bytes] = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY a "lol">{_LOL}]><x>&i;</x>'.encode(),
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><x>{"&a;" * 50_000}</x>'.encode(),
    "a file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "a URL": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
    "a parameter entity": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/">%a;]><x/>',
    "a public identifier": b'<!DOCTYPE x PUBLIC "-//x//y" "http://127.0.0.1:1/"><x/>',
    "an empty document type": b"<!DOCTYPE x><x/>",
    "a document type behind a comment": b"<!-- x --><!DOCTYPE x [<!ELEMENT x ANY>]><x/>",
    "an attribute list": b'<!DOCTYPE x [<!ATTLIST x a CDATA "b">]><x/>',
    "a notation": b'<!DOCTYPE x [<!NOTATION a SYSTEM "b">]><x/>',
    "in UTF-16": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16"),
    "10 MB of nesting": b"<a>" * (10 * MIB // 3),
    "65 levels": b"<a>" * 65 + b"</a>" * 65,
    "1,001 attributes": b"<a " + b" ".join(b'a%d=""' % n for n in range(1001)) + b"/>",
    "a name of 10 MB": b"<" + b"a" * (10 * MIB) + b"/>",
    "an attribute's name of 1 MB": b"<a " + b"b" * MIB + b'=""/>',
    "an attribute of 10 MB": b'<a b="' + b"c" * (10 * MIB) + b'"/>',
    "a tag that never ends": b"<a " + b" " * (10 * MIB),
    "a comment that never ends": b"<a><!-- " + b"x" * (10 * MIB),
    "a CDATA that never ends": b"<a><![CDATA[" + b"x" * (10 * MIB),
    "an undefined entity": b"<x>&a;</x>",
}
READERS: dict[str, Callable[[bytes, Limits], object]] = {
    "EWS": parse_envelope,
    "Autodiscover": parse_document,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", BOMBS)
def test_attack_a09_refused_at_little_cost(reader: str, name: str) -> None:
    body = BOMBS[name]
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(SchemaViolation):
        READERS[reader](body, Limits())
    spent_s = time.process_time() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent_s < 1
    assert peak < 3 * len(body) + MIB


def test_attack_a09_nested_xml_in_an_attachment_is_only_text() -> None:
    """An entity inside the content of an element is that content, and nothing is resolved."""
    inner = "&lt;!DOCTYPE x [&lt;!ENTITY a SYSTEM 'file:///etc/passwd'>]>&lt;x>&amp;a;&lt;/x>"
    body = f'<s:Envelope xmlns:s="{S}"><s:Body><a>{inner}</a></s:Body></s:Envelope>'
    found = parse_envelope(body.encode())
    assert "root:" not in found.body.text
    assert "ENTITY" in found.body.text
