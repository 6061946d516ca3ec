"""What scenarios may ask for by naming a parameter.

`ews` is the first user, `other` the second one, `third` one more; `folder`, `contacts`, `calendar`
and `tasks` are clean folders of their kind in the first user's mailbox, gone when the scenario has
ended. `home` is a folder for the kind of item that the scenario is bound to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import Scenario
from conformance.xml import t

OTHERS = {
    "other": "a second user: --user2, --password2",
    "third": "a third user: --user3, --password3",
}
"""Users besides the first: fixture → how they are named."""


class NoSuchUser(Exception):
    """The scenario needs a user who was not named; the text says which."""


def _folder(ews: Mailbox) -> Ref:
    return ews.make_folder("msgfolderroot", ews.unique("Scenario"))


def _typed(element: str) -> Callable[[Mailbox], Ref]:
    def make(ews: Mailbox) -> Ref:
        name = ews.unique(f"Scenario {element}")
        return ews.make_folders("msgfolderroot", t(element, t.DisplayName(name)))[0]

    return make


FIXTURES: dict[str, Callable[[Mailbox], Ref]] = {
    "folder": _folder,
    "contacts": _typed("ContactsFolder"),
    "calendar": _typed("CalendarFolder"),
    "tasks": _typed("TasksFolder"),
}


def arguments(scenario: Scenario, ews: Mailbox, others: Mapping[str, Mailbox]) -> dict[str, Any]:
    """What to call the scenario's function with; `others` by fixture. Raises NoSuchUser."""
    filled: dict[str, Any] = dict(scenario.bound)
    for name in scenario.fixtures:
        if name == "ews":
            filled[name] = ews
        elif name in OTHERS:
            if name not in others:
                raise NoSuchUser(OTHERS[name])
            filled[name] = others[name]
        elif name == "home":
            filled[name] = _typed(scenario.bound["kind"].folder)(ews)
        else:
            filled[name] = FIXTURES[name](ews)
    return filled
