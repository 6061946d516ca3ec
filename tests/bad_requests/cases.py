"""Requests that no honest program sends, each with what it gets: a table of a few hundred.

A case is a name, a body, and the answers that are right for it: HTTP statuses, and for SOAP answers
a word that must stand in them. Ids are filled in by the test: ``{item}``, ``{folder}`` and the like.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

T = "http://schemas.microsoft.com/exchange/services/2006/types"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
S = "http://schemas.xmlsoap.org/soap/envelope/"


class Case(msgspec.Struct, frozen=True):
    """``word`` empty: any answer of these statuses. ``headers`` replace the usual ones."""

    name: str
    body: bytes
    statuses: tuple[int, ...] = (500,)
    word: str = "ErrorSchemaValidation"
    method: str = "POST"
    headers: dict[str, str] = {}


def envelope(
    body: str, header: str = '<t:RequestServerVersion Version="Exchange2013_SP1"/>'
) -> bytes:
    """A SOAP request."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{S}" xmlns:t="{T}"'
        f' xmlns:m="{M}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def get_folder(id: str = '<t:DistinguishedFolderId Id="inbox"/>', shape: str = "IdOnly") -> str:
    return (
        f"<m:GetFolder><m:FolderShape><t:BaseShape>{shape}</t:BaseShape></m:FolderShape>"
        f"<m:FolderIds>{id}</m:FolderIds></m:GetFolder>"
    )


def get_item(id: str, shape: str = "<t:BaseShape>IdOnly</t:BaseShape>") -> str:
    return f"<m:GetItem><m:ItemShape>{shape}</m:ItemShape><m:ItemIds>{id}</m:ItemIds></m:GetItem>"


def find_item(inner: str = "", shape: str = "<t:BaseShape>IdOnly</t:BaseShape>") -> str:
    return (
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{shape}</m:ItemShape>{inner}'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>'
    )


def sync(
    state: str, most: str = "10", folder: str = '<t:DistinguishedFolderId Id="inbox"/>'
) -> str:
    return (
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        f"<m:SyncFolderId>{folder}</m:SyncFolderId><m:SyncState>{state}</m:SyncState>"
        f"<m:MaxChangesReturned>{most}</m:MaxChangesReturned></m:SyncFolderItems>"
    )


def create(inner: str, disposition: str = 'MessageDisposition="SaveOnly"') -> str:
    return f"<m:CreateItem {disposition}><m:Items>{inner}</m:Items></m:CreateItem>"


