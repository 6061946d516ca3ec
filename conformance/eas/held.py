"""What a device holds, as the answers to its Syncs make it: to be compared with the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.eas.wbxml import Node

_A = "AirSync"


@dataclass
class Held:
    """The items of a collection by ServerId. ``anomalies``: what no server may say."""

    items: dict[str, dict[str, Node]] = field(default_factory=dict)
    anomalies: list[str] = field(default_factory=list)
    added: int = 0

    def apply(self, commands: Node) -> None:
        """Take in the children of Commands."""
        for command in commands.children:
            id = command.text(f"{_A}:ServerId")
            kind = command.name.removeprefix(f"{_A}:")
            if kind == "Add":
                if id in self.items:
                    self.anomalies.append(f"{id} was added twice")
                self.items[id] = _data(command)
                self.added += 1
            elif kind == "Change":
                if id not in self.items:
                    self.anomalies.append(f"{id} was changed and is not held")
                data = _data(command)
                if "Calendar:StartTime" in data:  # an event is always told whole
                    self.items[id] = {}
                self.items.setdefault(id, {}).update(data)
            elif self.items.pop(id, None) is None:
                self.anomalies.append(f"{id} was removed ({kind}) and is not held")


def _data(command: Node) -> dict[str, Node]:
    data = command.find(f"{_A}:ApplicationData")
    return {child.name: child for child in data.children} if data is not None else {}
