"""What the switches of ItemShape do, over the kinds of item."""

from __future__ import annotations

import base64
import re
from typing import Any

from conformance import requests
from conformance.checks import (
    absent,
    check,
    contains,
    different,
    equal,
    lacks,
    no_more_than,
    present,
    success,
)
from conformance.kinds import ITEM, Kind
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import each
from conformance.scenarios.core.cases import SPEC, cases
from conformance.things import body

HTML = (
    "<html><head><title>Test</title></head><body>"
    '<script type="text/javascript">It is in script block.</script>It is out of script block.'
    '<a href="http://www.contoso.example" target="_top">'
    '<img src="http://www.contoso.example/picture.gif" alt="picture"></a></body></html>'
)
_CHARSET = re.compile(r"<meta[^<>]*charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_TARGET = re.compile(r"<a\b[^<>]*?\btarget\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^<>]*?\bsrc\s*=", re.IGNORECASE)
_TAGS = re.compile(r"<\w[^<>]*>")


def _with_html(ews: Mailbox, home: Ref, kind: Kind, html: str = HTML) -> Ref:
    return ews.make_item(kind.make(ews.unique("With body"), body(html=html)), home)


def _body(node: Node) -> str:
    return node.text("Body") or ""


@each(
    SPEC,
    cases(item=14, contact=10, distribution_list=10, message=10, appointment=10, post=10, task=10),
    requirements=("MS-OXWSCDATA_R1197", "MS-OXWSCDATA_R2149904"),
)
def every_switch_of_the_shape(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """IdOnly with all switches and item:Body gives id and body."""
    made = _with_html(ews, home, kind)
    read = ews.get_item(
        made,
        "IdOnly",
        ["item:Body"],
        IncludeMimeContent=False,
        BodyType="Best",
        ConvertHtmlCodePageToUTF8=False,
        InlineImageUrlTemplate="InlineImageUrlTemplate",
        BlockExternalImages=False,
        AddBlankTargetToLinks=False,
    )
    no_more_than(read, ["ItemId", "Body"])
    contains(_body(read), "out of script block", "Body")


@each(
    SPEC,
    cases(contact=17, distribution_list=17, message=11, appointment=11, post=11, task=19),
    requirements=(
        "MS-OXWSCORE_R69",
        "MS-OXWSCORE_R114",
        "MS-OXWSCORE_R23091",
        "MS-OXWSCDATA_R21188",
        "MS-OXWSCDATA_R21189",
    ),
)
def mime_content(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """Base64 with the name of its character set, and only when asked for."""
    made = ews.make_item(kind.make(ews.unique("With MIME")), home)
    read = ews.get_item(made, IncludeMimeContent=True)
    present(read, "MimeContent")
    mime = base64.b64decode(read.text("MimeContent") or "", validate=True)
    check(mime, "MimeContent is empty")
    check(read.text("MimeContent@CharacterSet"), "MimeContent has no CharacterSet")
    absent(ews.get_item(made, IncludeMimeContent=False), "MimeContent")


@each(
    SPEC,
    cases(item=15, contact=11, distribution_list=11, message=12, appointment=12, post=12, task=11),
    requirements=("MS-OXWSCDATA_R21195", "MS-OXWSCDATA_R21498", "MS-OXWSCDATA_R21196"),
)
def code_page_of_html(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """As UTF-8 the HTML says so, by default too; else it does not. The words stay."""
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'
    html = f"<html><head>{meta}</head><body>Grüße</body></html>"
    made = _with_html(ews, home, kind, html)
    for converted in (None, True, False):
        switch: dict[str, Any] = {}
        if converted is not None:
            switch["ConvertHtmlCodePageToUTF8"] = converted
        text = _body(ews.get_item(made, BodyType="HTML", **switch))
        contains(text, "Grüße", "words of the body")
        found = _CHARSET.search(text)
        charset = found.group(1).lower() if found else None
        if converted is False:
            different(charset, "utf-8", "charset and utf-8, not converted")
        else:
            equal(charset, "utf-8", "charset of the HTML")


@each(
    SPEC,
    cases(item=16, contact=12, distribution_list=12, message=13, appointment=13, post=13, task=12),
    requirements=("MS-OXWSCDATA_R2149908", "MS-OXWSCDATA_R2149909"),
)
def links_open_elsewhere(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """AddBlankTargetToLinks sets the target of links to _blank; without it they stay."""
    made = _with_html(ews, home, kind)
    blank = _TARGET.search(_body(ews.get_item(made, AddBlankTargetToLinks=True)))
    equal(blank.group(1).lower() if blank else None, "_blank", "target of the link")
    as_is = _TARGET.search(_body(ews.get_item(made, AddBlankTargetToLinks=False)))
    different(as_is.group(1).lower() if as_is else None, "_blank", "target and _blank")


@each(
    SPEC,
    cases(item=17, contact=13, distribution_list=13, message=14, appointment=14, post=14, task=13),
    requirements=(
        "MS-OXWSCDATA_R2149905",
        "MS-OXWSCORE_R1357",
        "MS-OXWSCORE_R1358",
        "MS-OXWSCORE_R1622",
        "MS-OXWSCORE_R1623",
    ),
)
def external_images_are_blocked(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """BlockExternalImages takes their sources away, and says that it did."""
    made = _with_html(ews, home, kind)
    paths = ["item:BlockStatus", "item:HasBlockedImages"]
    blocked = ews.get_item(made, paths=paths, BlockExternalImages=True)
    check(not _IMAGE.search(_body(blocked)), "a blocked image still has its source")
    equal(blocked.text("BlockStatus"), "true", "BlockStatus")
    equal(blocked.text("HasBlockedImages"), "true", "HasBlockedImages")
    free = ews.get_item(made, paths=paths, BlockExternalImages=False)
    equal(free.text("BlockStatus"), "false", "BlockStatus without blocking")
    equal(free.text("HasBlockedImages"), "false", "HasBlockedImages without blocking")


@each(
    SPEC,
    cases(item=18, contact=14, distribution_list=14, message=15, appointment=15, post=15, task=14),
    requirements=("MS-OXWSCDATA_R59", "MS-OXWSCDATA_R61", "MS-OXWSCDATA_R62"),
)
def three_base_shapes(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """IdOnly is only the id, Default is more, AllProperties is most."""
    made = _with_html(ews, home, kind)
    names = {
        shape: set(ews.get_item(made, shape).names)
        for shape in ("IdOnly", "Default", "AllProperties")
    }
    equal(names["IdOnly"], {"ItemId"}, "elements of IdOnly")
    check(names["IdOnly"] < names["Default"], "Default has no more than IdOnly")
    extra = names["Default"] - names["AllProperties"]
    check(not extra, f"Default has {sorted(extra)}, AllProperties has not")
    check(len(names["AllProperties"]) > len(names["Default"]), "AllProperties has no more")


@each(
    SPEC,
    cases(item=19, contact=15, distribution_list=15, message=16, appointment=16, post=16, task=15),
    requirements=("MS-OXWSCDATA_R15", "MS-OXWSCDATA_R17", "MS-OXWSCDATA_R18"),
)
def body_types(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """HTML as HTML, as text without a tag, and at its best as HTML."""
    made = _with_html(ews, home, kind)
    html = ews.get_item(made, BodyType="HTML")
    equal(html.text("Body@BodyType"), "HTML", "BodyType")
    check(_TAGS.search(_body(html)), "the HTML has no tag")
    text = ews.get_item(made, BodyType="Text")
    equal(text.text("Body@BodyType"), "Text", "BodyType")
    contains(_body(text), "out of script block", "body as text")
    check(not _TAGS.search(_body(text)), "the text has a tag")
    best = ews.get_item(made, BodyType="Best")
    equal(best.text("Body@BodyType"), "HTML", "BodyType at best")
    check(_TAGS.search(_body(best)), "the best has no tag")


@each(
    SPEC,
    cases(item=44),
    requirements=("MS-OXWSCDATA_R21193", "MS-OXWSCDATA_R21194", "MS-OXWSCDATA_R2119413"),
)
def script_is_filtered(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """FilterHtmlContent true takes the script out, false leaves it in."""
    made = _with_html(ews, home, kind)
    lacks(_body(ews.get_item(made, FilterHtmlContent=True)), "</script>", "filtered body")
    contains(_body(ews.get_item(made, FilterHtmlContent=False)), "</script>", "body")


@each(
    SPEC,
    {"S01_TC21": "item:NormalizedBody", "S01_TC25": "item:UniqueBody"},
    parameter="path",
    requirements=(
        "MS-OXWSCORE_R1349",
        "MS-OXWSCORE_R1683",
        "MS-OXWSCORE_R1681",
        "MS-OXWSCORE_R1682",
        "MS-OXWSCORE_R2290",
    ),
)
def other_bodies(ews: Mailbox, folder: Ref, path: str) -> None:
    """They obey BodyType, even of an item without a body."""
    made = ews.make_item(ITEM.make(ews.unique("No body")), folder)
    element = path.partition(":")[2]
    for kind in ("HTML", "Text"):
        answer = ews.call(requests.get_item([made], "AllProperties", [path], BodyType=kind))
        success(answer)
        equal(answer.items[0].text(f"{element}@BodyType"), kind, f"BodyType of {element}")
