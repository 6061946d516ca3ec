"""The control door: how other processes of the same owner talk to a running server.

A loopback socket whose port and random token stand in ``control.json`` in the data folder, which
only the owner may read. One JSON object a line each way. ``revoke`` tells that an account changed,
``status`` says who is there; a test server also takes ``advance`` for its clock.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from entrepot.files import write_private
from store.errors import StoreError

CONTROL_FILE = "control.json"
_LINE_BYTES_MAX = 4096
_ANSWER_S_MAX = 10.0

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class ControlDoor:
    """Answers requests by name with the functions in ``handlers``."""

    def __init__(self, folder: Path, handlers: dict[str, Handler]) -> None:
        self._file = folder / CONTROL_FILE
        self._handlers = handlers
        self._token = secrets.token_hex(32)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on any free port of loopback and leave word of it in the folder."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=_LINE_BYTES_MAX
        )
        port = self._server.sockets[0].getsockname()[1]
        word = {"port": port, "token": self._token, "pid": os.getpid()}
        write_private(self._file, json.dumps(word).encode())

    async def stop(self) -> None:
        """Stop listening and take the word back."""
        if self._server is not None:
            self._server.close()
            self._file.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S_MAX):
                line = await reader.readline()
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # a caller that says nothing, too much, or left: there is nobody to answer
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except ValueError:
            return {"error": "no JSON"}
        token = request.get("token") if isinstance(request, dict) else None
        if not isinstance(token, str) or not hmac.compare_digest(
            token.encode("utf-8", "replace"), self._token.encode()
        ):
            return {"error": "wrong token"}
        handler = self._handlers.get(str(request.get("do")))
        if handler is None:
            return {"error": f"nothing of that name: {', '.join(sorted(self._handlers))}"}
        try:
            return await handler(request)
        except (StoreError, KeyError, TypeError, ValueError) as error:
            return {"error": str(error)}


def ask(folder: Path, do: str, **arguments: Any) -> dict[str, Any] | None:
    """Ask the server that runs on a data folder; None where none does.

    Raises RuntimeError where it refuses, OSError where it does not answer.
    """
    try:
        word = json.loads((folder / CONTROL_FILE).read_text("utf-8"))
        connection = socket.create_connection(("127.0.0.1", word["port"]), _ANSWER_S_MAX)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    with connection:
        request = {"token": word["token"], "do": do, **arguments}
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answers:
            line = answers.readline(_LINE_BYTES_MAX)
    if not line:
        raise ConnectionError("the server closed the control connection without an answer")
    answer = json.loads(line)
    if "error" in answer:
        raise RuntimeError(f"the server refuses {do}: {answer['error']}")
    return answer
