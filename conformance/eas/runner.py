"""Runs the scenarios of ActiveSync: devices made, the function called, the verdict."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from conformance.checks import Failure, Missing
from conformance.eas.administrator import Administrator
from conformance.eas.device import Device, Refused
from conformance.eas.http import Identity
from conformance.eas.wbxml import Malformed
from conformance.runner import Account, Outcome, Status
from conformance.scenario import Registry, Scenario

REGISTRY = Registry()
VERSIONS = ("12.1", "14.0", "14.1", "16.0", "16.1")
# Servers give somebody a hundred devices or so. Each scenario gets those that have rested longest;
# what a server may still know of them is what it would of a phone that was set up anew.
DEVICES = 80
_COUNT = itertools.count(1)
_RUN = uuid.uuid4().hex[:8]


class NoSecondUser(Exception):
    """The scenario needs a second user, and none was named."""


class NoAdministrator(Exception):
    """The scenario needs something done that only an administrator can, and no way was named."""


def load_all() -> Registry:
    """Import every module of scenarios; gives the registry that they filled."""
    from conformance.eas import scenarios

    for module in pkgutil.walk_packages(scenarios.__path__, f"{scenarios.__name__}."):
        importlib.import_module(module.name)
    return REGISTRY


@dataclass(frozen=True)
class EasRunner:
    """Where to run scenarios, in which version, and as whom. Parameters of a scenario: ``device``
    and ``second`` of the first user, ``other`` of the second one, all set up; ``unknown`` is as
    ``device``, but was never here before; ``fresh`` neither, and is not set up. ``administrator``
    does what no device can."""

    http: httpx.Client
    url: str
    version: str
    first: Account
    second: Account | None = None
    administrator: Administrator | None = None

    def run_all(self, scenarios: Iterable[Scenario]) -> Iterator[Outcome]:
        """Run one after another, giving each outcome as it is known."""
        for scenario in scenarios:
            yield self.run(scenario)

    def run(self, scenario: Scenario) -> Outcome:
        """Run one. Whatever it meets becomes an outcome: one scenario never ends the run."""
        began = time.perf_counter()
        devices: list[Device] = []
        status, detail = self._attempt(scenario, devices)
        broken = [each for device in devices for each in device.violations]
        if broken and status != "skipped":
            told = "\n".join(dict.fromkeys(broken))
            status, detail = "failed", f"{detail}\nnot as the grammar says:\n{told}".strip()
        return Outcome(scenario, status, time.perf_counter() - began, detail)

    def _attempt(self, scenario: Scenario, devices: list[Device]) -> tuple[Status, str]:
        try:
            scenario.function(**self._arguments(scenario, devices))
        except NoSecondUser:
            return "skipped", "needs a second user: --user2, --password2"
        except NoAdministrator:
            return "skipped", "needs an administrator: --administrator"
        except Missing as missing:
            return "skipped", f"the server lacks {missing}"
        except (Failure, Refused, Malformed, httpx.HTTPError) as problem:
            return "failed", f"{type(problem).__name__}: {problem}"
        except Exception:
            return "failed", traceback.format_exc(limit=-5)
        return "passed", ""

    def _arguments(self, scenario: Scenario, devices: list[Device]) -> dict[str, Any]:
        makers: dict[str, Callable[[], Device]] = {
            "device": lambda: self._device(self.first),
            "second": lambda: self._device(self.first),
            "other": lambda: self._device(self._other()),
            "unknown": lambda: self._device(self.first, known=False),
            "fresh": lambda: self._device(self.first, known=False, ready=False),
        }
        filled: dict[str, Any] = dict(scenario.bound)
        for name in scenario.fixtures:
            if name == "administrator":
                filled[name] = self._administrator()
                continue
            filled[name] = makers[name]()
            devices.append(filled[name])
        return filled

    def _other(self) -> Account:
        if self.second is None:
            raise NoSecondUser
        return self.second

    def _administrator(self) -> Administrator:
        if self.administrator is None:
            raise NoAdministrator
        return self.administrator

    def _device(self, account: Account, *, known: bool = True, ready: bool = True) -> Device:
        number = next(_COUNT)
        name = str(number % DEVICES) if known else f"{_RUN}{number}"
        identity = Identity(device_id=f"conformance{name}", version=self.version)
        device = Device(
            self.url, account.address, account.password, identity, client=self.http, strict=False
        )
        if ready:
            device.provision()
            device.folder_sync()
        return device


def needs(device: Device, since: str, what: str, last: str = "16.1") -> None:
    """Raises Missing where the version that is spoken does not have it."""
    if not VERSIONS.index(since) <= VERSIONS.index(device.version) <= VERSIONS.index(last):
        raise Missing(f"{what} in {device.version}")


def folder_needed(device: Device, type: int, what: str) -> str:
    """ServerId of a default folder. Raises Missing where the mailbox has none of that type."""
    try:
        return device.folder_of_type(type)
    except KeyError as error:
        raise Missing(what) from error
