"""What scenarios do again and again to one mailbox, each step checked for success."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from conformance import requests
from conformance.checks import Failure, check, equal, success
from conformance.client import Client
from conformance.node import Node, Ref
from conformance.requests import Place
from conformance.xml import Element, m, t

Found = TypeVar("Found")

ARRIVAL_S_MAX = 20.0
"""How long mail may take from one mailbox to another of the same server."""
ARRIVAL_POLL_S = 0.1


class Mailbox(Client):
    """A user's own mailbox."""

    def make_folder(self, parent: Place, name: str, folder_class: str | None = None) -> Ref:
        """Create one mail folder, or one of another class."""
        kind = t.FolderClass(folder_class) if folder_class else None
        return self.make_folders(parent, t.Folder(kind, t.DisplayName(name)))[0]

    def make_folders(self, parent: Place, *folders: Element) -> list[Ref]:
        """Create folders from elements."""
        answer = self.call(requests.create_folder(parent, *folders))
        success(answer, len(folders))
        return [folder.id for folder in answer.folders]

    def get_folder(
        self, folder: Place, shape: str = "AllProperties", paths: Iterable[str | Element] = ()
    ) -> Node:
        """Read one folder."""
        answer = self.call(requests.get_folder([folder], shape, paths))
        success(answer)
        return answer.folders[0]

    def delete_folder(self, folder: Place, how: str = "HardDelete") -> None:
        """Delete one folder."""
        success(self.call(requests.delete_folder([folder], how)))

    def subfolders(self, parent: Place) -> dict[str, Ref]:
        """Folders right below one, by name."""
        answer = self.call(requests.find_folder(parent))
        found = success(answer)[0].nodes("RootFolder/Folders/*")
        return {folder.text("DisplayName") or "": folder.id for folder in found}

    def make_item(self, item: Element, folder: Place | None = None, **how: Any) -> Ref:
        """Create one item; `how` as in `requests.create_item`."""
        return self.make_items(item, folder=folder, **how)[0]

    def make_items(self, *items: Element, folder: Place | None = None, **how: Any) -> list[Ref]:
        """Create items."""
        answer = self.call(requests.create_item(*items, folder=folder, **how))
        success(answer, len(items))
        return [item.id for item in answer.items]

    def get_item(
        self,
        item: Ref,
        shape: str = "AllProperties",
        paths: Iterable[str | Element] = (),
        **options: Any,
    ) -> Node:
        """Read one item; `options` are switches of its shape."""
        answer = self.call(requests.get_item([item], shape, paths, **options))
        success(answer)
        check(len(answer.items) == 1, "GetItem succeeded without an item")
        return answer.items[0]

    def update(self, item: Ref, *updates: Element, **how: Any) -> Ref:
        """Change one item; gives its id with the new change key."""
        answer = self.call(requests.update_item(requests.item_change(item, *updates), **how))
        success(answer)
        return answer.items[0].id

    def delete_items(self, *items: Ref | Element, how: str = "HardDelete", **options: Any) -> None:
        """Delete items; `options` as in `requests.delete_item`."""
        success(self.call(requests.delete_item(items, how, **options)), len(items))

    def copy_items(self, target: Place, *items: Ref) -> list[Ref]:
        """Copy items; gives the copies."""
        answer = self.call(requests.copy_item(items, target))
        success(answer, len(items))
        return [item.id for item in answer.items]

    def move_items(self, target: Place, *items: Ref) -> list[Ref]:
        """Move items; gives their new ids."""
        answer = self.call(requests.move_item(items, target))
        success(answer, len(items))
        return [item.id for item in answer.items]

    def find(
        self, folder: Place, words: str | None = None, paths: Iterable[str | Element] = ()
    ) -> list[Node]:
        """Items of a folder, those with `words` in their subject if given."""
        restriction = requests.subject_holds(words) if words is not None else None
        answer = self.call(requests.find_item([folder], "Default", paths, restriction))
        return success(answer)[0].items

    def eventually(self, look: Callable[[], Found | None], what: str) -> Found:
        """What `look` gives as soon as it gives something; Failure when that takes too long."""
        until = time.monotonic() + ARRIVAL_S_MAX
        while (found := look()) is None:
            if time.monotonic() > until:
                raise Failure(f"{self.user}: not {what} after {ARRIVAL_S_MAX:.0f} s")
            time.sleep(ARRIVAL_POLL_S)
        return found

    def arrived(self, folder: Place, words: str, count: int = 1) -> list[Node]:
        """Wait for `count` items with `words` in their subject; Failure when they don't come."""

        def look() -> list[Node] | None:
            found = self.find(folder, words)
            return found if len(found) >= count else None

        found = self.eventually(look, f"{count} items {words!r} in {folder}")
        equal(len(found), count, f"items {words!r} in {folder}")
        return found

    def attach(self, parent: Ref, *attachments: Element) -> list[Node]:
        """Attach things to an item; gives the attachments as answered."""
        answer = self.call(requests.create_attachment(parent, *attachments))
        messages = success(answer, len(attachments))
        return [message.nodes("Attachments/*")[0] for message in messages]

    def name(self) -> str:
        """The user's display name, as the server resolves the address."""
        answer = self.call(
            m.ResolveNames(m.UnresolvedEntry(self.address), ReturnFullContactData=False)
        )
        found = success(answer)[0].text("ResolutionSet/Resolution/Mailbox/Name")
        check(found, f"ResolveNames gives no name for {self.address}")
        return found or ""
