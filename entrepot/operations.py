"""The table of EWS operations in the README: the contract's names, the registry's answers."""

from __future__ import annotations

from pathlib import Path

from ews.app import load_operations
from ews.registry import built_operations
from schemas.ews.contract import operations

BEGIN, END = "<!-- operations -->", "<!-- /operations -->"


def operations_markdown() -> str:
    """Every operation of the contract with yes, partly (what is missing) or not yet."""
    load_operations()
    built = built_operations()
    rows: list[str] = []
    counts = {"yes": 0, "partly": 0, "not yet": 0}
    for name in sorted(operations()):
        found = built.get(name)
        if found is None:
            answer, missing = "not yet", ""
        elif found.missing:
            answer, missing = "partly", found.missing
        else:
            answer, missing = "yes", ""
        counts[answer] += 1
        rows.append(f"| {name} | {answer} | {missing} |")
    summary = ", ".join(f"{count} {answer}" for answer, count in counts.items())
    head = [f"Of {len(rows)} operations: {summary}.", ""]
    head += ["| operation | built | what is missing |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows]) + "\n"


def replace_table(page: str) -> str:
    """A page with the table between its markers printed anew. Raises ValueError without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{operations_markdown()}{END}{after}"


def write_table(path: Path) -> bool:
    """Print the table anew in a file; whether that changed it."""
    page = path.read_text("utf-8")
    fresh = replace_table(page)
    if fresh != page:
        path.write_text(fresh, "utf-8")
    return fresh != page
