"""Lesson 31 (exchangelib#1200): a mail with any character in any place leaves answers readable."""

from __future__ import annotations

import sys

import pytest
from lxml import etree

from tests.lessons.conftest import INBOX, Follower, ids_in, read, receive
from tests.security.house import House

pytestmark = pytest.mark.anyio
CONTROLS = "".join(map(chr, [*range(1, 32), 127, *range(128, 160), 0xFFFE, 0xFFFF, 0x1FFFF]))


def _mail(text: bytes) -> bytes:
    line = text.replace(b"\r", b"").replace(b"\n", b"")
    return b"\r\n".join(
        (
            b'From: "' + line.replace(b'"', b"") + b'" <a@elsewhere.example>',
            b"To: " + line + b" <anna@demo.example>",
            b"Subject: " + line,
            b"Message-ID: <" + line + b"@x>",
            b"X-Odd: " + line,
            b"Content-Type: multipart/mixed; boundary=b",
            b"",
            b"--b",
            b"Content-Type: text/plain; charset=utf-8",
            b"",
            text,
            b"--b",
            b'Content-Type: application/x; name="' + line.replace(b'"', b"") + b'"',
            b"",
            text,
            b"--b--",
            b"",
        )
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le"])
async def test_lesson_31_every_answer_about_it_is_xml(house: House, encoding: str) -> None:
    await receive(house, _mail(CONTROLS.encode(encoding, "ignore")))
    await receive(house, _mail(bytes(range(1, 256))))
    for id in await ids_in(house, INBOX):
        for kind in ("Best", "Text", "HTML"):
            more = (
                f"<t:IncludeMimeContent>true</t:IncludeMimeContent><t:BodyType>{kind}</t:BodyType>"
            )
            etree.fromstring((await read(house, id, more=more)).encode())
    find = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>'
        '</m:ItemShape><m:GroupBy Order="Ascending"><t:FieldURI FieldURI="item:Subject"/>'
        '<t:AggregateOn Aggregate="Maximum"><t:FieldURI FieldURI="item:Subject"/></t:AggregateOn>'
        f"</m:GroupBy><m:ParentFolderIds>{INBOX}</m:ParentFolderIds></m:FindItem>"
    )
    etree.fromstring((await house.ask(find)).encode())
    etree.fromstring((await Follower(house).page()).encode())


async def test_lesson_31_all_of_unicode_in_one_subject(house: House) -> None:
    for start in range(0, sys.maxunicode, 0x8000):
        text = "".join(map(chr, range(start, start + 200))).encode("utf-8", "ignore")
        await receive(house, _mail(text))
    for id in await ids_in(house, INBOX):
        etree.fromstring((await read(house, id)).encode())
