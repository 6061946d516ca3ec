"""Takes away what a scenario left behind: its folders, its items, and mail that bears its token."""

from __future__ import annotations

from collections.abc import Iterable

import httpx

from conformance.checks import Failure
from conformance.client import Journal, Unusable
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.xml import Element, m, t

PLACES = ("inbox", "sentitems", "drafts", "deleteditems", "junkemail", "calendar")
"""Where sent and deleted things end up, and meetings with those who are invited."""


def tidy(journal: Journal, mailboxes: Iterable[Mailbox]) -> str:
    """Remove all; what is gone already is no problem. Gives what could not be done, or ""."""
    try:
        for mailbox in mailboxes:
            mine = [ref for owner, ref in journal.items if owner is mailbox]
            if journal.named:
                mine += _with_token(mailbox, journal.token)
            if mine:
                mailbox.call(_delete_items(mine))
            folders = [ref for owner, ref in reversed(journal.folders) if owner is mailbox]
            if folders:
                mailbox.call(_delete_folders(folders))
    except (Failure, Unusable, httpx.HTTPError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return ""


def _with_token(mailbox: Mailbox, token: str) -> list[Ref]:
    answer = mailbox.call(
        m.FindItem(
            m.ItemShape(t.BaseShape("IdOnly")),
            m.IndexedPageItemView(MaxEntriesReturned=100, Offset=0, BasePoint="Beginning"),
            m.Restriction(
                t.Contains(
                    t.FieldURI(FieldURI="item:Subject"),
                    t.Constant(Value=token),
                    ContainmentMode="Substring",
                    ContainmentComparison="IgnoreCase",
                )
            ),
            m.ParentFolderIds([t.DistinguishedFolderId(Id=place) for place in PLACES]),
            Traversal="Shallow",
        )
    )
    return [item.id.keyless for item in answer.items]


def _delete_items(refs: list[Ref]) -> Element:
    return m.DeleteItem(
        m.ItemIds([ref.element for ref in dict.fromkeys(refs)]),
        DeleteType="HardDelete",
        SendMeetingCancellations="SendToNone",
        AffectedTaskOccurrences="AllOccurrences",
    )


def _delete_folders(refs: list[Ref]) -> Element:
    return m.DeleteFolder(
        m.FolderIds([ref.element for ref in dict.fromkeys(refs)]), DeleteType="HardDelete"
    )
