"""Attack A25: a request whose length can be read in two ways is refused, and the line is closed.

The simplest forms at the door itself: ``tests/entrepot/test_http.py``.
"""

from __future__ import annotations

import socket

import pytest

from entrepot.testing import Person
from tests.security.conftest import GOOD, Wire, basic

HIDDEN = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n"


def _post(*headers: bytes, body: bytes = b"", person: Person | None = None) -> bytes:
    lines = [b"POST /EWS/Exchange.asmx HTTP/1.1", b"Host: x", b"Content-Type: text/xml", *headers]
    if person is not None:
        lines.append(basic(person.address, person.password).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


REFUSED: dict[str, bytes] = {
    "CL and TE": _post(
        b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN
    ),
    "TE and CL": _post(
        b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + HIDDEN
    ),
    "two lengths": _post(b"Content-Length: 0", b"Content-Length: 35", body=HIDDEN),
    "a list of lengths": _post(b"Content-Length: 0, 35", body=HIDDEN),
    "a signed length": _post(b"Content-Length: +35", body=HIDDEN),
    "a negative length": _post(b"Content-Length: -1", body=HIDDEN),
    "a hexadecimal length": _post(b"Content-Length: 0x23", body=HIDDEN),
    "a length of other digits": _post("Content-Length: ٣".encode(), body=HIDDEN),
    "a length without end": _post(b"Content-Length: " + b"9" * 30, body=HIDDEN),
    "an empty length": _post(b"Content-Length:", body=HIDDEN),
    "an odd encoding": _post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + HIDDEN),
    "chunked not last": _post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + HIDDEN),
    "a space before the colon": _post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n" + HIDDEN),
    "a control character": _post(b"Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n" + HIDDEN),
    "a folded header": _post(b"X: a\r\n b", b"Content-Length: 0"),
    "a folded length": _post(b"Content-Length:\r\n 35", body=HIDDEN),
    "NUL in a header": _post(b"X: a\x00b", b"Content-Length: 0"),
    "a bare CR in a header": _post(b"X: a\rContent-Length: 35", body=HIDDEN),
    "a chunk of no size": _post(b"Transfer-Encoding: chunked", body=b"\r\nabc\r\n0\r\n\r\n"),
    "a signed chunk": _post(b"Transfer-Encoding: chunked", body=b"+3\r\nabc\r\n0\r\n\r\n"),
    "a chunk of 0x": _post(b"Transfer-Encoding: chunked", body=b"0x3\r\nabc\r\n0\r\n\r\n"),
    "an endless chunk size": _post(
        b"Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\nabc\r\n0\r\n\r\n"
    ),
    "a chunk that is longer": _post(
        b"Transfer-Encoding: chunked", body=b"2\r\nabc\r\n0\r\n\r\n" + HIDDEN
    ),
    "no version": b"GET /EWS/Exchange.asmx\r\n\r\n",
    "a version of tomorrow": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "no method": b" / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a request line of LF": b"GET /\nHost: x HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_attack_a25_refused_and_closed(wire: Wire, name: str) -> None:
    """One answer of 4xx; what was hidden behind is no request; the connection ends."""
    answer = wire.send(REFUSED[name], wait_s=3)
    assert 400 <= answer.status < 500, answer.data[:300]
    assert answer.data.count(b"HTTP/1.1 ") == 1, answer.data
    assert b'"status"' not in answer.data, "the hidden request was answered"


def test_attack_a25_two_honest_requests_on_one_line_get_two_answers(
    wire: Wire, anna: Person
) -> None:
    length = b"Content-Length: %d" % len(GOOD)
    twice = _post(length, body=GOOD, person=anna)
    twice += _post(length, b"Connection: close", body=GOOD, person=anna)
    answer = wire.send(twice)
    assert answer.data.count(b"HTTP/1.1 200") == 2


def test_attack_a25_a_chunked_body_is_one_body(wire: Wire, anna: Person) -> None:
    parts = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (GOOD[:10], GOOD[10:400], GOOD[400:]))
    body = parts + b"0\r\n\r\n"
    request = _post(b"Transfer-Encoding: chunked", b"Connection: close", body=body, person=anna)
    answer = wire.send(request)
    assert answer.status == 200 and b"NoError" in answer.data


@pytest.mark.parametrize("length", [len(GOOD) + 10, 10**6])
def test_attack_a25_a_body_that_is_cut_short_is_no_request(
    wire: Wire, anna: Person, length: int
) -> None:
    """Nothing is done for half a request; the server goes on."""
    host, port = wire.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(_post(b"Content-Length: %d" % length, body=GOOD, person=anna))
        connection.shutdown(socket.SHUT_WR)
        rest = connection.recv(65536)
        assert b"NoError" not in rest
    assert wire.request("/EWS/Exchange.asmx", person=anna).status == 200


def test_attack_a25_a_length_that_is_too_small_cuts_the_xml(wire: Wire, anna: Person) -> None:
    body = GOOD + b""
    request = _post(b"Content-Length: 50", b"Connection: close", body=body, person=anna)
    answer = wire.send(request, wait_s=3)
    assert answer.status == 500 and b"ErrorSchemaValidation" in answer.data
    assert b"NoError" not in answer.data


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", "identity", "x"])
def test_attack_a25_coded_bodies_are_not_unpacked(wire: Wire, anna: Person, encoding: str) -> None:
    """No bomb of gzip can go off: what is packed is no XML."""
    import gzip

    packed = gzip.compress(GOOD) if "gzip" in encoding else b"\x78\x9c\x03\x00"
    body = GOOD if encoding == "identity" else packed
    answer = wire.request(
        "/EWS/Exchange.asmx", f"Content-Encoding: {encoding}", body=body, person=anna
    )
    assert answer.status == (200 if encoding == "identity" else 500), answer.data[:300]
