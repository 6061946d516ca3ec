"""GetUserPhoto, and photos without SOAP."""

from __future__ import annotations

import base64

import pytest
import requests

from entrepot.testing import Exchange
from store.commands import SetPhoto
from tests.directory.pictures import picture, size_of
from tests.ews.conftest import Desk

pytestmark = pytest.mark.anyio


def _get(size: str = "HR96x96", who: str = "anna") -> str:
    return (
        f"<m:GetUserPhoto><m:Email>{who}@demo.example</m:Email>"
        f"<m:SizeRequested>{size}</m:SizeRequested></m:GetUserPhoto>"
    )


async def test_a_photo_comes_in_the_size_asked_for(desk: Desk) -> None:
    assert (await desk.ask(_get())).code == "ErrorItemNotFound"
    await desk.session().execute(SetPhoto("anna@demo.example", picture()))
    for size, expected in (("HR48x48", 48), ("HR240x240", 240), ("HR1920xN", 648)):
        reply = (await desk.ask(_get(size), who="ben")).ok()
        assert reply.one("//m:HasChanged") == "true"
        data = base64.b64decode(reply.one("//m:PictureData"))
        assert size_of(data) == (expected, expected // 2, "JPEG")
    assert (await desk.ask(_get(who="nobody"))).code == "ErrorItemNotFound"


def test_photos_come_without_soap(exchange: Exchange) -> None:
    anna, ben = exchange.person("anna"), exchange.person("ben")
    url = f"{exchange.ews}/s/GetUserPhoto"
    asked = {"email": anna.address, "size": "HR64x64"}
    assert requests.get(url, params=asked).status_code == 401
    session = requests.Session()
    session.auth = (ben.address, ben.password)
    assert session.get(url, params=asked).status_code == 404
    anna.sets_photo(picture())
    answer = session.get(url, params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert size_of(answer.content)[0] == 64
    again = session.get(url, params=asked, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    anna.sets_photo(None)
    assert session.get(url, params=asked).status_code == 404
