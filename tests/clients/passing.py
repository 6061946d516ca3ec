"""Time that passes on the server while a client waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from entrepot.testing import Exchange


@contextmanager
def time_passes(server: Exchange, minutes: float = 2, every_s: float = 0.4) -> Iterator[None]:
    """The server's clock jumps ahead again and again: whatever waits there ends, however late it
    began."""
    over = threading.Event()

    def jump() -> None:
        while not over.wait(every_s):
            server.clock.advance(minutes=minutes)

    thread = threading.Thread(target=jump, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
