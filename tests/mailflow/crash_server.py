"""A mail door in a process of its own, to be killed: ``python -m … FOLDER PORT``."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import structlog

from mailflow.smtp import SmtpDoor
from store.commands import AddAccount, AddDomain
from store.errors import AlreadyExists
from store.store import Store
from tests.mailflow.conftest import MailSettings, Passwords


async def serve(folder: Path, port: int) -> None:
    store = await Store.open(f"sqlite:///{folder}/store.db")
    with contextlib.suppress(AlreadyExists):
        await store.system().execute(AddDomain("demo.example", is_default=True))
        await store.system().execute(AddAccount("anna@demo.example", "Anna Berg"))
    settings = MailSettings(folder, smtp_listen=(f"127.0.0.1:{port}",), submission_listen=())
    door = SmtpDoor(store, Passwords(store), settings, store.clock)
    await door.start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
