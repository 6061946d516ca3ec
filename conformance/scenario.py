"""The scenarios: plain functions with a name, what they show, and what they need.

    @scenario("MS-OXWSFOLD", "S01_TC02", requirements=("MS-OXWSFOLD_R220",))
    def a_name_is_taken_once(ews: Mailbox, folder: Ref) -> None:
        \"\"\"A second folder of the same name beside the first is refused.\"\"\"

Parameters are fixtures, filled in by name (`conformance.fixtures`).
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

FEATURES: dict[str, tuple[str, frozenset[str]]] = {
    "archive": ("an archive mailbox", frozenset({"ErrorMailboxStoreUnavailable"})),
    "calendar": ("meetings that are sent and answered", frozenset()),
    "consumer contacts": (
        "AbchPerson items of consumer mailboxes",
        frozenset({"ErrorInvalidItemForOperationCreateItem"}),
    ),
    "delegates": ("access for another user by folder permissions", frozenset()),
    "entity extraction": ("addresses and dates found in bodies", frozenset()),
    "inbox reminders": (
        "reminders that come by mail",
        frozenset({"ErrorInvalidPropertySet"}),
    ),
    "junk": ("MarkAsJunk", frozenset()),
    "managed folders": (
        "managed folders, an administrator's thing of Exchange 2007 and 2010",
        frozenset({"ErrorManagedFolderNotFound"}),
    ),
    "public folders": (
        "public folders",
        frozenset(
            {
                "ErrorNoPublicFolderServerAvailable",
                "ErrorNoPublicFolderReplicaAvailable",
                "ErrorPublicFolderServerNotFound",
                "ErrorPublicFolderMailboxDiscoveryFailed",
                "ErrorFolderNotFound",
                "ErrorItemNotFound",
                "ErrorParentFolderNotFound",
            }
        ),
    ),
    "recurrence": (
        "series of meetings and tasks",
        frozenset({"ErrorInvalidPropertySet", "ErrorUnsupportedRecurrence"}),
    ),
    "search folders": ("search folders", frozenset()),
    "user configuration": ("user configuration objects", frozenset()),
    "user photos": ("photos of people in the directory", frozenset()),
}
"""What a server may leave out: name → what it is, and which codes besides
ErrorInvalidOperation say that it is not there."""

Function = Callable[..., None]


@dataclass(frozen=True)
class Scenario:
    """One function to run, with what it shows and needs."""

    specification: str
    name: str
    function: Function
    requirements: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    bound: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """As in the public suites: `MS-OXWSFOLD S01_TC02`."""
        return f"{self.specification} {self.name}"

    @property
    def title(self) -> str:
        """The function's name in words, with the case it is bound to."""
        case = ", ".join(str(value) for value in self.bound.values())
        words = self.function.__name__.replace("_", " ")
        return f"{words} ({case})" if case else words

    @property
    def fixtures(self) -> tuple[str, ...]:
        """Names of the fixtures that the function asks for."""
        names = inspect.signature(self.function).parameters
        return tuple(name for name in names if name not in self.bound)

    def matches(self, pattern: str) -> bool:
        """Whether `--only PATTERN` means this one: a part of id or title, or a shell pattern."""
        whole = f"{self.id} {self.title}".lower()
        pattern = pattern.lower()
        if any(sign in pattern for sign in "*?["):
            return any(fnmatchcase(text, pattern) for text in (self.id.lower(), whole))
        return pattern in whole


class Registry:
    """Scenarios in the order in which they were declared."""

    def __init__(self) -> None:
        self._scenarios: dict[str, Scenario] = {}

    def add(self, scenario: Scenario) -> None:
        """Take one in; ValueError if its id is taken or it needs something unheard of."""
        if scenario.id in self._scenarios:
            raise ValueError(f"two scenarios are called {scenario.id}")
        if unknown := set(scenario.needs) - set(FEATURES):
            raise ValueError(f"{scenario.id} needs {unknown}, which FEATURES does not know")
        self._scenarios[scenario.id] = scenario

    def __iter__(self):
        return iter(sorted(self._scenarios.values(), key=lambda each: each.id))

    def __len__(self) -> int:
        return len(self._scenarios)


REGISTRY = Registry()


def scenario(
    specification: str,
    name: str,
    *,
    requirements: Iterable[str] = (),
    needs: Iterable[str] = (),
    registry: Registry = REGISTRY,
) -> Callable[[Function], Function]:
    """Declare a function as the scenario `specification name`."""

    def declare(function: Function) -> Function:
        registry.add(Scenario(specification, name, function, tuple(requirements), tuple(needs)))
        return function

    return declare


def each(
    specification: str,
    cases: Mapping[str, Any],
    *,
    parameter: str = "kind",
    requirements: Iterable[str] = (),
    needs: Mapping[str, Iterable[str]] | None = None,
    registry: Registry = REGISTRY,
) -> Callable[[Function], Function]:
    """Declare one scenario per case: `cases` maps names to values of `parameter`.

    `needs` maps names of cases to what they need beyond.
    """

    def declare(function: Function) -> Function:
        for name, value in cases.items():
            wants = tuple((needs or {}).get(name, ()))
            registry.add(
                Scenario(
                    specification, name, function, tuple(requirements), wants, {parameter: value}
                )
            )
        return function

    return declare


def load_all() -> Registry:
    """Import every module of `conformance.scenarios`; gives the registry they filled."""

    scenarios = importlib.import_module("conformance.scenarios")
    for module in pkgutil.walk_packages(scenarios.__path__, f"{scenarios.__name__}."):
        importlib.import_module(module.name)
    return REGISTRY
