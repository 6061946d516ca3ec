"""Writes ``schemas/eas/codepages.txt`` from a JSON file of facts about the WBXML code pages.

    python -m tools.eas_codepages FACTS.json

One line a page, one a token: hexadecimal token, name, first and last protocol version, ``*`` where
the value is a byte array (sent as OPAQUE).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "schemas" / "eas" / "codepages.txt"


def lines(facts: dict[str, object]) -> list[str]:
    """The table's lines."""
    written: list[str] = []
    for page in facts["pages"]:  # type: ignore[attr-defined]
        written.append(f"page {page['page']} {page['namespace']}")
        for token, tag in sorted(page["tokens"].items(), key=lambda entry: int(entry[0], 16)):
            versions = tag["versions"]
            opaque = " *" if tag.get("opaque") else ""
            first = "2.5" if versions[0] == "2.0" else versions[0]
            last = versions[-1]
            written.append(f" {int(token, 16):02x} {tag['name']} {first} {last}{opaque}")
    return written


def main() -> None:
    facts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    TARGET.write_text("\n".join(lines(facts)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