def update(change: str, resolution: str = "AlwaysOverwrite", id: str = "{item}") -> str:
    return (
        f'<m:UpdateItem ConflictResolution="{resolution}" MessageDisposition="SaveOnly">'
        f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{id}"/><t:Updates>{change}</t:Updates>'
        "</t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )


def soap_error(name: str, body: str, word: str) -> Case:
    """Well formed, and refused for what it asks: a response message under HTTP 200."""
    return Case(name, envelope(body), (200,), word)


# -- what is no XML, or too much of it ---------------------------------------------------------

_BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


def documents() -> Iterator[Case]:
    """Bytes that are no acceptable document."""
    good = envelope(get_folder())
    yield Case("no body", b"", (400, 500), "")
    yield Case("blank", b"   \r\n", (400, 500), "")
    yield Case("text", b"hello", (500,))
    yield Case("json", b'{"a": 1}', (500,))
    yield Case("html", b"<html><body>hi</body></html>", (500,))
    yield Case("binary", bytes(range(256)), (500,))
    yield Case("nul", b"\x00" * 100, (500,))
    yield Case("gzip bytes", b"\x1f\x8b\x08\x00" + b"\x00" * 40, (500,))
    for cut in range(10, len(good), 37):
        yield Case(f"cut at {cut}", good[:cut], (400, 500), "")
    yield Case("two roots", good + b"<a/>", (500,))
    yield Case("mismatched tags", good.replace(b"</m:GetFolder>", b"</m:GetItem>"), (500,))
    yield Case("unbound prefix", good.replace(b"<m:GetFolder>", b"<q:GetFolder>"), (500,))
    yield Case("bad entity", envelope(get_folder(shape="&nosuch;")), (500,))
    yield Case("bad reference", envelope(get_folder(shape="&#0;")), (500,))
    yield Case("surrogate reference", envelope(get_folder(shape="&#xD800;")), (500,))
    yield Case("control character", good.replace(b"inbox", b"in\x01box"), (500,))
    yield Case("invalid utf-8", good.replace(b"inbox", b"in\xff\xfebox"), (500,))
    yield Case("latin-1 unannounced", good.replace(b"inbox", b"in\xe4box"), (500,))
    yield Case("unknown encoding", good.replace(b'"utf-8"', b'"klingon"'), (500,))
    yield Case("says utf-16", good.replace(b'"utf-8"', b'"utf-16"'), (500,))
    yield Case("utf-32", good.decode().encode("utf-32"), (500,))
    yield Case("utf-7", good.replace(b'"utf-8"', b'"utf-7"'), (500,))
    yield Case("entity bomb", (_BOMB + good.decode().split("?>", 1)[1]).encode(), (500,))
    for kind in ("SYSTEM 'file:///etc/passwd'", "SYSTEM 'http://127.0.0.1:1/x'"):
        doctype = f"<!DOCTYPE a [<!ENTITY b {kind}>]>"
        body = envelope(get_folder(shape="&b;")).decode().split("?>", 1)[1]
        yield Case(f"external entity {kind}", (doctype + body).encode(), (500,))
    yield Case(
        "parameter entity", b"<!DOCTYPE a [<!ENTITY % b SYSTEM 'x'>%b;]>" + good[38:], (500,)
    )
    yield Case("empty doctype", b"<!DOCTYPE a>" + good[38:], (500,))
    yield Case("deep nesting", envelope("<a>" * 100_000), (500,), "")
    yield Case("10 MB of nesting", b"<a>" * 3_500_000, (500,), "")
    yield Case("10 MB name", b"<" + b"a" * 10_000_000 + b"/>", (500,), "")
    yield Case("10 MB attribute", b'<a b="' + b"c" * 10_000_000 + b'"/>', (500,), "")
    yield Case("many attributes", b"<a " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b"/>",
               (500,), "")  # fmt: skip
    yield Case("many elements", envelope("<a/>" * 400_000), (500,), "")
    yield Case("many namespaces", b"<a " + b" ".join(b'xmlns:a%d="b"' % n for n in range(5_000))
               + b"/>", (500,), "")  # fmt: skip
    yield Case("comment of 5 MB", envelope(f"<!--{'x' * 5_000_000}-->"), (500,), "")
    yield Case("processing instruction", b"<?php system('id'); ?>" + good[38:], (200, 500), "")


def envelopes() -> Iterator[Case]:
    """XML that is no acceptable SOAP request."""
    good = envelope(get_folder())
    yield Case("empty SOAP body", envelope(""), (500,), "ErrorInvalidRequest")
    yield Case("no SOAP body", good[: good.index(b"<s:Body>")] + b"</s:Envelope>", (500,), "")
    yield Case(
        "SOAP 1.2", good.replace(S.encode(), b"http://www.w3.org/2003/05/soap-envelope"), (500,)
    )
    yield Case("not an envelope", b"<a/>", (500,))
    yield Case("unknown operation", envelope("<m:MakeCoffee/>"), (500,), "ErrorInvalidRequest")
    yield Case(
        "operation without namespace", envelope("<GetFolder/>"), (500,), "ErrorInvalidRequest"
    )
    yield Case("operation of another namespace", envelope("<t:GetFolder/>"), (500,), "")
    yield Case("two SOAP bodies", good.replace(b"</s:Body>", b"</s:Body><s:Body/>"), (200, 500), "")
    twice = envelope(get_folder() + get_folder())
    yield Case("two operations in a body", twice, (200, 500), "")
    yield Case("a comment for a body", envelope("<!-- x -->"), (500,), "ErrorInvalidRequest")
    yield Case("an instruction for a body", envelope("<?x y?>"), (500,), "ErrorInvalidRequest")
    yield Case("text for a body", envelope("GetFolder"), (500,), "ErrorInvalidRequest")
    yield Case("a fault as request", envelope("<s:Fault/>"), (500,), "")
    yield Case("an envelope in the body", envelope(f'<s:Envelope xmlns:s="{S}"/>'), (500,), "")
    must = '<x:A xmlns:x="urn:x" s:mustUnderstand="1"/>'
    yield Case("a header that must be understood", envelope(get_folder(), must), (200, 500), "")
    yield Case("a header of a million", envelope(get_folder(), "<a/>" * 100_000), (200, 500), "")
    for wrong in ("2006/type", "2007/types", "2006/types/", "2006/messages"):
        other = good.replace(
            T.encode(), f"http://schemas.microsoft.com/exchange/services/{wrong}".encode()
        )
        yield Case(f"namespace {wrong}", other, (200, 500), "")
    for version in ("Exchange2019", "Exchange1999", "", "x" * 5000, "2013", "exchange2013"):
        header = f'<t:RequestServerVersion Version="{version}"/>'
        yield Case(f"version {version[:20]!r}", envelope(get_folder(), header), (500,), "")
    yield Case(
        "no version attribute", envelope(get_folder(), "<t:RequestServerVersion/>"), (500,), ""
    )
    twice = '<t:RequestServerVersion Version="Exchange2010"/>' * 2
    yield Case("header twice", envelope(get_folder(), twice), (500,), "ErrorDuplicateSOAPHeader")
    for sid in (
        "",
        "<t:PrimarySmtpAddress></t:PrimarySmtpAddress>",
        "<t:PrimarySmtpAddress>nobody@demo.example</t:PrimarySmtpAddress>",
        "<t:PrimarySmtpAddress>{other}</t:PrimarySmtpAddress>",
        "<t:PrincipalName>{other}</t:PrincipalName>",
        "<t:SID>S-1-5-21</t:SID>",
    ):
        header = f"<t:ExchangeImpersonation><t:ConnectingSID>{sid}</t:ConnectingSID></t:ExchangeImpersonation>"
        yield Case(f"impersonation {sid[:45]}", envelope(get_folder(), header), (500,), "")
    for zone in ("", 'Id="No Such Zone"', 'Id="' + "x" * 3000 + '"'):
        header = f"<t:TimeZoneContext><t:TimeZoneDefinition {zone}/></t:TimeZoneContext>"
        yield Case(f"zone {zone[:20]}", envelope(get_folder(), header), (500,), "")
    for precision in ("Hours", ""):
        header = f"<t:DateTimePrecision>{precision}</t:DateTimePrecision>"
        yield Case(f"precision {precision!r}", envelope(get_folder(), header), (500,), "")


def transport() -> Iterator[Case]:
    """Requests that are wrong before SOAP."""
    good = envelope(get_folder())
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
        yield Case(f"method {method}", good, (405,), "", method)
    for content_type in ("application/json", "text/plain", "", "multipart/form-data", "x/y; z"):
        yield Case(f"content type {content_type!r}", good, (200, 400, 415), "",
                   headers={"Content-Type": content_type})  # fmt: skip
    yield Case("gzip announced, not sent", good, (200, 400, 415, 500), "",
               headers={"Content-Encoding": "gzip"})  # fmt: skip
    for authorization in ("", "Basic", "Basic !!!", "Basic YTpi", "Bearer x", "NTLM TlRMTVNTUAABAAAA",
                          "Negotiate YII=", "Digest a=b", "x" * 9000):  # fmt: skip
        yield Case(f"authorization {authorization[:20]!r}", good, (401,), "",
                   headers={"Authorization": authorization})  # fmt: skip
    yield Case("SOAPAction of another operation", good, (200,), "NoError",
               headers={"SOAPAction": "urn:nothing"})  # fmt: skip


# -- values ------------------------------------------------------------------------------------

_NUMBERS = ("-1", "0", "513", "99999999999999999999", "1e3", "ten", "", "0x10", "NaN", "1.5")


def values() -> Iterator[Case]:
    """Right elements with wrong values: the contract refuses them as a whole."""
    for shape in ("idonly", "Everything", "", " IdOnly x", "1"):
        yield Case(f"base shape {shape!r}", envelope(get_folder(shape=shape)))
    for name in ("Inbox", "nosuchfolder", "", "../inbox", "inbox' OR '1'='1"):
        id = f'<t:DistinguishedFolderId Id="{name}"/>'
        yield Case(f"distinguished folder {name!r}", envelope(get_folder(id)))
    for number in _NUMBERS:
        yield Case(f"MaxChangesReturned {number!r}", envelope(sync("", number)))
    for number in _NUMBERS[3:]:
        view = f'<m:IndexedPageItemView MaxEntriesReturned="{number}" Offset="0" BasePoint="Beginning"/>'
        yield Case(f"MaxEntriesReturned {number!r}", envelope(find_item(view)))
    for point in ("Middle", "", "beginning"):
        view = f'<m:IndexedPageItemView Offset="0" BasePoint="{point}"/>'
        yield Case(f"BasePoint {point!r}", envelope(find_item(view)))
    for flag in ("yes", "TRUE", "2", "", "truefalse"):
        shape = (
            f"<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>{flag}</t:IncludeMimeContent>"
        )
        yield Case(f"boolean {flag!r}", envelope(find_item(shape=shape)))
    for uri in ("item:NoSuch", "subject", "", "item:Subject; DROP TABLE item", "x" * 4000):
        path = f'<t:AdditionalProperties><t:FieldURI FieldURI="{uri}"/></t:AdditionalProperties>'
        shape = f"<t:BaseShape>IdOnly</t:BaseShape>{path}"
        yield Case(f"field URI {uri[:30]!r}", envelope(find_item(shape=shape)))
    for traversal in ("Deep", "shallow", ""):
        body = find_item().replace('"Shallow"', f'"{traversal}"')
        yield Case(f"item traversal {traversal!r}", envelope(body))
    for kind in ("Delete", "harddelete", ""):
        body = f'<m:DeleteItem DeleteType="{kind}"><m:ItemIds><t:ItemId Id="x"/></m:ItemIds></m:DeleteItem>'
        yield Case(f"delete type {kind!r}", envelope(body))
    for moment in ("yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "", "1764000000"):
        item = f"<t:CalendarItem><t:Start>{moment}</t:Start></t:CalendarItem>"
        body = create(item, 'SendMeetingInvitations="SendToNone"')
        yield Case(f"date-time {moment!r}", envelope(body))
    for importance in ("Urgent", "high", "", "2"):
        yield Case(f"importance {importance!r}",
                   envelope(create(f"<t:Message><t:Importance>{importance}</t:Importance></t:Message>")))  # fmt: skip
    for inner in ("<t:Message><t:NoSuch/></t:Message>", "<t:Carrot/>", "text", ""):
        yield Case(f"items {inner[:25]!r}", envelope(create(inner)))
    for attribute in ("ConflictResolution", "Id"):
        body = update("").replace(f"{attribute}=", "X=")
        yield Case(f"required {attribute} missing", envelope(body))
    for operation in ("GetItem", "GetFolder", "FindItem", "FindFolder", "CreateItem", "UpdateItem",
                      "DeleteItem", "MoveItem", "CopyItem", "SendItem", "CreateFolder",
                      "UpdateFolder", "DeleteFolder", "MoveFolder", "CopyFolder", "EmptyFolder",
                      "SyncFolderItems", "CreateAttachment", "GetAttachment", "DeleteAttachment",
                      "Subscribe", "Unsubscribe", "GetEvents", "GetStreamingEvents",
                      "ResolveNames", "ConvertId", "GetUserConfiguration", "ArchiveItem",
                      "CreateUserConfiguration", "MarkAllItemsAsRead", "GetMailTips",
                      "CreateFolderPath", "GetServiceConfiguration"):  # fmt: skip
        yield Case(f"empty {operation}", envelope(f"<m:{operation}/>"))


def refusals() -> Iterator[Case]:
    """Requests that keep the contract and ask for what cannot be: response messages."""
    ids = {
        "empty": ("", "ErrorInvalidIdEmpty"),
        "short": ("AAAA", "ErrorInvalidIdMalformed"),
        "not base64": ("!!!!", "ErrorInvalidIdMalformed"),
        "long": ("A" * 5000, "ErrorInvalidIdMonikerTooLong"),
        "of a folder": ("{folder}", "ErrorCannotUseFolderIdForItemId"),
        "of an attachment": ("{attachment}", "ErrorInvalidIdMalformed"),
        "tampered": ("{tampered}", "ErrorInvalidIdMalformed"),
        "of nothing": ("{gone}", "ErrorItemNotFound"),
        "of another person": ("{foreign}", "ErrorItemNotFound"),
        "SQL": ("' OR 1=1 --", "ErrorInvalidIdMalformed"),
        "path": ("../../etc/passwd", "ErrorInvalidIdMalformed"),
    }
    for kind, (id, word) in ids.items():
        node = f'<t:ItemId Id="{id}"/>'
        yield soap_error(f"GetItem: id {kind}", get_item(node), word)
        for operation in ("MoveItem", "CopyItem"):
            target = '<m:ToFolderId><t:DistinguishedFolderId Id="drafts"/></m:ToFolderId>'
            body = f"<m:{operation}>{target}<m:ItemIds>{node}</m:ItemIds></m:{operation}>"
            yield soap_error(f"{operation}: id {kind}", body, word)
        body = f'<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>{node}</m:ItemIds></m:DeleteItem>'
        yield soap_error(f"DeleteItem: id {kind}", body, word)
        change = ('<t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>x'
                  "</t:Subject></t:Message></t:SetItemField>")  # fmt: skip
        yield soap_error(f"UpdateItem: id {kind}", update(change, id=id), word)
        attach = (f'<m:CreateAttachment><m:ParentItemId Id="{id}"/><m:Attachments><t:FileAttachment>'
                  "<t:Name>a</t:Name><t:Content>YQ==</t:Content></t:FileAttachment>"
                  "</m:Attachments></m:CreateAttachment>")  # fmt: skip
        if kind != "of an attachment":
            yield soap_error(f"CreateAttachment: id {kind}", attach, word)
    for key in ("", "x", "!!!", "AAAA", "RVFBQQ=="):
        yield soap_error(f"change key {key!r}", get_item(f'<t:ItemId Id="{{item}}" ChangeKey="{key}"/>'),
                         "ErrorInvalidChangeKey")  # fmt: skip
    for kind, id in (("an item", "{item}"), ("nothing", "AAAA"), ("tampered", "{tampered}")):
        word = "ErrorCannotUseItemIdForFolderId" if kind == "an item" else "ErrorInvalidIdMalformed"
        yield soap_error(f"GetFolder: id of {kind}", get_folder(f'<t:FolderId Id="{id}"/>'), word)
    for name, state in (("text", "hello"), ("base64", "AAAA"), ("an item id", "{item}"),
                        ("tampered", "{tampered_state}"), ("of another folder", "{drafts_state}"),
                        ("long", "A" * 100_000)):  # fmt: skip
        yield soap_error(f"SyncState {name}", sync(state), "ErrorInvalidSyncStateData")
    yield soap_error("foreign mailbox", get_folder(
        '<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>{other}</t:EmailAddress>'
        "</t:Mailbox></t:DistinguishedFolderId>"), "ErrorFolderNotFound")  # fmt: skip
    yield soap_error("unknown mailbox", get_folder(
        '<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>no@where.example'
        "</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>"), "Error")  # fmt: skip
    yield from _finds()
    yield from _creations()
    for offset in ("-1", "-99999"):
        view = f'<m:IndexedPageItemView Offset="{offset}" BasePoint="Beginning"/>'
        yield soap_error(f"offset {offset}", find_item(view), "ErrorInvalidIndexedPagingParameters")
    for fraction in ("-1:2", "3:2", "1:0", "1:-1"):
        top, bottom = fraction.split(":")
        view = f'<m:FractionalPageItemView Numerator="{top}" Denominator="{bottom}"/>'
        yield soap_error(f"fraction {fraction}", find_item(view),
                         "ErrorInvalidFractionalPagingParameters")  # fmt: skip


def _finds() -> Iterator[Case]:
    subject = '<t:FieldURI FieldURI="item:Subject"/>'
    exists = f"<t:Exists>{subject}</t:Exists>"
    wide = f"<m:Restriction><t:And>{exists * 256}</t:And></m:Restriction>"
    yield soap_error("restriction of 256 nodes", find_item(wide), "ErrorRestrictionTooLong")
    for uri, value in (("item:Size", "big"), ("message:IsRead", "maybe"), ("item:Importance", "Top"),
                       ("item:DateTimeReceived", "noon")):  # fmt: skip
        test = (f'<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="{uri}"/><t:FieldURIOrConstant>'
                f'<t:Constant Value="{value}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>')  # fmt: skip
        yield soap_error(
            f"constant {value} for {uri}", find_item(test), "ErrorInvalidValueForProperty"
        )
    contains = ('<m:Restriction><t:Contains><t:FieldURI FieldURI="item:Size"/><t:Constant Value="1"/>'
                "</t:Contains></m:Restriction>")  # fmt: skip
    yield soap_error("Contains on a number", find_item(contains), "ErrorContainsFilterWrongType")
    exists = '<m:Restriction><t:Exists><t:FieldURI FieldURI="message:IsRead"/></t:Exists></m:Restriction>'
    yield soap_error("Exists on a flag", find_item(exists), "ErrorInvalidPropertyForExists")
    for uri in ("item:Body", "item:Attachments", "message:ToRecipients", "item:MimeContent"):
        path = f'<t:AdditionalProperties><t:FieldURI FieldURI="{uri}"/></t:AdditionalProperties>'
        shape = f"<t:BaseShape>IdOnly</t:BaseShape>{path}"
        yield soap_error(f"FindItem asks for {uri}", find_item(shape=shape),
                         "ErrorInvalidPropertyForOperation")  # fmt: skip
    for name, attributes in (
        ("nothing", 'PropertyType="String"'),
        ("tag and id", 'PropertyTag="0x1" PropertyId="1" PropertyType="String"'),
        ("tag and set", 'PropertyTag="0x1" DistinguishedPropertySetId="Task" PropertyType="String"'),
        ("two sets", 'DistinguishedPropertySetId="Task" PropertyId="1" PropertyType="String"'
                     ' PropertySetId="00062003-0000-0000-C000-000000000046"'),
        ("set alone", 'DistinguishedPropertySetId="Task" PropertyType="String"'),
        ("name without set", 'PropertyName="a" PropertyType="String"'),
    ):  # fmt: skip
        path = (
            f"<t:AdditionalProperties><t:ExtendedFieldURI {attributes}/></t:AdditionalProperties>"
        )
        yield soap_error(f"extended property by {name}",
                         get_item('<t:ItemId Id="{item}"/>', f"<t:BaseShape>IdOnly</t:BaseShape>{path}"),
                         "ErrorInvalidExtendedProperty")  # fmt: skip


def _creations() -> Iterator[Case]:
    yield soap_error(
        "no disposition", create("<t:Message/>", ""), "ErrorMessageDispositionRequired"
    )
    yield soap_error(
        "send to nobody", create("<t:Message/>", 'MessageDisposition="SendOnly"'), "Error"
    )
    yield soap_error("long subject", create(f"<t:Message><t:Subject>{'x' * 300}</t:Subject></t:Message>"),
                     "Error")  # fmt: skip
    for element, item_class in (("Contact", "IPM.Task"), ("Task", "IPM.Note"), ("Message", "IPM.Contact"),
                                ("PostItem", "IPM.Appointment"), ("Contact", "rubbish")):  # fmt: skip
        item = f"<t:{element}><t:ItemClass>{item_class}</t:ItemClass></t:{element}>"
        yield soap_error(f"{element} of class {item_class}", create(item), "ErrorObjectTypeChanged")
    for element in ("Size", "DateTimeReceived", "DateTimeCreated", "DisplayTo", "LastModifiedName"):
        value = "5" if element == "Size" else "2026-01-01T00:00:00Z"
        item = f"<t:Message><t:{element}>{value}</t:{element}></t:Message>"
        yield soap_error(f"read-only {element}", create(item), "ErrorInvalidPropertySet")
    for name, mime in (("no base64", "!!!"), ("empty", ""), ("half", "QQ=")):
        item = f"<t:Message><t:MimeContent>{mime}</t:MimeContent></t:Message>"
        yield soap_error(f"MIME: {name}", create(item), "ErrorMimeContentInvalid")
    twice = ("<t:SetItemField><t:FieldURI FieldURI=\"item:Subject\"/><t:Message><t:Subject>a</t:Subject>"
             "<t:Importance>High</t:Importance></t:Message></t:SetItemField>")  # fmt: skip
    yield soap_error(
        "two properties in a change", update(twice), "ErrorIncorrectUpdatePropertyCount"
    )
    other = ("<t:SetItemField><t:FieldURI FieldURI=\"item:Subject\"/><t:Message><t:Importance>High"
             "</t:Importance></t:Message></t:SetItemField>")  # fmt: skip
    yield soap_error("path and property differ", update(other), "ErrorUpdatePropertyMismatch")
    size = ("<t:SetItemField><t:FieldURI FieldURI=\"item:Size\"/><t:Message><t:Size>1</t:Size>"
            "</t:Message></t:SetItemField>")  # fmt: skip
    yield soap_error("setting the size", update(size), "ErrorInvalidPropertySet")
    for kind in ("FlagStatus>NotFlagged</t:FlagStatus><t:DueDate>2026-01-01T00:00:00Z</t:DueDate",
                 "FlagStatus>Flagged</t:FlagStatus><t:StartDate>2026-01-01T00:00:00Z</t:StartDate"):  # fmt: skip
        item = f"<t:Message><t:Flag><t:{kind}></t:Flag></t:Message>"
        yield soap_error(f"flag {kind[11:30]}", create(item), "ErrorInvalidArgument")
    for name in ("GetInboxRules", "ExportItems", "GetImItemList",
                 "GetUserOofSettingsRequest", "FindConversation", "GetDiscoverySearchConfiguration", "GetClientAccessToken"):  # fmt: skip
        yield Case(f"not built: {name}", envelope(f"<m:{name}/>"), (200, 500), "Error")


def all_cases() -> list[Case]:
    """The whole table."""
    parts = (documents(), envelopes(), transport(), values(), refusals())
    return [case for part in parts for case in part]
