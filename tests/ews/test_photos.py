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


def _set(content: bytes | str, who: str = "anna", more: str = "") -> str:
    text = content if isinstance(content, str) else base64.b64encode(content).decode()
    return (
        f"<m:SetUserPhoto><m:Email>{who}@demo.example</m:Email><m:Content>{text}</m:Content>"
        f"{more}</m:SetUserPhoto>"
    )


async def test_ones_own_photo_is_set(desk: Desk) -> None:
    reply = (await desk.ask(_set(picture()))).ok()
    assert reply.one("//m:GetUserPhotoResponseMessage/m:HasChanged") == "true"
    found = (await desk.ask(_get("HR648x648"), who="ben")).ok()
    assert size_of(base64.b64decode(found.one("//m:PictureData"))) == (648, 324, "JPEG")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (_set(picture(), "ben"), "ErrorAccessDenied"),
        (_set(picture(), "nobody"), "ErrorNonExistentMailbox"),
        (_set("no base64!"), "ErrorInvalidArgument"),
        (_set(b"no picture"), "ErrorInvalidValueForProperty"),
        (_set(""), "ErrorInvalidValueForProperty"),
        (
            _set(picture(), more="<m:TypeRequested>ProfileHeaderPhoto</m:TypeRequested>"),
            "ErrorInvalidArgument",
        ),
    ],
    ids=("another's", "nobody's", "no base64", "no picture", "nothing", "another type"),
)
async def test_what_cannot_be_set_changes_nothing(desk: Desk, request_: str, code: str) -> None:
    (await desk.ask(_set(picture(64, 64)))).ok()
    assert (await desk.ask(request_)).code == code
    found = (await desk.ask(_get("HR648x648"))).ok()
    assert size_of(base64.b64decode(found.one("//m:PictureData"))) == (64, 64, "JPEG")


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
