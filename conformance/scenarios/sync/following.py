"""A client that follows a folder: each call gives what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conformance import requests
from conformance.answer import Message
from conformance.checks import check, equal, success
from conformance.mailbox import Mailbox
from conformance.node import Node
from conformance.requests import Place
from conformance.xml import Element

PAGES_MAX = 50


@dataclass(frozen=True)
class Change:
    """One reported change: Create, Update, Delete or ReadFlagChange, and of what."""

    name: str
    node: Node

    @property
    def thing(self) -> Node:
        """The item or folder of a Create or Update."""
        return self.node.children[0]

    @property
    def kind(self) -> str:
        """Element name of the item or folder."""
        return self.thing.name


def changes_of(message: Message) -> list[Change]:
    """The changes of one answer, in order."""
    return [Change(node.name, node) for node in message.nodes("Changes/*")]


@dataclass
class ItemFollower:
    """Follows the items of one folder."""

    ews: Mailbox
    folder: Place
    shape: str = "AllProperties"
    paths: tuple[str, ...] = ()
    state: str | None = None
    last: Message | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def page(self, **options: Any) -> list[Change]:
        """One request; its changes."""
        how = {"shape": requests.item_shape(self.shape, self.paths), **self.options, **options}
        answer = self.ews.call(requests.sync_items(self.folder, self.state, **how))
        self.last = success(answer)[0]
        self.state = self.last.text("SyncState")
        check(self.state, "SyncFolderItems succeeded without a SyncState")
        return changes_of(self.last)

    def changes(self, **options: Any) -> list[Change]:
        """All changes since the last call, page by page."""
        gathered: list[Change] = []
        for _ in range(PAGES_MAX):
            page = self.page(**options)
            gathered += page
            if self.is_complete:
                return gathered
            check(page, "an empty page that is not the last")
        raise AssertionError(f"no end after {PAGES_MAX} pages")

    @property
    def is_complete(self) -> bool:
        """Whether the last page was the last one."""
        return self.last is not None and self.last.text("IncludesLastItemInRange") == "true"

    def one(self, name: str, **options: Any) -> Change:
        """The one change there is, which must be a `name`."""
        found = self.changes(**options)
        equal([change.name for change in found], [name], "changes")
        return found[0]


@dataclass
class FolderFollower:
    """Follows the folders below one folder."""

    ews: Mailbox
    folder: Place | None = None
    shape: str = "AllProperties"
    paths: tuple[str, ...] = ()
    state: str | None = None

    def request(self) -> Element:
        """The request for what changed."""
        request = requests.sync_hierarchy(self.folder, self.state, self.shape)
        if self.paths:
            request.replace(request[0], requests.folder_shape(self.shape, self.paths))
        return request

    def changes(self) -> list[Change]:
        """All changes since the last call."""
        message = success(self.ews.call(self.request()))[0]
        self.state = message.text("SyncState")
        check(self.state, "SyncFolderHierarchy succeeded without a SyncState")
        equal(message.text("IncludesLastFolderInRange"), "true", "IncludesLastFolderInRange")
        return changes_of(message)

    def one(self, name: str) -> Change:
        """The one change there is, which must be a `name`."""
        found = self.changes()
        equal([change.name for change in found], [name], "changes")
        return found[0]
