"""First versions of EWS elements, attributes, values and operations, from ``since.txt``.

A line of ``schemas/ews/since.txt``: ``Owner/Element version source``, ``Owner/@attribute …``,
``Owner=value …`` or ``operation Name …``; ``*/Element`` for every type that has it.
"""

from __future__ import annotations

from pathlib import Path


class Since:
    """First versions by what they speak of; "" where nothing is known."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts = facts

    def element(self, owner: str, name: str, kind: str) -> str:
        found = self.facts.get(f"{owner}/{name}") or self.facts.get(f"*/{name}:{kind}") or ""
        return "" if found == "Exchange2007" else found

    def attribute(self, owner: str, name: str) -> str:
        return self.facts.get(f"{owner}/@{name}", "")

    def value(self, owner: str, value: str) -> str:
        return self.facts.get(f"{owner}={value}", "")

    def operation(self, name: str) -> str:
        return self.facts.get(f"operation:{name}", "")


def read_since(path: Path) -> Since:
    """Read ``since.txt``; an absent file knows nothing."""
    facts: dict[str, str] = {}
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                subject, version = line.split()[:2]
                facts.setdefault(subject, version)
    return Since(facts)
