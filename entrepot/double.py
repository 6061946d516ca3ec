"""Controls of the test double: what ``entrepot.testing`` asks of its server.

They exist only where the demo was started with ``--test``, behind the control door's token.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from entrepot.app import App
from entrepot.passwords import hash_password, new_password
from store.clock import MovableClock
from store.commands import (
    AddAccount,
    ChangeMembers,
    CreateFolders,
    FetchFolders,
    FolderDraft,
    FolderRef,
    FolderRole,
    SetCertificates,
    SetPhoto,
    UpdateAccount,
)
from store.directory.lists import IS_ROOM_LIST, LIST
from store.errors import StoreError


class Controls:
    """Requests of a test at its server."""

    def __init__(self, app: App, domain: str) -> None:
        self._app = app
        self._domain = domain
        self._session = app.store.system("test")

    async def advance(self, request: dict[str, Any]) -> dict[str, Any]:
        """Move the server's clock by ``seconds``."""
        clock = self._app.clock
        assert isinstance(clock, MovableClock)
        clock.advance(float(request["seconds"]))
        return {"now": clock.now().isoformat()}

    async def now(self, _request: dict[str, Any]) -> dict[str, Any]:
        """The server's time."""
        return {"now": self._app.clock.now().isoformat()}

    async def add_account(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make an account of ``name`` (or ``address``) with a random password."""
        name = str(request["name"])
        address = str(request.get("address") or f"{name.lower().replace(' ', '.')}@{self._domain}")
        password = str(request.get("password") or new_password(2))
        await self._session.execute(
            AddAccount(
                address,
                name.title() if name.islower() else name,
                role=str(request.get("role", "user")),
                password_hash=hash_password(password),
            )
        )
        return {"address": address.lower(), "password": password}

    async def add_list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make a list of ``name`` with the addresses ``members``; of rooms: ``is_of_rooms``."""
        name = str(request["name"])
        address = f"{name.lower().replace(' ', '.')}@{self._domain}"
        properties = {IS_ROOM_LIST: True} if request.get("is_of_rooms") else {}
        await self._session.execute(
            AddAccount(
                address,
                name.title() if name.islower() else name,
                role=LIST,
                properties=properties,
            )
        )
        members = tuple(str(each) for each in request.get("members", ()))
        await self._session.execute(ChangeMembers(address, add=members))
        return {"address": address}

    async def set_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """Set the photo of ``address`` from a file; without one there is none."""
        await self._session.execute(SetPhoto(str(request["address"]), await _content(request)))
        return {}

    async def set_certificates(self, request: dict[str, Any]) -> dict[str, Any]:
        """Set the certificates of ``address`` from a file; without one there are none."""
        command = SetCertificates(str(request["address"]), await _content(request))
        await self._session.execute(command)
        return {}

    async def disable(self, request: dict[str, Any]) -> dict[str, Any]:
        """Disable (or with ``is_disabled`` false enable) an account."""
        is_disabled = bool(request.get("is_disabled", True))
        await self._session.execute(UpdateAccount(str(request["address"]), is_disabled=is_disabled))
        return {"done": True}

    async def add_folder(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make the folders on a ``path`` below the top of the mailbox of ``address``."""
        address = str(request["address"])
        folder: FolderRef = FolderRole("msgfolderroot", address)
        for name in str(request["path"]).strip("/").split("/"):
            draft = FolderDraft(name, str(request.get("folder_class", "IPF.Note")))
            made = await self._session.execute(CreateFolders(folder, (draft,), existing=True))
            folder = _or_raise(made[0]).id
        found = _or_raise((await self._session.execute(FetchFolders((folder,))))[0])
        return {"name": found.name, "total": found.total_count, "unread": found.unread_count}


def _or_raise(result: Any) -> Any:
    if isinstance(result, StoreError):
        raise result
    return result


async def _content(request: dict[str, Any]) -> bytes | None:
    file = str(request.get("file") or "")
    return await asyncio.to_thread(Path(file).read_bytes) if file else None


def add_controls(app: App, domain: str) -> None:
    """Let a test control this server."""
    controls = Controls(app, domain)
    app.handlers |= {
        "advance": controls.advance,
        "now": controls.now,
        "add_account": controls.add_account,
        "add_list": controls.add_list,
        "set_photo": controls.set_photo,
        "set_certificates": controls.set_certificates,
        "disable": controls.disable,
        "add_folder": controls.add_folder,
    }
