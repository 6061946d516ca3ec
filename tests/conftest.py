"""What the whole suite shares: every EWS answer that a client reads here keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.contract import REFERENCE, Contract, Watch

_WATCH = pytest.StashKey[Watch]()


def pytest_configure(config: pytest.Config) -> None:
    """Listen from the beginning, where the reference contract is on this machine."""
    watch = Watch(Contract(REFERENCE / "ews"))
    config.stash[_WATCH] = watch
    if watch.contract.is_here:
        watch.start()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers a file stays on one: its server is started once. They come as they lie:
    the longest, which are few tests each, are the first then and not the last."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Listen no more."""
    config.stash[_WATCH].stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it counted."""
    if hasattr(session.config, "workeroutput"):
        watch = session.config.stash[_WATCH]
        session.config.workeroutput["ews_watch"] = (dict(watch.seen), list(watch.broken))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker counted; nothing comes from one that crashed."""
    watch = node.config.stash[_WATCH]
    seen, broken = getattr(node, "workeroutput", {}).get("ews_watch", ({}, []))
    watch.seen.update(seen)
    watch.broken += broken


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How many answers were judged, by all workers together."""
    watch = config.stash[_WATCH]
    if not watch.contract.is_here:
        terminalreporter.write_line(f"EWS answers not validated: no contract in {REFERENCE}")
    elif watch.seen:
        count, kinds = sum(watch.seen.values()), len(watch.seen)
        terminalreporter.write_line(
            f"EWS answers validated: {count} of {kinds} kinds, {len(watch.broken)} violations"
        )


@pytest.fixture(scope="session")
def ews_watch(pytestconfig: pytest.Config) -> Watch:
    """The listener of this run."""
    return pytestconfig.stash[_WATCH]


@pytest.fixture(autouse=True)
def every_answer_keeps_the_contract(ews_watch: Watch) -> Iterator[None]:
    before = len(ews_watch.broken)
    yield
    broken = ews_watch.broken[before:]
    if broken:
        lines = "\n  ".join(dict.fromkeys(broken[:20]))
        pytest.fail(f"{len(broken)} violations of the EWS contract:\n  {lines}", pytrace=False)
