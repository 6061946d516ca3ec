"""Attack A10 (PrivExchange): no URL in a request or in an item makes the server call anybody.

Which hosts may be called where push is on: ``tests/notifications/test_push.py``.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bad_requests.operations import GOOD, filled
from tests.lessons.conftest import ids_in, receive
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
URLS = (
    "http://127.0.0.1:9/x",
    "http://169.254.169.254/latest/meta-data",
    "https://evil.example/x",
    "http://[::1]:9/",
    "http://user:secret@127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/x",
    "//127.0.0.1/x",
    "\\\\127.0.0.1\\share",
    "http://127.0.0.1:9\\@allowed.example/",
    "http://0x7f000001/",
    "",
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every attempt of this process to look up a name or to reach an address."""
    tried: list[Any] = []

    def sensor(*args: Any, **_kwargs: Any) -> Any:
        tried.append(args)
        raise OSError("nothing leaves")

    async def slow_sensor(*args: Any, **kwargs: Any) -> Any:
        return sensor(*args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", sensor)
    monkeypatch.setattr(socket, "getaddrinfo", sensor)
    monkeypatch.setattr(socket, "create_connection", sensor)
    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", slow_sensor)
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", slow_sensor)
    yield tried


@pytest.fixture
async def house(tmp_path: Path, calls: list[Any]) -> Any:
    async with opened(tmp_path, "anna", "ben") as house:
        yield house


@pytest.mark.parametrize("url", URLS)
async def test_attack_a10_push_is_off(house: House, calls: list[Any], url: str) -> None:
    answer = await house.ask(
        "<m:Subscribe><m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId"
        ' Id="inbox"/></t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType>'
        f"</t:EventTypes><t:StatusFrequency>1</t:StatusFrequency><t:URL>{url}</t:URL>"
        "</m:PushSubscriptionRequest></m:Subscribe>"
    )
    assert "NoError" not in answer
    assert "ErrorInvalidPushSubscriptionUrl" in answer or "ErrorSchemaValidation" in answer
    assert calls == []


async def test_attack_a10_no_operation_calls_anybody(house: House, calls: list[Any]) -> None:
    ids = await house.furnish("anna")
    for body in GOOD.values():
        await house.spares("anna", ids)
        await house.ask(filled(body, ids))
    assert calls == []


async def test_attack_a10_urls_in_items_are_not_fetched(house: House, calls: list[Any]) -> None:
    html = "".join(
        f'<img src="{url}"><link rel="stylesheet" href="{url}"><iframe src="{url}"></iframe>'
        for url in URLS
    )
    await receive(
        house,
        b"Subject: x\r\nContent-Type: text/html\r\nDisposition-Notification-To: a@evil.example\r\n"
        b"List-Unsubscribe: <http://127.0.0.1:9/u>\r\n\r\n" + html.encode(),
    )
    await receive(
        house,
        b"Subject: x\r\nContent-Type: message/external-body; access-type=URL;"
        b' URL="http://127.0.0.1:9/x"\r\n\r\nContent-Type: text/plain\r\n\r\n',
    )
    reference = (
        "<t:Attachments><t:ReferenceAttachment><t:Name>x</t:Name><t:AttachLongPathName>"
        f"{URLS[0]}</t:AttachLongPathName></t:ReferenceAttachment></t:Attachments>"
    )
    await house.item("anna", await house.folder("anna", "Here"), more=reference)
    for id in await ids_in(house, '<t:DistinguishedFolderId Id="inbox"/>'):
        for kind in ("HTML", "Text"):
            await house.ask(
                "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>"
                f"<t:IncludeMimeContent>true</t:IncludeMimeContent><t:BodyType>{kind}</t:BodyType>"
                f'</m:ItemShape><m:ItemIds><t:ItemId Id="{id}"/></m:ItemIds></m:GetItem>'
            )
    assert calls == []
