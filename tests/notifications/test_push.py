"""Push: the subscriber is called, tried again, and never where it may not be (attack A10)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.notifications.conftest import ALL_EVENTS, INBOX, House

pytestmark = pytest.mark.anyio

ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">'
    "<SubscriptionStatus>%s</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>"
)


class Subscriber:
    """A small web server that counts what it is told."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.status = "OK"
        self.code = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.bodies.append(self.rfile.read(length).decode())
                outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                body = (ANSWER % outer.status).encode()
                self.send_response(outer.code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    async def told(self, count: int) -> None:
        """Wait until it was called ``count`` times."""
        async with asyncio.timeout(10):
            while len(self.bodies) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    subscriber = Subscriber()
    yield subscriber
    subscriber.server.shutdown()
    subscriber.server.server_close()


async def push(house: House, url: str, minutes: int = 1) -> str:
    return await house.ask(
        f"<m:Subscribe><m:PushSubscriptionRequest>{INBOX}<t:EventTypes>{ALL_EVENTS}"
        f"</t:EventTypes><t:StatusFrequency>{minutes}</t:StatusFrequency><t:URL>{url}</t:URL>"
        "</m:PushSubscriptionRequest></m:Subscribe>"
    )


async def test_the_url_is_confirmed_and_then_told(house: House, subscriber: Subscriber) -> None:
    assert "NoError" in await push(house, subscriber.url)
    await subscriber.told(1)
    assert "<t:StatusEvent>" in subscriber.bodies[0]
    await house.receives("Minutes")
    await subscriber.told(2)
    assert "<t:CreatedEvent>" in subscriber.bodies[1]
    assert "SendNotificationResponseMessage" in subscriber.bodies[1]
    assert "authorization" not in subscriber.headers[1]


async def test_unsubscribe_in_the_answer_ends_it(house: House, subscriber: Subscriber) -> None:
    subscriber.status = "Unsubscribe"
    await push(house, subscriber.url)
    await subscriber.told(1)
    await house.receives("Minutes")
    await asyncio.sleep(0.2)
    assert len(subscriber.bodies) == 1


async def test_a_failing_subscriber_is_tried_again(house: House, subscriber: Subscriber) -> None:
    subscriber.code = 503
    await push(house, subscriber.url, minutes=5)
    await subscriber.told(1)
    await asyncio.sleep(0.1)
    subscriber.code = 200
    house.clock.advance(31)
    await subscriber.told(2)
    assert subscriber.bodies[0] == subscriber.bodies[1]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1/x",
        "http://169.254.169.254/latest",
        "http://other.example/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:pw@127.0.0.1/",
        "http://[::1/",
        "http://127.0.0.1.evil.example/",
        "x" * 2100,
    ],
)
async def test_attack_a10_other_hosts_are_never_called(house: House, url: str) -> None:
    assert "ErrorInvalidPushSubscriptionUrl" in await push(house, url)
