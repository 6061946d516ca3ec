"""The HTTP door on real sockets: TLS, bounds of a request's head, a stop that loses nothing."""

import asyncio
import ssl
from datetime import UTC, datetime

import pytest

from entrepot.certificate import ensure_certificate
from entrepot.http import CannotListen, HttpDoor, bind, tls_context
from entrepot.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Inner:
    """Answers at once; on ``/slow`` when told to, on ``/stream`` in parts."""

    def __init__(self):
        self.go_on = asyncio.Event()
        self.began = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.began.set()
        if scope["path"] == "/slow":
            await self.go_on.wait()
        body = scope["scheme"].encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def door(tmp_path):
    inner = Inner()
    sock = bind("127.0.0.1:0")
    door = HttpDoor(inner, [sock], Settings.read(None, data_folder=tmp_path, stop_s=2))
    door.inner, door.port = inner, sock.getsockname()[1]
    await door.start()
    yield door
    await door.stop()


async def talk(port, data, tls=None):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(data)
    answer = await asyncio.wait_for(reader.read(65536), 5)
    writer.close()
    return answer


GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def test_plain_http(door):
    answer = await talk(door.port, GET)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"uvicorn" not in answer.lower()


async def test_a_full_server_says_when_to_come_again(tmp_path):
    """MS-ASHTTP 3.1.5.2.3: a device that is told when does not keep knocking."""
    settings = Settings.read(None, data_folder=tmp_path, stop_s=1, connections_max=10)
    sock = bind("127.0.0.1:0")
    door = HttpDoor(Inner(), [sock], settings)
    await door.start()
    port = sock.getsockname()[1]
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
    answer = await talk(port, GET)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"\r\nretry-after: 60\r\n" in answer.lower()
    for _, writer in idle:
        writer.close()
    while not (answer := await talk(port, GET)).startswith(b"HTTP/1.1 200"):
        assert answer.startswith(b"HTTP/1.1 503")
    await door.stop()


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET / HTTP/1.1\r\nHost: x\r\nBig: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
    ],
)
async def test_a_bad_head_gets_400_and_the_end(door, head):
    answer = await talk(door.port, head)
    assert answer.startswith(b"HTTP/1.1 400"), answer[:100]
    assert not door.inner.began.is_set()


async def test_who_says_nothing_is_not_waited_for(door, monkeypatch):
    monkeypatch.setattr("entrepot.http._HEAD_S_MAX", 0.1)
    assert await talk(door.port, b"") == b""
    assert await talk(door.port, b"GET / HTTP/1.1\r\nHost:") == b""


async def test_a_stop_finishes_what_is_under_way_and_takes_no_more(door):
    slow = asyncio.create_task(talk(door.port, GET.replace(b"/ ", b"/slow ", 1)))
    await asyncio.wait_for(door.inner.began.wait(), 5)
    stopping = asyncio.create_task(door.stop())
    await asyncio.sleep(0.3)
    with pytest.raises(OSError):
        await talk(door.port, GET)
    door.inner.go_on.set()
    assert (await slow).startswith(b"HTTP/1.1 200")
    await asyncio.wait_for(stopping, 5)


async def test_https_from_tls_1_2_on(tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    assert ensure_certificate(certificate, key, ["mail.demo.example", "127.0.0.1"], now())
    assert not ensure_certificate(certificate, key, ["other.example"], now())
    assert key.stat().st_mode & 0o777 == 0o600
    settings = Settings.read(None, data_folder=tmp_path, stop_s=1)
    sock = bind("127.0.0.1:0")
    port = sock.getsockname()[1]
    door = HttpDoor(Inner(), [sock], settings, tls_context(certificate, key))
    await door.start()
    client = ssl.create_default_context(cafile=str(certificate))
    assert (await talk(port, GET, client)).endswith(b"https\r\n0\r\n\r\n")
    assert tls_context(certificate, key).minimum_version == ssl.TLSVersion.TLSv1_2
    await door.stop()


def now():
    return datetime.now(UTC)


def test_half_a_certificate_is_no_certificate(tmp_path):
    (tmp_path / "c.pem").write_text("x")
    with pytest.raises(FileNotFoundError, match=r"k\.pem is missing"):
        ensure_certificate(tmp_path / "c.pem", tmp_path / "k.pem", ["x.example"], now())


def test_a_taken_port_is_named_with_what_to_do():
    sock = bind("127.0.0.1:0")
    sock.listen()
    with pytest.raises(CannotListen, match="another program listens there"):
        bind(f"127.0.0.1:{sock.getsockname()[1]}")
    sock.close()
