"""Running a server until somebody stops it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import uvloop

if TYPE_CHECKING:
    from entrepot.app import App

T = TypeVar("T")
_TURN_S = 0.0005
# New containers before the youngest are searched for garbage, and how many such searches before
# the older ones are. A request makes some thousand, and leaves none: reference counts free them.
_COLLECT = (5_000, 20, 20)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end on a fast event loop."""
    # Readers and the loop take turns on one interpreter: a turn of 5 ms, the default, would let
    # a request wait as long for each of them.
    sys.setswitchinterval(_TURN_S)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def serve(app: App, ready: Callable[[App], Awaitable[None]]) -> None:
    """Start, tell ``ready``, and serve until SIGTERM or SIGINT; then stop cleanly.

    A second signal ends the process at once: what was accepted is on the disk already.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask_to_stop() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask_to_stop)
    await app.start()
    # What is there now stays: the collector need not look at it again with every request.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    try:
        await ready(app)
        await stop.wait()
    finally:
        await app.stop()
