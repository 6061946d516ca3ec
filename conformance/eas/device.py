"""A device that drives any ActiveSync server: what it holds, its keys, its commands."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import httpx

from conformance.eas import documents
from conformance.eas.check import check
from conformance.eas.held import Held
from conformance.eas.http import Identity, Post, Reply, post, read
from conformance.eas.wbxml import Node, node

_A, _F = "AirSync", "FolderHierarchy"
TIMEOUT_S = 60.0


class Refused(Exception):
    """An answer other than the one that a step needs."""


class Device:
    """One device over one connection pool. Every answer is checked; ``violations`` gathers what
    is wrong with them, and ``strict`` raises at once."""

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        identity: Identity | None = None,
        *,
        client: httpx.Client | None = None,
        strict: bool = True,
    ) -> None:
        self.url = url
        self.identity = identity or Identity()
        self.identity.user = self.identity.user or user
        self._auth = httpx.BasicAuth(user, password)
        self._client = client or httpx.Client(timeout=TIMEOUT_S, verify=False)
        self._strict = strict
        self.violations: list[str] = []
        self.tree_key = "0"
        self.folders: dict[str, dict[str, str]] = {}
        self.keys: dict[str, str] = {}
        self.held: dict[str, Held] = {}
        # Called with each request before it goes; may raise to stand for a lost connection.
        self.before: Callable[[Post], None] | None = None
        self.after: Callable[[Reply], None] | None = None

    @property
    def version(self) -> str:
        return self.identity.version

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    # -- sending

    def options(self) -> httpx.Response:
        """OPTIONS."""
        return self._client.options(self.url, auth=self._auth)

    def carry(self, request: Post, *, url: str = "") -> httpx.Response:
        """A request as it is, and its answer, which nobody checks. ``url``: another endpoint."""
        return self._client.post(
            f"{url or self.url}?{request.query}",
            content=request.body,
            headers=request.headers,
            auth=self._auth,
        )

    def streamed(self, request: Post) -> AbstractContextManager[httpx.Response]:
        """As ``carry``, for an answer whose bytes are read as they were sent."""
        return self._client.stream(
            "POST",
            f"{self.url}?{request.query}",
            content=request.body,
            headers=request.headers,
            auth=self._auth,
        )

    def post(self, command: str, document: Node | None = None, **more: Any) -> Reply:
        """A request and its answer, checked."""
        request = post(self.identity, command, document, **more)
        if self.before is not None:
            self.before(request)
        answer = self.carry(request)
        reply = read(answer.status_code, dict(answer.headers), answer.content)
        if reply.root is not None:
            wrong = [
                f"{command} {self.version}: {each}"
                for each in check(reply.root, command, self.version)
            ]
            self.violations += wrong
            if wrong and self._strict:
                raise AssertionError("; ".join(wrong[:5]))
        if self.after is not None:
            self.after(reply)
        return reply

    def ask(self, command: str, document: Node | None = None, **more: Any) -> Node:
        """As ``post``, for an answer that must have a document. Raises Refused."""
        reply = self.post(command, document, **more)
        if reply.root is None:
            raise Refused(f"{command}: HTTP {reply.status}, {reply.body[:200]!r}")
        return reply.root

    # -- setting up

    def provision(self, status: int = 1, **said: str) -> int:
        """Both phases; the lasting key, kept. Raises Refused."""
        told = documents.information(**(said or {"Model": "Model 1", "OS": "OS 1"}))
        first = self.ask(
            "Provision",
            documents.provision(information=told if float(self.version) >= 14.1 else None),
        )
        path = ("Provision:Policies", "Provision:Policy", "Provision:PolicyKey")
        key = first.text(*path)
        if not key:
            raise Refused(f"Provision: {first}")
        self.identity.policy_key = int(key)
        second = self.ask("Provision", documents.provision(int(key), status))
        key = second.text(*path)
        if not key:
            raise Refused(f"Provision, second phase: {second}")
        self.identity.policy_key = int(key)
        return int(key)

    def folder_sync(self, key: str | None = None) -> Node:
        """FolderSync; the tree is kept."""
        asked = self.tree_key if key is None else key
        root = self.ask("FolderSync", documents.folder_sync(asked))
        if root.text(f"{_F}:Status") != "1":
            return root
        if asked == "0":
            self.folders.clear()
        self.tree_key = root.text(f"{_F}:SyncKey")
        changes = root.find(f"{_F}:Changes")
        for each in changes.children if changes is not None else ():
            id = each.text(f"{_F}:ServerId")
            if each.name == f"{_F}:Delete":
                self.folders.pop(id, None)
            elif each.name != f"{_F}:Count":
                self.folders[id] = {
                    name: each.text(f"{_F}:{name}") for name in ("ParentId", "DisplayName", "Type")
                }
        return root

    def folder(self, name: str) -> str:
        """ServerId of a folder by its name. Raises KeyError."""
        for id, folder in self.folders.items():
            if folder["DisplayName"] == name:
                return id
        raise KeyError(name)

    def folder_of_type(self, type: int) -> str:
        """ServerId of a default folder. Raises KeyError."""
        for id, folder in self.folders.items():
            if folder["Type"] == str(type):
                return id
        raise KeyError(type)

    # -- synchronising

    def sync(
        self, id: str, *, wait: int | None = None, heartbeat: int | None = None, **asked: Any
    ) -> Node | None:
        """One step of a collection; the Collection element, None for an empty answer."""
        request = documents.sync(
            [documents.collection(self.keys.get(id, "0"), id, **asked)],
            wait=wait,
            heartbeat=heartbeat,
        )
        return self.take(self.post("Sync", request), id)

    def take(self, reply: Reply, id: str) -> Node | None:
        """Take in the answer to a Sync. Raises Refused for anything but 200."""
        if reply.status != 200:
            raise Refused(f"Sync: HTTP {reply.status} {reply.body[:200]!r}")
        if reply.root is None:
            return None
        collections = reply.root.find(f"{_A}:Collections")
        if collections is None:
            raise Refused(f"Sync: status {reply.root.text(f'{_A}:Status')}")
        mine = None
        for each in collections.children:
            folder = each.text(f"{_A}:CollectionId")
            if folder == id:
                mine = each
            if each.text(f"{_A}:Status") != "1":
                continue
            self.keys[folder] = each.text(f"{_A}:SyncKey")
            commands = each.find(f"{_A}:Commands")
            if commands is not None:
                self.held.setdefault(folder, Held()).apply(commands)
        return mine

    def begin(self, id: str, **asked: Any) -> None:
        """Hold a collection from empty. Raises Refused."""
        self.keys[id] = "0"
        self.held[id] = Held()
        first = self.sync(id, **asked)
        if first is None or first.text(f"{_A}:Status") != "1":
            raise Refused(f"the first Sync of {id}: {first}")

    def sync_all(self, id: str, **asked: Any) -> Held:
        """Steps until there is nothing more."""
        if id not in self.keys:
            self.begin(id)
        for _ in range(10_000):
            step = self.sync(id, **asked)
            if step is None:
                break
            if step.text(f"{_A}:Status") != "1":
                raise Refused(f"Sync of {id}: status {step.text(f'{_A}:Status')}")
            asked.pop("commands", None)
            asked.pop("options", None)
            if step.find(f"{_A}:MoreAvailable") is None:
                break
        return self.held[id]

    def change(self, id: str, *commands: Node, **asked: Any) -> Node | None:
        """Own changes of a collection, without being told others'."""
        return self.sync(id, commands=commands, gets=False, **asked)

    def ping(self, seconds: int | None, folders: Sequence[str] = ()) -> Node:
        """Ping; its answer."""
        return self.ask("Ping", documents.ping(seconds, folders))

    # -- mail

    def send(self, mime: bytes, *, saves: bool = True, client_id: str = "") -> Reply:
        """SendMail in the form of the version."""
        if float(self.version) < 14.0:
            return self.post("SendMail", mime=mime, saves=saves)
        name = client_id or f"send-{uuid.uuid4().hex[:24]}"
        return self.post("SendMail", documents.send_mail(mime, name, saves=saves))

    def smart(
        self,
        command: str,
        mime: bytes,
        folder: str = "",
        item: str = "",
        *,
        long_id: str = "",
        occurrence: str = "",
        saves: bool = True,
        replaces: bool = False,
        client_id: str = "",
    ) -> Reply:
        """SmartReply or SmartForward in the form of the version: of an item in a folder, or of a
        LongId; ``occurrence``: the one of a series."""
        if float(self.version) < 14.0:
            said = {
                "CollectionId": folder, "ItemId": item, "LongId": long_id, "Occurrence": occurrence,
            }  # fmt: skip
            parameters = {name: value for name, value in said.items() if value}
            return self.post(command, mime=mime, saves=saves, parameters=parameters)
        name = client_id or f"smart-{uuid.uuid4().hex[:24]}"
        source = documents.source(
            FolderId=folder, ItemId=item, LongId=long_id, InstanceId=occurrence
        )
        return self.post(
            command,
            documents.send_mail(
                mime, name, saves=saves, command=command, source=source, replaces=replaces
            ),
        )

    def fetch_attachment(self, reference: str, span: str = "", *, multipart: bool = False) -> Reply:
        """ItemOperations Fetch of an attachment."""
        return self.post(
            "ItemOperations",
            node(
                "ItemOperations:ItemOperations",
                node(
                    "ItemOperations:Fetch",
                    node("ItemOperations:Store", "Mailbox"),
                    node("AirSyncBase:FileReference", reference),
                    node("ItemOperations:Options", node("ItemOperations:Range", span))
                    if span
                    else None,
                ),
            ),
            multipart=multipart,
        )
